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

# Changes that the embedded server keeps: all that a case makes, and not more than a test can write over.
HISTORY = 200
DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"


class Server(ABC):
    """`api` acts as the administrator."""

    name: str
    kubeconfig: Path
    api: Api

    def __init__(self, folder: Path):
        self.folder = folder

    @abstractmethod
    def start(self) -> None: ...

    @abstractmethod
    def stop(self) -> None: ...

    @abstractmethod
    def forget_history(self) -> None:
        """Makes the versions of secrets so far, and pages begun, too old to go on from."""


class LocalServer(Server):
    """flink-local up, without pods that run."""

    name = "local"

    def start(self) -> None:
        self.kubeconfig = self.folder / "cluster" / "kubeconfig"
        self.process = Process(
            "flink-local",
            [FLINK_LOCAL, "up", "--dir", self.folder / "cluster", "--flink", "none", "--history", str(HISTORY)],
            self.folder / "flink-local.log",
        )
        until("flink-local to write its kubeconfig", self._up, seconds=30)
        self.api = Api(self.kubeconfig, kubectl_of_machine())

    def stop(self) -> None:
        self.process.stop()

    def forget_history(self) -> None:
        collection = "/api/v1/namespaces/default/secrets"
        for _ in range(HISTORY // 2 + 1):
            self.api.ask("POST", collection, {"metadata": {"name": "passing"}})
            self.api.ask("DELETE", f"{collection}/passing")
        # A number of lists that have begun is remembered too.
        for _ in range(65):
            self.api.get("/api/v1/serviceaccounts?limit=1")

    def _up(self) -> bool:
        self.process.demand_running()
        return self.kubeconfig.exists()


class KubernetesServer(Server):
    """kube-apiserver with etcd and kube-controller-manager."""

    name = "kubernetes"

    def start(self) -> None:
        from control_plane import ControlPlane

        self.plane = ControlPlane(self.folder / "control-plane")
        self.plane.start_api()
        self.kubeconfig = self.plane.kubeconfig
        self.api = Api(self.kubeconfig, self.plane.kubectl)
        self.api.ask("POST", DEFINITIONS, yaml.safe_load(CRD.read_text()))
        until("the CRD to be served", self._serves_applications, seconds=30)
        # The garbage collector learns of new kinds every 30 s only; of those that are there when it starts, at once.
        self.plane.start_controllers()

    def forget_history(self) -> None:
        self.plane.compact()
        # Its cache reaches back further than etcd, until it starts anew.
        # Killed, as an orderly end waits for the watches of all others.
        assert self.plane.api_server
        self.plane.api_server.kill()
        self.plane.start_api_server()

    def stop(self) -> None:
        self.plane.stop()

    def _serves_applications(self) -> bool:
        try:
            self.api.items(APPLICATIONS + "/flinkapplications")
            return True
        except Refused:
            return False


SERVERS: dict[str, type[Server]] = {x.name: x for x in (LocalServer, KubernetesServer)}
