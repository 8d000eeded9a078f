"""HorizontalPodAutoscalers of a real control plane, as examples/ has them, scale applications."""

import json

import pytest
from kit.app import App
from kit.metrics import Metrics
from kit.processes import ROOT, until

pytestmark = [pytest.mark.only("kubernetes"), pytest.mark.differs_by_cluster]


@pytest.fixture
def metrics(cluster):
    served = Metrics(cluster)
    try:
        served.register()
        yield served
    finally:
        served.close()


class Autoscaler:
    """The one of an example, pointed at an application. It acts at once."""

    def __init__(self, app: App, example: str):
        self.app = app
        documents = (ROOT / "examples" / example).read_text().split("\n---\n")
        (text,) = [x for x in documents if "kind: HorizontalPodAutoscaler" in x]
        made = json.loads(app.cluster.kubectl("create", "-f", "-", "--dry-run=client", "-o", "json", input=text))
        made["metadata"] = {"name": app.name, "namespace": app.namespace}
        made["spec"]["scaleTargetRef"]["name"] = app.name
        for direction in made["spec"]["behavior"].values():
            direction["stabilizationWindowSeconds"] = 0
        self.collection = f"/apis/autoscaling/v2/namespaces/{app.namespace}/horizontalpodautoscalers"
        app.cluster.api.ask("POST", self.collection, made)

    def get(self) -> dict:
        return self.app.cluster.api.get(f"{self.collection}/{self.app.name}")

    def remove(self) -> None:
        self.app.cluster.api.ask("DELETE", f"{self.collection}/{self.app.name}")

    def until_paused(self) -> None:
        """Waits until it pauses because the job has no TaskManagers to select."""

        def look() -> bool:
            conditions = self.get().get("status", {}).get("conditions", [])
            return any(x["type"] == "ScalingActive" and x["reason"] == "InvalidSelector" for x in conditions)

        until("the autoscaler to pause", look, 30)

    def until_content(self, current: dict) -> None:
        """Waits until it sees this load, and checks that it keeps the present parallelism."""
        parallelism = self.app.resource["spec"]["parallelism"]

        def sees_it() -> bool:
            status = self.get().get("status", {})
            seen = [y for x in status.get("currentMetrics") or [] for y in x.values() if isinstance(y, dict)]
            wanted = status.get("desiredReplicas"), status.get("currentReplicas")
            return wanted == (parallelism, parallelism) and any(current.items() <= x["current"].items() for x in seen)

        until(f"the autoscaler to see {current}", sees_it, 30, every=0.2)


@pytest.fixture
def autoscaler(app: App, metrics: Metrics):
    made = []

    def make(example: str) -> Autoscaler:
        made.append(Autoscaler(app, example))
        return made[0]

    yield make
    for x in made:
        x.remove()


def demand_scale_tells_what_serves(app: App) -> None:
    """The parallelism, and the TaskManagers of the job's cluster and nothing else."""
    scale = app.cluster.api.get(app.path + "/scale")
    assert scale["status"]["replicas"] == scale["spec"]["replicas"] == app.resource["spec"]["parallelism"]
    assert app.pods_to_scale() == {x["metadata"]["name"] for x in app.pods("taskmanager", app.cluster_id)}


def demand_moved_with_its_state(app: App, first_job: str) -> None:
    assert app.job_id != first_job
    app.until_it_counts(app.job_id)
    assert app.live_jobs() == [app.job_id]
    assert app.demand_ledger(fresh_starts=1, exact=True).jobs == [first_job, app.job_id]


def test_an_autoscaler_gives_a_job_the_parallelism_that_waits_for_it(app: App, metrics: Metrics, autoscaler):
    metrics.external["clicks_consumer_lag"] = 1000
    app.apply(taskManagerConfig={**app.resource["spec"]["taskManagerConfig"], "taskSlots": 2}).wait_running()
    first_job = app.job_id
    app.until_it_counts(first_job)
    hpa = autoscaler("autoscaled-by-lag.yaml")
    hpa.until_content({"averageValue": "1k"})

    metrics.external["clicks_consumer_lag"] = 3000
    app.wait_scaled(3).wait_running()
    assert len(app.pods("taskmanager", app.cluster_id)) == 2, "three of four slots"
    demand_scale_tells_what_serves(app)
    hpa.until_content({"averageValue": "1k"})
    demand_moved_with_its_state(app, first_job)


def test_an_autoscaler_gives_busy_task_managers_more_of_them(app: App, metrics: Metrics, autoscaler):
    # Of the 100m that a TaskManager of a story requests.
    metrics.cpu_millis = 75
    app.apply()
    hpa = autoscaler("autoscaled-by-cpu.yaml")
    hpa.until_paused()
    app.wait_running()
    first_job = app.job_id
    app.until_it_counts(first_job)
    hpa.until_content({"averageUtilization": 75})

    metrics.cpu_millis = 150
    app.wait_scaled(2).wait_running()
    demand_scale_tells_what_serves(app)
    hpa.until_content({"averageUtilization": 75})
    demand_moved_with_its_state(app, first_job)
