"""The two clusters on which the stories run: flink-local, and a real Kubernetes control plane."""

from __future__ import annotations

import json
import os
import re
import signal
import sys
from abc import ABC, abstractmethod
from collections import Counter
from pathlib import Path

from .api import APPLICATIONS, Api
from .operator import JOB_MANAGER_URL, Operator
from .processes import ROOT, Process, run, until
from .programs import CHART, FLINK_LOCAL, image_rules, kubectl_of_machine

sys.path.insert(0, str(ROOT / "test/e2e"))


class Cluster(ABC):
    """A cluster with an operator in it. `api` and `kubectl` act as its administrator."""

    name: str
    # Where operators that stand for election have their Lease.
    LEASE_NAMESPACE = "default"
    kubeconfig: Path
    api: Api
    operator: Operator
    agent: Process

    def __init__(self, folder: Path, versions: list[str], simulated: bool = False):
        """With `simulated` the Flink in its pods is a model: no JVMs, and no time to start."""
        self.folder = folder
        self.versions = versions
        self.simulated = simulated

    @abstractmethod
    def start(self) -> None: ...

    @abstractmethod
    def stop(self) -> None: ...

    @property
    @abstractmethod
    def kubectl_path(self) -> str: ...

    @abstractmethod
    def interrupt_api_server(self) -> None:
        """Takes the API server away for a few seconds, as a roll-out of the control plane does."""

    @abstractmethod
    def requests(self) -> Counter[str]:
        """Counts the operator's requests by "verb resource/subresource", in RBAC's terms."""

    def pod_options(self) -> list[str | Path]:
        """How the node agent runs pods."""
        if self.simulated:
            return ["--flink", "simulated", "--simulated-start-ms", "0", "--image", "ledger-*=flink"]
        return image_rules(self.versions)

    def candidate(self, name: str) -> Operator:
        """One of several operators that stand for election; not yet started."""
        return Operator(
            self.operator.kubeconfig,
            self.folder,
            self.operator.job_manager_url,
            name,
            ["--leader-elect", f"--leader-election-namespace={self.LEASE_NAMESPACE}"],
        )

    def writes(self) -> Counter[str]:
        """Those of its requests that change something."""
        reading = ("get", "list", "watch")
        return Counter({x: n for x, n in self.requests().items() if x.split()[0] not in reading})

    def kubectl(self, *words: str | Path, input: str | None = None, check: bool = True, timeout: float = 120) -> str:
        """What a user types."""
        return run(
            self.kubectl_path, "--kubeconfig", self.kubeconfig, *words, input=input, check=check, timeout=timeout
        )

    def create_namespace(self, name: str) -> None:
        self.kubectl("create", "namespace", name)

    def delete_namespace(self, name: str) -> None:
        self.kubectl("delete", "namespace", name, "--wait=false")
        until(f"namespace {name} to be gone", lambda: self.api.find(f"/api/v1/namespaces/{name}") is None, 90)

    def leftovers(self, namespace: str) -> list[str]:
        """What of our making is still in a namespace."""
        kinds = {
            "flinkapplication": APPLICATIONS + "/namespaces/{}/flinkapplications",
            "deployment": "/apis/apps/v1/namespaces/{}/deployments",
            "service": "/api/v1/namespaces/{}/services",
            "pod": "/api/v1/namespaces/{}/pods",
            "ingress": "/apis/networking.k8s.io/v1/namespaces/{}/ingresses",
        }
        found = []
        for kind, path in kinds.items():
            found += [f"{kind}/{x['metadata']['name']}" for x in self.api.items(path.format(namespace))]
        return found

    def job_manager_processes(self, pod: str) -> list[int]:
        """Pids of the JVMs that a pod of the node agent consists of."""
        found = []
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                command = (entry / "cmdline").read_bytes().split(b"\0")
                environment = (entry / "environ").read_bytes()
            except OSError:
                continue
            if command[0].endswith(b"java") and (pod.encode() in b"\0".join(command) or pod.encode() in environment):
                found.append(int(entry.name))
        return found

    def signal_pod(self, pod: str, number: int) -> None:
        pids = self.job_manager_processes(pod)
        assert pids, f"pod {pod} has no process on this machine"
        for pid in pids:
            os.kill(pid, number)


class LocalCluster(Cluster):
    """flink-local up: API server, controllers and node agent in one process, nothing installed."""

    name = "local"

    @property
    def kubectl_path(self) -> str:
        return kubectl_of_machine()

    def start(self) -> None:
        self.kubeconfig = self.folder / "local" / "kubeconfig"
        self.agent = Process(
            "flink-local",
            [FLINK_LOCAL, "up", "--dir", self.folder / "local", *self.pod_options()],
            self.folder / "flink-local.log",
        )
        until("flink-local to write its kubeconfig", self._up, seconds=30)
        self.api = Api(self.kubeconfig, self.kubectl_path)
        until("flink-local to serve the CRD", self._serves_applications, seconds=30)
        self.operator = Operator(self.kubeconfig, self.folder)
        self.operator.start()
        self.operator.until_ready()

    def stop(self) -> None:
        self.operator.stop()
        self.agent.stop()

    def interrupt_api_server(self) -> None:
        # Its store is its memory: instead of restarting, it stops answering.
        self.agent.signal(signal.SIGSTOP)
        try:
            run("sleep", "3")
        finally:
            self.agent.signal(signal.SIGCONT)

    def requests(self) -> Counter[str]:
        found: Counter[str] = Counter()
        for line in self.api.get("/metrics").splitlines():
            match = re.fullmatch(r"apiserver_request_total\{(.*)\} (\S+)", line)
            labels = dict(re.findall(r'(\w+)="([^"]*)"', match[1])) if match else {}
            if match and labels.get("client") == "flink-operator":
                verb = {"POST": "create", "PUT": "update"}.get(labels["verb"], labels["verb"].lower())
                found[_request(verb, labels["resource"], labels.get("subresource"))] += int(float(match[2]))
        return found

    def _up(self) -> bool:
        self.agent.demand_running()
        return self.kubeconfig.exists()

    def _serves_applications(self) -> bool:
        return _serves_applications(self.api)


