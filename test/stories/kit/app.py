"""A FlinkApplication in a story: applied by kubectl, read through the API, checked by its ledger."""

from __future__ import annotations

import json
import sys
import time
import urllib.parse
from pathlib import Path
from typing import Any

from .api import APPLICATIONS, Diary
from .cluster import Cluster
from .job_manager import JobManager
from .processes import ROOT, until
from .programs import image

sys.path.insert(0, str(ROOT / "test/ledger"))
import checker  # noqa: E402

# A phase in which a story that waits for another one has failed.
BAD_PHASES = ("DeployFailed", "Failed")
# Whoever wants to see the last of a resource holds it by a finalizer of his own.
HOLD = "stories.example.org/hold"
# Two JVMs start on a loaded machine; nothing healthy takes this long.
PATIENCE = 120
# flinkConfig: Flink starts a job that fails again and again, soon.
FLINK_RESTARTS = {
    "restart-strategy.type": "fixed-delay",
    "restart-strategy.fixed-delay.attempts": "1000000",
    "restart-strategy.fixed-delay.delay": "200 ms",
}


class App:
    """One application, whose ledger and savepoints lie in a folder of its own."""

    def __init__(self, cluster: Cluster, namespace: str, name: str, flink: str, folder: Path):
        self.cluster = cluster
        self.namespace = namespace
        self.name = name
        self.flink = flink
        self.folder = folder
        self.ledger_file = folder / "ledger"
        self.path = f"{APPLICATIONS}/namespaces/{namespace}/flinkapplications/{name}"
        self.resource = self._resource()
        self.generation = 0
        self.applied_at = 0.0
        self.timings: list[dict[str, Any]] = []
        folder.mkdir(parents=True, exist_ok=True)
        selector = f"fieldSelector=metadata.name%3D{name}"
        self.diary = Diary(cluster.api, f"{APPLICATIONS}/namespaces/{namespace}/flinkapplications?{selector}")

    def _resource(self) -> dict:
        version_2 = not self.flink.startswith("1.")
        directories = (
            {"execution.checkpointing.dir": "checkpoints", "execution.checkpointing.savepoint-dir": "savepoints"}
            if version_2
            else {"state.checkpoints.dir": "checkpoints", "state.savepoints.dir": "savepoints"}
        )

        def small(memory: str) -> dict:
            """As little as Flink's own start script accepts, with some heap."""
            return {"resources": {"requests": {"cpu": "0.1", "memory": memory}}}

        return {
            "apiVersion": "flink.k8s.io/v1beta1",
            "kind": "FlinkApplication",
            "metadata": {"name": self.name, "namespace": self.namespace},
            "spec": {
                "image": image(self.flink, "v1"),
                "flinkVersion": ".".join(self.flink.split(".")[:2]),
                "jarName": "ledger.jar",
                "entryClass": "Ledger",
                "parallelism": 1,
                "programArgs": self.arguments(),
                "deleteMode": "ForceCancel",
                "flinkConfig": {
                    "execution.checkpointing.interval": "1s",
                    **{key: f"file://{self.folder / value}" for key, value in directories.items()},
                },
                "jobManagerConfig": small("1Gi"),
                "taskManagerConfig": {"taskSlots": 1, **small("1536Mi")},
            },
        }

    # -- what the user does -----------------------------------------------------------------------------------------

    def apply(self, **changes: Any) -> "App":
        """kubectl apply, with changes to the spec that stay for later ones; None removes a field."""
        for key, value in changes.items():
            if value is None:
                self.resource["spec"].pop(key, None)
            else:
                self.resource["spec"][key] = value
        self.applied_at = time.time()
        answer = self.cluster.kubectl("apply", "-f", "-", "-o", "json", input=json.dumps(self.resource))
        self.generation = json.loads(answer)["metadata"]["generation"]
        return self

    def configure(self, entries: dict[str, Any]) -> "App":
        """Changes flinkConfig, from the next apply on."""
        self.resource["spec"]["flinkConfig"].update(entries)
        return self

    def update(self, tag: str = "v2", **changes: Any) -> "App":
        """The everyday edit: a new image."""
        return self.apply(image=image(self.flink, tag), **changes)

    def arguments(self, *words: str) -> str:
        """programArgs: those of every story, and more."""
        return " ".join([f"--ledger {self.ledger_file} --interval-ms 5", *words])

    def scale(self, parallelism: int) -> "App":
        """Runs kubectl scale; later applies keep that value."""
        self.resource["spec"]["parallelism"] = parallelism
        self.applied_at = time.time()
        self.cluster.kubectl(
            "scale", f"flinkapplication/{self.name}", "-n", self.namespace, f"--replicas={parallelism}"
        )
        self.generation = self.get()["metadata"]["generation"]
        return self

    def wait_scaled(self, parallelism: int, seconds: float = 60) -> "App":
        """Waits until another client has scaled it; later applies keep that value."""

        def look(event: str, thing: dict) -> bool:
            return thing["metadata"]["generation"] > self.generation and thing["spec"]["parallelism"] == parallelism

        self.applied_at, thing = self._until(f"{self.name} to be scaled to {parallelism}", look, seconds)
        self.resource["spec"]["parallelism"] = parallelism
        self.generation = thing["metadata"]["generation"]
        return self

    def hold(self) -> None:
        """Blocks the deletion of the resource with a finalizer that is not the operator's."""
        self.cluster.api.merge(self.path, {"metadata": {"finalizers": [*self.finalizers(), HOLD]}})

    def release(self) -> None:
        all = self.finalizers()
        if HOLD in all:
            self.cluster.api.merge(self.path, {"metadata": {"finalizers": [x for x in all if x != HOLD]}})

    def delete(self, *words: str) -> None:
        """kubectl delete, without waiting."""
        self.cluster.kubectl("delete", "flinkapplication", self.name, "-n", self.namespace, "--wait=false", *words)

    # -- what can be seen -------------------------------------------------------------------------------------------

    def get(self) -> dict:
        return self.cluster.api.get(self.path)

    def exists(self) -> bool:
        return self.cluster.api.find(self.path) is not None

    @property
    def status(self) -> dict:
        return self.get().get("status", {})

    @property
    def phase(self) -> str:
        return self.status.get("phase", "")

    @property
    def cluster_id(self) -> str:
        return self.status["cluster"]["id"]

    @property
    def job_id(self) -> str:
        return self.status["jobStatus"]["jobID"]

    def finalizers(self) -> list[str]:
        return self.get()["metadata"].get("finalizers", [])

    def phases(self) -> list[str]:
        """The phases that it has entered since the last apply."""
        seen = [phase_of(x) for _, _, x in list(self.diary.entries) if x["metadata"]["generation"] >= self.generation]
        return [x for before, x in zip(seen, seen[1:]) if before != x]

    def condition(self, kind: str) -> dict:
        return condition_of(self.get(), kind)

    def complaint(self) -> str:
        """Returns the messages of all conditions, for people."""
        return "; ".join(
            f"{x['type']}={x['status']} {x['reason']}: {x['message']}" for x in self.status.get("conditions", [])
        )

    def events(self) -> list[dict]:
        events = self.cluster.api.items(f"/api/v1/namespaces/{self.namespace}/events")
        return [x for x in events if x["involvedObject"].get("name") == self.name]

    def event_reasons(self) -> list[str]:
        return [x["reason"] for x in self.events()]

    def deployments(self) -> list[dict]:
        return self._ours("/apis/apps/v1/namespaces/{}/deployments")

    def pods(self, role: str | None = None, cluster_id: str | None = None) -> list[dict]:
        """Its pods, of one role and of one cluster if given."""
        return [
            x
            for x in self._ours("/api/v1/namespaces/{}/pods")
            if role in (None, x["metadata"]["labels"].get("flink-deployment-type"))
            and cluster_id in (None, x["metadata"]["labels"].get("flink-app-hash"))
        ]

    def pods_to_scale(self) -> set[str]:
        """Names of the pods that the scale subresource selects, which an autoscaler counts."""
        scale = self.cluster.api.get(self.path + "/scale")
        selector = urllib.parse.quote(scale["status"]["selector"])
        pods = self.cluster.api.items(f"/api/v1/namespaces/{self.namespace}/pods?labelSelector={selector}")
        return {x["metadata"]["name"] for x in pods}

    def images(self) -> set[str]:
        """Of all its pods."""
        return {x["spec"]["containers"][0]["image"] for x in self.pods()}

    def _ours(self, path: str) -> list[dict]:
        return self.cluster.api.items(path.format(self.namespace) + f"?labelSelector=flink-app%3D{self.name}")

    def leftovers(self) -> list[str]:
        """Returns the objects of the application that still exist, even after its deletion."""
        return [
            x
            for x in self.cluster.leftovers(self.namespace)
            if x.split("/")[1] == self.name or x.split("/")[1].startswith(self.name + "-")
        ]

    def job_manager_pod(self, cluster_id: str | None = None) -> dict:
        pods = self.pods("jobmanager", cluster_id or self.cluster_id)
        assert len(pods) == 1, f"{len(pods)} JobManager pods of {self.name}"
        return pods[0]

    def job_manager(self, cluster_id: str | None = None) -> JobManager:
        return JobManager(self.job_manager_pod(cluster_id)["status"]["podIP"])

    def job_managers(self) -> list[JobManager]:
        """Of all its clusters, as far as they have an address."""
        return [JobManager(x["status"]["podIP"]) for x in self.pods("jobmanager") if x["status"].get("podIP")]

    def live_jobs(self) -> list[str]:
        """Ids of all jobs that run for it, wherever."""
        return [job for manager in self.job_managers() for job in manager.running_jobs()]

    def savepoints(self) -> list[Path]:
        """Completed savepoints on disk, oldest first."""
        return sorted((x.parent for x in self.folder.glob("savepoints/*/_metadata")), key=lambda x: x.stat().st_mtime)

    # -- waiting ----------------------------------------------------------------------------------------------------

    def wait_phase(self, *wanted: str, bad: tuple[str, ...] = BAD_PHASES, seconds: float = PATIENCE) -> dict:
        """Waits until the status is in one of these phases for the applied generation; a bad phase ends the wait."""

        def look(event: str, thing: dict) -> bool:
            at = phase_of(thing)
            if thing["metadata"]["generation"] < self.generation or not observed(thing):
                return False
            if at in bad and at not in wanted:
                raise AssertionError(f"{self.name} is in phase {at} instead of {' or '.join(wanted)}: {self.complaint()}")
            return at in wanted

        return self._until(f"{self.name} to be in phase {' or '.join(wanted)}", look, seconds)[1]

    def wait_running(self, seconds: float = PATIENCE, phase: str = "Running") -> dict:
        """Waits until the applied version is running and reported as such, and records how long it took."""

        def look(event: str, thing: dict) -> bool:
            if thing["metadata"]["generation"] < self.generation or not observed(thing):
                return False
            if phase_of(thing) in BAD_PHASES:
                raise AssertionError(f"{self.name} is in phase {phase_of(thing)}: {self.complaint()}")
            ready = condition_of(thing, "Ready")
            return (
                phase_of(thing) == phase
                and ready.get("status") == "True"
                and ready.get("observedGeneration", 0) >= self.generation
            )

        at, thing = self._until(f"{self.name} to run", look, seconds)
        self.note(at - self.applied_at, thing["status"])
        return thing

    def wait_dual_running(self) -> dict:
        """The same for a second version, which runs beside the first."""
        return self.wait_running(phase="DualRunning")

    def _until(self, words: str, look, seconds: float) -> tuple[float, dict]:
        try:
            return self.diary.until(words, look, seconds)
        except AssertionError as failure:
            if "in vain" not in str(failure):
                raise
            raise AssertionError(f"waited {seconds:g} s in vain for {words}; {self.phase=} {self.complaint()}") from None

    def wait_only_held(self, seconds: float = PATIENCE) -> None:
        """Waits until only the story's own finalizer is left, and checks that nothing of the application runs any more."""
        until(f"{self.name} to be held by us alone", lambda: self.finalizers() == [HOLD], seconds)
        assert self.deployments() == [] and self.pods() == []

    def wait_gone(self, seconds: float = PATIENCE) -> None:
        """Waits until neither the application nor anything of it is left."""
        until(f"{self.name} to be gone", lambda: not self.exists(), seconds)
        try:
            until(f"everything of {self.name} to be gone", lambda: not self.leftovers(), seconds)
        except AssertionError:
            raise AssertionError(f"left of {self.name} after {seconds:g} s: {self.leftovers()}") from None

    def note(self, seconds: float, status: dict) -> None:
        """Keeps the measures of one deploy for the summary."""
        newest = status["versionStatuses"][1] if phase_of({"status": status}) == "DualRunning" else status
        job = newest["jobStatus"]["jobID"]
        before = self._status_at(self.applied_at)
        stayed = before.get("cluster", {}).get("id") == status["cluster"]["id"]
        in_place = stayed and self.resource["spec"].get("scaleMode") in ("InPlace", "Adaptive")
        self.timings.append(
            {
                "what": "update" if self.timings else "create",
                "mode": "InPlace" if in_place else self.resource["spec"].get("deploymentMode", "Dual"),
                "job": job,
                "moved": bool(self.timings) and job != before.get("jobStatus", {}).get("jobID"),
                "seconds": seconds,
                "own_share_ms": self.cluster.operator.own_share(self.namespace, self.name),
            }
        )

    def _status_at(self, time: float) -> dict:
        known = [thing for at, _, thing in list(self.diary.entries) if at <= time]
        return known[-1].get("status", {}) if known else {}

    def measures(self) -> list[dict[str, Any]]:
        """What was noted, with the time in which no job ran before each one that moved."""
        entries = self.ledger()
        return [{**x, "gap_ms": checker.handover_ms(entries, x["job"]) if x["moved"] else None} for x in self.timings]

    # -- the ledger -------------------------------------------------------------------------------------------------

    def ledger(self) -> list[checker.Entry]:
        return checker.load(self.ledger_file)

    def last_number(self) -> int:
        return max((x.number for x in self.ledger() if x.event == "number"), default=-1)

    def until_it_counts(self, job: str | None = None, seconds: float = 60) -> None:
        """Waits until the job writes numbers."""

        def written() -> int:
            return sum(x.event == "number" and job in (None, x.job) for x in self.ledger())

        before = written()

        def look() -> bool:
            return written() > before

        until(f"the ledger of {self.name} to go on", look, seconds)

    def demand_ledger(self, **rules: Any) -> checker.Report:
        """The proof from outside: nothing lost, nothing doubled, never two at once."""
        return checker.demand(self.ledger_file, **rules)

    def demand_branch(self, job: str, parent: str | None = None, **rules: Any) -> checker.Report:
        """The same for one of two jobs that run beside each other; `parent` is the one whose state it took over."""
        report = checker.check(checker.branch(self.ledger(), job, parent), **rules)
        assert not report.faults, f"{self.ledger_file}, job {job}:\n  " + "\n  ".join(report.faults)
        return report

    # -- the end ----------------------------------------------------------------------------------------------------

    def clear(self) -> None:
        """Removes it whatever state it is in, and demands that nothing stays."""
        try:
            if self.exists():
                self.release()
            if self.exists():
                self.cluster.api.merge(self.path, {"spec": {"deleteMode": "None"}})
                self.delete()
            self.wait_gone(60)
        finally:
            self.diary.close()


def phase_of(thing: dict) -> str:
    return thing.get("status", {}).get("phase", "")


def observed(thing: dict) -> bool:
    """Whether the status speaks of the spec beside it."""
    return thing.get("status", {}).get("observedGeneration", 0) >= thing["metadata"]["generation"]


def condition_of(thing: dict, kind: str) -> dict:
    for x in thing.get("status", {}).get("conditions", []):
        if x["type"] == kind:
            return x
    return {}
