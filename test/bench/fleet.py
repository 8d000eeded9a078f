"""Many applications at once, on a cluster whose Flink is simulated."""

from __future__ import annotations

from collections import Counter

from kit.api import APPLICATIONS
from kit.app import observed, phase_of
from kit.cluster import Cluster
from kit.processes import until

# The write budget of the operator lets through about five creates or three updates per second.
SECONDS_EACH = 1
PATIENCE = 60


class Fleet:
    """Applications that differ by name only, made and changed through the API: a kubectl for each would cost more."""

    def __init__(self, cluster: Cluster, namespace: str, size: int):
        self.api = cluster.api
        self.size = size
        self.path = f"{APPLICATIONS}/namespaces/{namespace}/flinkapplications"

    def create(self) -> None:
        for n in range(self.size):
            self.api.ask("POST", self.path, _resource(f"fleet-{n}"))

    def update(self) -> None:
        for n in range(self.size):
            self.api.merge(f"{self.path}/fleet-{n}", {"spec": {"image": _image("v2")}})

    def wait_settled(self) -> None:
        """Waits until every application runs its newest version."""
        seconds = PATIENCE + SECONDS_EACH * self.size
        # A list of them all is work for the API server, too.
        every = max(0.5, self.size / 50)
        until(f"{self.size} applications to run", lambda: self._phases() == {"Running": self.size}, seconds, every=every)

    def _phases(self) -> Counter[str]:
        return Counter(phase_of(x) if observed(x) else "outdated" for x in self.api.items(self.path))


def _image(tag: str) -> str:
    # Any version: the node agent's rule for simulated Flink matches the images of stories.
    return f"ledger-fleet:{tag}"


def _resource(name: str) -> dict:
    small = {"resources": {"requests": {"cpu": "0.1", "memory": "600Mi"}}}
    return {
        "apiVersion": "flink.k8s.io/v1beta1",
        "kind": "FlinkApplication",
        "metadata": {"name": name},
        "spec": {
            "image": _image("v1"),
            "flinkVersion": "1.20",
            "jarName": "job.jar",
            "entryClass": "Job",
            "parallelism": 1,
            "deleteMode": "ForceCancel",
            "flinkConfig": {
                "execution.checkpointing.interval": "10s",
                "state.checkpoints.dir": "file:///checkpoints",
                "state.savepoints.dir": "file:///savepoints",
            },
            "jobManagerConfig": small,
            "taskManagerConfig": {"taskSlots": 1, **small},
        },
    }