class KubernetesCluster(Cluster):
    """A real control plane; the chart is installed by helm, and the operator has the rights that the chart gives it."""

    name = "kubernetes"
    OPERATOR_NAMESPACE = "flink-operator"
    LEASE_NAMESPACE = OPERATOR_NAMESPACE
    # Where pods get their addresses; nothing means a free network of 127.0.0.0/8.
    POD_NETWORK: str | None = None
    JOB_MANAGER_URL = JOB_MANAGER_URL

    @property
    def kubectl_path(self) -> str:
        return self.plane.kubectl

    def start(self) -> None:
        from control_plane import ControlPlane

        self.plane = ControlPlane(self.folder / "control-plane")
        self.plane.start_api()
        self.kubeconfig = self.plane.kubeconfig
        self.api = Api(self.kubeconfig, self.kubectl_path)
        self.helm = run(ROOT / "test/e2e/helm/build", timeout=3600).strip()
        self.install_chart()
        until("the CRD to be served", lambda: _serves_applications(self.api), seconds=30)
        # Only now: the garbage collector looks for new kinds every 30 s, and what belongs to an object of a kind that
        # it does not know yet is looked at again after minutes.
        self.plane.start_controllers()
        self.agent = Process(
            "node agent",
            [
                FLINK_LOCAL, "agent", "--kubeconfig", self.kubeconfig, "--pod-dir", self.folder / "agent",
                "--image", "flink-operator:*=pause", *self.pod_options(),
                *(["--network", self.POD_NETWORK] if self.POD_NETWORK else []),
            ],
            self.folder / "agent.log",
        )
        account = self.plane.kubeconfig_of(self.OPERATOR_NAMESPACE, "flink-operator", "operator")
        self.operator = Operator(account, self.folder, self.JOB_MANAGER_URL)
        self.operator.start()
        self.operator.until_ready()

    def install_chart(self, *words: str) -> str:
        """Installs or upgrades the chart. The pod of its Deployment is an empty shell; the operator runs beside it."""
        return run(
            self.helm, "--kubeconfig", self.kubeconfig, "upgrade", "--install", "flink-operator", CHART,
            "--namespace", self.OPERATOR_NAMESPACE, "--create-namespace", *words,
        )

    def create_namespace(self, name: str) -> None:
        super().create_namespace(name)
        # Without it the first pods are refused and come a second later.
        path = f"/api/v1/namespaces/{name}/serviceaccounts/default"
        until("the namespace's service account", lambda: self.api.find(path), 30)

    def stop(self) -> None:
        self.operator.stop()
        self.agent.stop()
        self.plane.stop()

    def interrupt_api_server(self) -> None:
        self.plane.stop_api_server()
        self.plane.start_api_server()

    def requests(self) -> Counter[str]:
        account = f"system:serviceaccount:{self.OPERATOR_NAMESPACE}:flink-operator"
        found: Counter[str] = Counter()
        for line in self.plane.audit.read_text().splitlines():
            try:
                entry = json.loads(line)
            except ValueError:
                # The last line may still be in the making.
                continue
            if entry["user"]["username"] == account:
                thing = entry.get("objectRef", {})
                found[_request(entry["verb"], thing.get("resource", "other"), thing.get("subresource"))] += 1
        return found


class RoutedKubernetesCluster(KubernetesCluster):
    """The same in a network namespace where pods have addresses as in any cluster: EndpointSlices and the API server's
    proxy are the real ones, and the operator reaches JobManagers through that proxy, its default outside of a cluster.
    """

    name = "routed"
    POD_NETWORK = "10.77"
    JOB_MANAGER_URL = ""

    def install_chart(self, *words: str) -> str:
        """With the right to use the proxy, which an operator in a pod does not need and the chart does not give."""
        output = super().install_chart(*words)
        account = f"{self.OPERATOR_NAMESPACE}:flink-operator"
        self.kubectl("create", "clusterrole", "proxy", "--verb=get,create,update,patch,delete", "--resource=pods/proxy")
        self.kubectl("create", "clusterrolebinding", "proxy", "--clusterrole=proxy", f"--serviceaccount={account}")
        return output


def _request(verb: str, resource: str, subresource: str | None) -> str:
    return f"{verb} {resource}/{subresource}" if subresource else f"{verb} {resource}"


def _serves_applications(api: Api) -> bool:
    try:
        api.items(APPLICATIONS + "/flinkapplications")
        return True
    except Exception:
        return False


CLUSTERS: dict[str, type[Cluster]] = {x.name: x for x in (LocalCluster, KubernetesCluster, RoutedKubernetesCluster)}
