"""A real Kubernetes control plane on loopback, without containers: etcd, kube-apiserver, kube-controller-manager.

It has no scheduler and no kubelet: the project's node agent binds and runs the pods. Everything lives in one folder,
listens on free ports of 127.0.0.1 and ends with the process that started it.
"""

from __future__ import annotations

import base64
import http.client
import json
import secrets
import shutil
import ssl
import time
import urllib.request
from pathlib import Path

from kit.processes import ROOT, Process, free_port, run, until

# The controllers that stories need; each of the others costs memory and watches.
CONTROLLERS = (
    "deployment,replicaset,garbagecollector,namespace,serviceaccount,serviceaccount-token,"
    # The API server's way to a Service is through its Endpoints, not its EndpointSlices.
    "root-ca-certificate-publisher-controller,endpoint,endpointslice,resourcequota,"
    "horizontal-pod-autoscaler-controller"
)

# Who did what is all that stories count; bodies are of no interest and reading is most of the traffic.
AUDIT_POLICY = """apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived, ResponseStarted]
rules:
- level: Metadata
"""


class ControlPlane:
    """etcd, API server and controller manager; `kubeconfig` is the administrator's."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.programs = Path(run(ROOT / "test/e2e/kubernetes/build", timeout=3600).strip())
        self.kubectl = str(self.programs / "kubectl")
        self.kubeconfig = folder / "admin.kubeconfig"
        self.audit = folder / "audit.log"
        self.token = secrets.token_hex(16)
        self.etcd_port, self.etcd_peer_port = free_port(), free_port()
        self.port, self.manager_port = free_port(), free_port()
        self.etcd: Process | None = None
        self.api_server: Process | None = None
        self.controller_manager: Process | None = None

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    def start(self) -> None:
        self.start_api()
        self.start_controllers()

    def start_api(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._make_certificates()
        self._write_kubeconfig(self.kubeconfig, self.token)
        (self.folder / "tokens.csv").write_text(f'{self.token},admin,admin,"system:masters"\n')
        (self.folder / "audit-policy.yaml").write_text(AUDIT_POLICY)
        self._start_etcd()
        self.start_api_server()

    def stop(self) -> None:
        for process in (self.controller_manager, self.api_server, self.etcd):
            if process:
                process.stop()
        shutil.rmtree(self.folder / "etcd", ignore_errors=True)

    def start_api_server(self) -> None:
        """Starts the API server and waits until it is ready."""
        keys = self.folder
        self.api_server = Process(
            "kube-apiserver",
            [
                self.programs / "kube-apiserver",
                f"--etcd-servers=http://127.0.0.1:{self.etcd_port}",
                f"--secure-port={self.port}",
                "--bind-address=127.0.0.1",
                # Given, as it is looked for on the interface of the default route, which there need not be.
                "--advertise-address=127.0.0.1",
                f"--tls-cert-file={keys}/server.crt",
                f"--tls-private-key-file={keys}/server.key",
                f"--client-ca-file={keys}/ca.crt",
                f"--token-auth-file={keys}/tokens.csv",
                "--authorization-mode=RBAC",
                "--service-account-issuer=https://kubernetes.default.svc",
                f"--service-account-key-file={keys}/accounts.key",
                f"--service-account-signing-key-file={keys}/accounts.key",
                "--service-cluster-ip-range=10.0.0.0/24",
                f"--audit-policy-file={keys}/audit-policy.yaml",
                f"--audit-log-path={self.audit}",
                # The endpoint of the kubernetes service would have to be a routable address.
                "--endpoint-reconciler-type=none",
            ],
            self.folder / "kube-apiserver.log",
        )
        until("the API server to be ready", self._ready, seconds=90, every=0.1)

    def stop_api_server(self) -> None:
        assert self.api_server
        self.api_server.stop()

    def start_controllers(self) -> None:
        self.controller_manager = Process(
            "kube-controller-manager",
            [
                self.programs / "kube-controller-manager",
                f"--kubeconfig={self.kubeconfig}",
                "--leader-elect=false",
                f"--service-account-private-key-file={self.folder}/accounts.key",
                f"--root-ca-file={self.folder}/ca.crt",
                "--use-service-account-credentials=false",
                f"--controllers={CONTROLLERS}",
                # Autoscalers look every second, and at once at pods that have just become ready.
                "--horizontal-pod-autoscaler-sync-period=1s",
                "--horizontal-pod-autoscaler-cpu-initialization-period=0s",
                "--horizontal-pod-autoscaler-initial-readiness-delay=0s",
                "--bind-address=127.0.0.1",
                f"--secure-port={self.manager_port}",
            ],
            self.folder / "kube-controller-manager.log",
        )

    def compact(self) -> None:
        """Makes etcd forget all former states, as the API server does every few minutes."""
        etcd = f"http://127.0.0.1:{self.etcd_port}/v3/kv/"
        newest = _post(etcd + "range", {"key": base64.b64encode(b"x").decode()})["header"]["revision"]
        _post(etcd + "compaction", {"revision": newest, "physical": True})

    def kubeconfig_of(self, namespace: str, account: str, name: str) -> Path:
        """Returns a kubeconfig with a real token of a ServiceAccount, so that its permissions apply."""
        token = run(
            self.kubectl, "--kubeconfig", self.kubeconfig, "create", "token", account, "--namespace", namespace,
            "--duration=12h",
        ).strip()
        path = self.folder / f"{name}.kubeconfig"
        self._write_kubeconfig(path, token)
        return path

    # -- parts ----------------------------------------------------------------------------------------------------

    def _start_etcd(self) -> None:
        client, peer = f"http://127.0.0.1:{self.etcd_port}", f"http://127.0.0.1:{self.etcd_peer_port}"
        self.etcd = Process(
            "etcd",
            [
                "etcd",
                f"--data-dir={self.folder}/etcd",
                f"--listen-client-urls={client}",
                f"--advertise-client-urls={client}",
                f"--listen-peer-urls={peer}",
                f"--initial-advertise-peer-urls={peer}",
                f"--initial-cluster=default={peer}",
                "--unsafe-no-fsync",
            ],
            self.folder / "etcd.log",
        )

    def _ready(self) -> bool:
        assert self.api_server
        self.api_server.demand_running()
        context = ssl.create_default_context(cafile=str(self.folder / "ca.crt"))
        connection = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=5, context=context)
        try:
            connection.request("GET", "/readyz", headers={"Authorization": f"Bearer {self.token}"})
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()

    def _write_kubeconfig(self, path: Path, token: str) -> None:
        path.touch(mode=0o600)
        # JSON is YAML.
        path.write_text(
            json.dumps(
                {
                    "apiVersion": "v1",
                    "kind": "Config",
                    "clusters": [
                        {"name": "e2e", "cluster": {"server": self.url, "certificate-authority": f"{self.folder}/ca.crt"}}
                    ],
                    "users": [{"name": "user", "user": {"token": token}}],
                    "contexts": [{"name": "e2e", "context": {"cluster": "e2e", "user": "user"}}],
                    "current-context": "e2e",
                },
                indent=2,
            )
        )

    def _make_certificates(self) -> None:
        def openssl(*words: str) -> None:
            run("openssl", *words)

        keys = self.folder
        openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", f"{keys}/ca.key")
        openssl("req", "-x509", "-new", "-key", f"{keys}/ca.key", "-days", "30", "-subj", "/CN=e2e", "-out",
                f"{keys}/ca.crt")
        openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", f"{keys}/server.key")
        openssl("req", "-new", "-key", f"{keys}/server.key", "-subj", "/CN=kube-apiserver", "-out", f"{keys}/server.csr")
        (keys / "names").write_text("subjectAltName=IP:127.0.0.1,IP:10.0.0.1,DNS:localhost,DNS:kubernetes.default.svc\n")
        openssl("x509", "-req", "-in", f"{keys}/server.csr", "-CA", f"{keys}/ca.crt", "-CAkey", f"{keys}/ca.key",
                "-CAcreateserial", "-days", "30", "-extfile", f"{keys}/names", "-out", f"{keys}/server.crt")
        openssl("genrsa", "-out", f"{keys}/accounts.key", "2048")


def _post(url: str, body: dict) -> dict:
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


def main() -> None:
    """Runs a control plane until interrupted, for trials by hand: test/e2e/up FOLDER."""
    import sys

    plane = ControlPlane(Path(sys.argv[1]).absolute())
    plane.start()
    print(f"kubectl: {plane.kubectl}\nexport KUBECONFIG={plane.kubeconfig}", flush=True)
    try:
        while plane.api_server and plane.api_server.runs():
            time.sleep(1)
    except KeyboardInterrupt:
        pass
    finally:
        plane.stop()


if __name__ == "__main__":
    main()
