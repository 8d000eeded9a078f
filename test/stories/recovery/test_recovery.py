"""Jobs that fail, or are lost with their JobManager: they go on by themselves, from their newest state."""

import random
import signal

import checker
import pytest
from kit.app import App
from kit.processes import until


# A job that fails is over.
FLINK_GIVES_UP = {"restart-strategy.type": "none"}


def until_state_is_recorded(app: App) -> None:
    until("a checkpoint in the status", lambda: app.status.get("jobStatus", {}).get("lastCheckpoint"))


def start(app: App, **changes) -> str:
    """Returns a job that runs and has state to go on from."""
    app.apply(**changes).wait_running()
    app.until_it_counts(app.job_id)
    until_state_is_recorded(app)
    return app.job_id


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
def test_a_job_lost_with_its_job_manager_continues_from_its_newest_checkpoint(app: App, interval: str):
    app.configure({"execution.checkpointing.interval": interval})
    old_job, cluster_id = start(app), app.cluster_id
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
    job, cluster_id = start(app), app.cluster_id
    app.cluster.signal_pod(app.job_manager_pod()["metadata"]["name"], signal.SIGKILL)
    until("the JobManager to start again", lambda: restarts_of(app.job_manager_pod()) == 1)
    # The Lease of the previous process has to expire first.
    until("Flink to bring the job back", lambda: app.job_manager().all_tasks_running(job), 120)
    app.until_it_counts(job)
    until("the operator to see it", lambda: app.condition("Ready")["status"] == "True")
    assert (app.job_id, app.cluster_id) == (job, cluster_id)
    assert app.live_jobs() == [job]
    assert "JobFailed" not in app.event_reasons()
    app.demand_ledger(fresh_starts=1, rewinds=1)


@pytest.mark.differs_by_cluster
def test_objects_deleted_by_hand_come_back_and_so_does_the_job(app: App):
    old_job = start(app)
    app.cluster.kubectl("-n", app.namespace, "delete", "deployment", f"{app.name}-{app.cluster_id}-jm", "--wait=false")
    until_another_job_runs(app, old_job)
    app.until_it_counts(app.job_id)
    assert app.live_jobs() == [app.job_id]
    app.demand_ledger(fresh_starts=1, rewinds=1)


@pytest.mark.in_turn
def test_a_job_that_fails_is_started_again_until_the_policy_says_enough_and_an_edit_continues(app: App):
    fail_file = app.folder / "fail_file"
    app.configure(FLINK_GIVES_UP)
    policy = {"maxRestarts": 1, "backoffSeconds": 1}
    first_job = start(app, programArgs=app.arguments(f"--fail-file {fail_file}"), jobFailurePolicy=policy)
    cluster_id = app.cluster_id
    fail_file.touch()
    app.wait_phase("Failed")
    assert app.status["reason"].startswith("JobFailed")
    assert "configured to fail" in app.complaint(), "the cause"
    assert app.condition("Ready")["status"] == "False"
    assert app.live_jobs() == []

    fail_file.unlink()
    app.apply(restartNonce="mended").wait_running()
    app.until_it_counts(app.job_id)
    assert app.cluster_id != cluster_id
    report = app.demand_ledger(fresh_starts=1)
    assert (report.jobs[0], report.jobs[-1]) == (first_job, app.job_id)


@pytest.mark.in_turn
def test_a_job_cancelled_by_hand_continues_with_the_next_edit(app: App):
    old_job = start(app)
    app.job_manager().cancel(old_job)
    until("the condition", lambda: app.condition("Ready")["reason"] == "JobEnded")
    assert app.live_jobs() == [], "nobody starts it against that will"

    app.apply(restartNonce="again").wait_running()
    app.until_it_counts(app.job_id)
    assert "/chk-" in app.job_manager().restored(app.job_id)["external_path"]
    assert app.demand_ledger(fresh_starts=1).jobs == [old_job, app.job_id]


@pytest.mark.in_turn
def test_a_job_that_finishes_while_no_operator_looks_is_a_success_and_stays_one(app: App):
    app.apply(programArgs=app.arguments("--count 1000")).wait_running()
    job, operator = app.job_id, app.cluster.operator
    operator.stop()
    until("the job to finish", lambda: app.job_manager().job(job)["state"] == "FINISHED")
    operator.start()
    operator.until_ready()
    until("the status", lambda: app.status["jobStatus"]["state"] == "FINISHED")
    assert app.phase == "Running"
    assert app.condition("Degraded")["status"] == "False"
    operator.restart()
    until("the operator to look at the job", lambda: operator.introspect_application(app.namespace, app.name))
    assert (app.job_id, len(app.job_manager().jobs())) == (job, 1)
    assert app.demand_ledger(fresh_starts=1).last_number == 999


@pytest.mark.in_turn
def test_a_lost_task_manager_is_replaced_and_flink_brings_the_job_back(app: App):
    job = start(app)
    app.cluster.signal_pod(app.pods("taskmanager")[0]["metadata"]["name"], signal.SIGKILL)
    until("the job to be restarted", lambda: len(checker.check(app.ledger()).instances) == 2)
    app.until_it_counts(job)
    assert (app.job_id, app.live_jobs()) == (job, [job])
    assert "JobFailed" not in app.event_reasons()
    app.demand_ledger(fresh_starts=1)


@pytest.mark.in_turn
@pytest.mark.parametrize("left", [1, 0])
def test_task_managers_that_somebody_scaled_away_come_back_and_so_does_the_job(app: App, left: int):
    job = start(app, parallelism=2)
    name = next(x["metadata"]["name"] for x in app.deployments() if x["metadata"]["name"].endswith("-tm"))
    app.cluster.kubectl("scale", f"deployment/{name}", "-n", app.namespace, f"--replicas={left}")
    until("the job to miss tasks", lambda: not app.job_manager().all_tasks_running(job))
    until("the job to have all its tasks again", lambda: app.job_manager().all_tasks_running(job), 120)
    until("two TaskManagers", lambda: len(app.pods("taskmanager")) == 2, 60)
    app.until_it_counts(job)
    assert (app.job_id, app.live_jobs()) == (job, [job])
    app.demand_ledger(fresh_starts=1)
