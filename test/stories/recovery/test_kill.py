"""kill -9 of the operator at ten moments: always one job in the end, with all its state."""

from typing import Callable

import pytest
from kit.app import App, phase_of
from kit.processes import until


def status_shows(what: Callable[[dict], bool]) -> Callable[[App], None]:
    """A moment that the applied generation's own status shows."""

    def wait(app: App) -> None:
        def look(event: str, thing: dict) -> bool:
            return thing["metadata"]["generation"] >= app.generation and what(thing)

        app.diary.until("the moment to come", look)

    return wait


def target_of(thing: dict) -> dict:
    return thing.get("status", {}).get("target") or {}


def new_cluster(app: App) -> str | None:
    """The id of the cluster that is being made."""
    return target_of(app.get()).get("clusterId")


def until_at_once(words: str, look: Callable[[], bool]) -> None:
    until(words, look, every=0.005)


def first_object_created(app: App) -> None:
    def of_another_cluster(deployment: dict) -> bool:
        return deployment["metadata"]["labels"]["flink-app-hash"] != app.cluster_id

    until_at_once("a new Deployment", lambda: any(map(of_another_cluster, app.deployments())))


def cluster_up(app: App) -> None:
    def look() -> bool:
        target = new_cluster(app)
        pods = app.pods(cluster_id=target) if target else []
        return len(pods) == 2 and all(x["status"].get("phase") == "Running" for x in pods)

    until_at_once("the pods of the new cluster", look)


def savepoint_triggered(app: App) -> None:
    # Flink makes the folder when it begins the savepoint.
    until_at_once("a savepoint to begin", lambda: any(app.folder.glob("savepoints/*")))


def old_job_finished(app: App) -> None:
    old = app.ledger()[0].job
    manager = app.job_manager()
    until_at_once("the old job to end", lambda: old not in manager.running_jobs())


def job_submitted(app: App) -> None:
    old = app.ledger()[0].job
    until_at_once("the new job", lambda: any(x["jid"] != old for m in app.job_managers() for x in m.jobs()))


MOMENTS: dict[str, Callable[[App], None]] = {
    "after_the_finalizer": status_shows(lambda thing: bool(thing["metadata"].get("finalizers"))),
    "target_recorded": status_shows(lambda thing: bool(target_of(thing))),
    "first_object_created": first_object_created,
    "cluster_up": cluster_up,
    "savepointing_recorded": status_shows(lambda thing: phase_of(thing) == "Savepointing"),
    "savepoint_triggered": savepoint_triggered,
    "old_job_finished": old_job_finished,
    "submitting_recorded": status_shows(lambda thing: phase_of(thing) == "SubmittingJob"),
    "job_submitted": job_submitted,
    "running_recorded": status_shows(
        lambda thing: phase_of(thing) == "Running"
        and thing.get("status", {}).get("observedGeneration", 0) >= thing["metadata"]["generation"]
    ),
}


@pytest.mark.kill_moment
@pytest.mark.parametrize("moment", MOMENTS)
def test_a_killed_operator_loses_nothing(app: App, moment: str):
    operator = app.cluster.operator
    if moment == "after_the_finalizer":
        # That moment is in the life of a new application only; the update follows unharmed.
        app.apply()
        MOMENTS[moment](app)
        operator.kill()
        operator.start()
        app.wait_running()
    else:
        app.apply().wait_running()
    old_job = app.job_id
    app.until_it_counts(old_job)

    app.update("v2")
    if moment != "after_the_finalizer":
        MOMENTS[moment](app)
        operator.kill()
        operator.start()
    app.wait_running()

    app.until_it_counts(app.job_id)
    assert app.live_jobs() == [app.job_id]
    report = app.demand_ledger(fresh_starts=1, exact=True)
    assert report.jobs == [old_job, app.job_id]
    until("the old cluster to be gone", lambda: len(app.deployments()) == 2, 60)
