"""Jobs that fail, or are lost with their JobManager: they go on by themselves, from their newest state."""

import random
import signal

import pytest
from kit.app import App
from kit.processes import until


def until_state_is_recorded(app: App) -> None:
    until("a checkpoint in the status", lambda: app.status.get("jobStatus", {}).get("lastCheckpoint"))


def until_another_job_runs(app: App, old_job: str) -> None:
    app.diary.until(
        "another job to serve",
        lambda event, thing: thing.get("status", {}).get("phase") == "Running"
        and thing["status"].get("jobStatus", {}).get("jobID") not in (None, old_job),
    )


def restarts_of(pod: dict) -> int:
    return sum(x["restartCount"] for x in pod["status"].get("containerStatuses", []))


def checkpoint_number(path: str) -> int:
    return int(path.rsplit("/chk-", 1)[1])


@pytest.mark.parametrize("interval", [pytest.param("1s", marks=pytest.mark.differs_by_cluster), "30s"])
def test_a_job_lost_with_its_job_manager_goes_on_from_its_newest_checkpoint(app: App, interval: str):
    app.configure({"execution.checkpointing.interval": interval}).apply().wait_running()
    old_job, cluster_id = app.job_id, app.cluster_id
    app.until_it_counts(old_job)
    until_state_is_recorded(app)
    # At any moment between two checkpoints.
    moment = len(app.ledger()) + random.randrange(600)
    until("a moment to come", lambda: len(app.ledger()) > moment)
    recorded = checkpoint_number(app.status["jobStatus"]["lastCheckpoint"])
    app.cluster.signal_pod(app.job_manager_pod()["metadata"]["name"], signal.SIGKILL)
    until_another_job_runs(app, old_job)
    app.until_it_counts(app.job_id)
    assert app.cluster_id == cluster_id, "on the cluster that stands"
    assert app.live_jobs() == [app.job_id]
    assert "JobFailed" in app.event_reasons()
    assert checkpoint_number(app.status["jobStatus"]["restorePath"]) >= recorded
    # Without high availability the status knows a checkpoint that is up to a minute old.
    app.demand_ledger(fresh_starts=1, rewinds=1)


@pytest.mark.only("kubernetes")
def test_with_high_availability_flink_brings_the_job_back_and_the_operator_keeps_its_hands_off(app: App):
    app.configure(
        {
            "high-availability.type": "kubernetes",
            "high-availability.storageDir": f"file://{app.folder / 'ha'}",
            "kubernetes.config.file": str(app.cluster.kubeconfig),
        }
    )
    app.apply().wait_running()
    job, cluster_id = app.job_id, app.cluster_id
    app.until_it_counts(job)
    until_state_is_recorded(app)
    app.cluster.signal_pod(app.job_manager_pod()["metadata"]["name"], signal.SIGKILL)
    until("the JobManager to start again", lambda: restarts_of(app.job_manager_pod()) == 1)
    # The Lease of its predecessor has to expire first.
    until("Flink to bring the job back", lambda: app.job_manager().all_tasks_running(job), 120)
    app.until_it_counts(job)
    until("the operator to see it", lambda: app.condition("Ready")["status"] == "True")
    assert (app.job_id, app.cluster_id) == (job, cluster_id)
    assert app.live_jobs() == [job]
    assert "JobFailed" not in app.event_reasons()
    app.demand_ledger(fresh_starts=1, rewinds=1)


@pytest.mark.differs_by_cluster
def test_objects_deleted_by_hand_come_back_and_so_does_the_job(app: App):
    app.apply().wait_running()
    old_job = app.job_id
    app.until_it_counts(old_job)
    until_state_is_recorded(app)
    app.cluster.kubectl("-n", app.namespace, "delete", "deployment", f"{app.name}-{app.cluster_id}-jm", "--wait=false")
    until_another_job_runs(app, old_job)
    app.until_it_counts(app.job_id)
    assert app.live_jobs() == [app.job_id]
    app.demand_ledger(fresh_starts=1, rewinds=1)
