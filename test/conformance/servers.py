"""The two API servers that are held against one list of cases: flink-local's own, and the real one."""

from __future__ import annotations

import sys
from abc import ABC, abstractmethod
from pathlib import Path

import yaml

from kit.api import APPLICATIONS, Api, Refused
from kit.processes import ROOT, Process, run, until
from kit.programs import CRD, FLINK_LOCAL, kubectl_of_machine

sys.path.insert(0, str(ROOT / "test/e2e"))

DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"


class Server(ABC):
    """`api` acts as the administrator; `kubectls` are the clients that a user may have, oldest first."""

    name: str
    kubeconfig: Path
    api: Api
    kubectls: list[str]

    def __init__(self, folder: Path):
        self.folder = folder

    @abstractmethod
    def start(self) -> None: ...

    @abstractmethod
    def stop(self) -> None: ...


class LocalServer(Server):
    """flink-local up, without pods that run."""

    name = "local"

    def start(self) -> None:
        self.kubeconfig = self.folder / "cluster" / "kubeconfig"
        self.kubectls = [kubectl_of_machine()]
        self.process = Process(
            "flink-local",
            [FLINK_LOCAL, "up", "--dir", self.folder / "cluster", "--flink", "none"],
            self.folder / "flink-local.log",
        )
        until("flink-local to write its kubeconfig", self._up, seconds=30)
        self.api = Api(self.kubeconfig, self.kubectls[0])

    def stop(self) -> None:
        self.process.stop()

    def _up(self) -> bool:
        self.process.demand_running()
        return self.kubeconfig.exists()


class KubernetesServer(Server):
    """kube-apiserver with etcd and kube-controller-manager."""

    name = "kubernetes"

    def start(self) -> None:
        from control_plane import ControlPlane

        self.plane = ControlPlane(self.folder / "control-plane")
        self.plane.start()
        self.kubeconfig = self.plane.kubeconfig
        self.kubectls = [kubectl_of_machine(), self.plane.kubectl]
        self.api = Api(self.kubeconfig, self.plane.kubectl)
        self.api.ask("POST", DEFINITIONS, yaml.safe_load(CRD.read_text()))
        until("the CRD to be served", self._serves_applications, seconds=30)

    def stop(self) -> None:
        self.plane.stop()

    def _serves_applications(self) -> bool:
        try:
            self.api.items(APPLICATIONS + "/flinkapplications")
            return True
        except Refused:
            return False


SERVERS: dict[str, type[Server]] = {x.name: x for x in (LocalServer, KubernetesServer)}
