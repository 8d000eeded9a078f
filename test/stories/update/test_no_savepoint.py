"""Updates without a savepoint: the running job cannot take one, or the user disabled savepoints."""

from pathlib import Path

import pytest
from kit.app import FLINK_RESTARTS, App
from kit.processes import until

# The one checkpoint that is tried is the savepoint of the update.
NO_CHECKPOINTS = {"execution.checkpointing.interval": "1h"}


@pytest.fixture
def fail_file(app: App) -> Path:
    """While this file exists, jobs that have it as --fail-file fail at every number."""
    return app.folder / "fail_file"


def may_fail(app: App, fail_file: Path) -> App:
    return app.configure(FLINK_RESTARTS).apply(programArgs=app.arguments(f"--fail-file {fail_file}"))


def begin_to_fail(app: App, fail_file: Path) -> None:
    fail_file.touch()
    until("the job to fail", lambda: not app.job_manager().all_tasks_running(app.job_id))


def until_only_the_new_version_is_left(app: App) -> None:
    until("the old cluster to be gone", lambda: len(app.deployments()) == 2 and len(app.pods()) == 2, 60)
    assert app.images() == {app.resource["spec"]["image"]}
    assert app.live_jobs() == [app.job_id]
    app.until_it_counts(app.job_id)


@pytest.mark.in_turn
@pytest.mark.scenario("S2")
def test_a_failing_job_is_updated_from_its_newest_checkpoint(app: App, fail_file: Path):
    """S2. There the failure outlives the update; here a new version has to run (spec.acceptance), so it mends it."""
    may_fail(app, fail_file).wait_running()
    old_job = app.job_id
    until("a checkpoint", lambda: app.job_manager().checkpoints(old_job)["counts"]["completed"] > 0)
    begin_to_fail(app, fail_file)

    app.update("v2", programArgs=app.arguments()).wait_running()
    assert "Recovering" in app.phases()
    assert "/chk-" in app.job_manager().restored(app.job_id)["external_path"]
    until("the event", lambda: "RestoringExternalizedCheckpoint" in app.event_reasons(), 30)
    until_only_the_new_version_is_left(app)
    assert app.savepoints() == []
    report = app.demand_ledger(fresh_starts=1)
    assert (report.jobs[0], report.jobs[-1]) == (old_job, app.job_id)


@pytest.mark.in_turn
@pytest.mark.scenario("S3")
def test_a_savepoint_that_takes_too_long_fails_the_update_and_the_job_continues(app: App):
    """S3. Flink restarts a job that it could not stop; this one never completed a checkpoint, so from the beginning."""
    app.configure({**NO_CHECKPOINTS, **FLINK_RESTARTS, "execution.checkpointing.timeout": "3s"})
    app.apply(programArgs=app.arguments("--snapshot-ms 6000")).wait_running()
    job = app.job_id
    app.until_it_counts(job)

    app.update("v2").wait_phase("DeployFailed")
    assert "expired before completing" in app.status["reason"]
    assert app.job_id == job
    until("the job to run as before", lambda: app.job_manager().all_tasks_running(job))
    app.until_it_counts(job)
    assert app.live_jobs() == [job]
    assert app.savepoints() == []
    assert app.demand_ledger(fresh_starts=2).jobs == [job]


@pytest.mark.in_turn
@pytest.mark.scenario("S4", "S5")
def test_a_failing_job_without_any_state_is_left_as_it_is_or_started_without_state(app: App, fail_file: Path):
    """S4, and S5 once the user sets fallbackWithoutState."""
    app.configure(NO_CHECKPOINTS)
    may_fail(app, fail_file).wait_running()
    old_job = app.job_id
    app.until_it_counts(old_job)
    begin_to_fail(app, fail_file)

    app.update("v2", programArgs=app.arguments(), maxCheckpointRestoreAgeSeconds=1).wait_phase("DeployFailed")
    assert app.status["reason"].startswith("NoStateToRestore")
    assert "fallbackWithoutState" in app.status["reason"]
    assert app.job_id == old_job
    assert app.job_manager().job(old_job)["state"] not in ("CANCELED", "FAILED", "FINISHED"), "Flink goes on trying"

    app.apply(fallbackWithoutState=True, restartNonce="without state").wait_running()
    assert app.job_id != old_job
    assert not app.job_manager().restored(app.job_id)
    assert "savepointPath" not in app.status and "savepointPath" not in app.get()["spec"]
    until_only_the_new_version_is_left(app)
    starts = app.demand_ledger(fresh_starts=1000).instances
    assert {x.job for x in starts[:-1]} == {old_job} and starts[-1].job == app.job_id


@pytest.mark.scenario("S6")
def test_an_update_with_savepoints_disabled_starts_without_state(app: App):
    app.apply(savepointDisabled=True).wait_running()
    app.hold()
    app.until_it_counts(app.job_id)
    old_job = app.job_id

    app.update("v2").wait_running()
    assert "Cancelling" in app.phases() and "Savepointing" not in app.phases()
    assert app.job_id != old_job
    until_only_the_new_version_is_left(app)
    assert "savepointPath" not in app.status

    app.delete()
    app.wait_only_held()
    assert app.demand_ledger(fresh_starts=2).jobs[0] == old_job
    assert app.savepoints() == []
    app.release()
    app.wait_gone()


@pytest.mark.in_turn
@pytest.mark.scenario("S7")
def test_a_job_cancelled_by_hand_is_replaced_by_the_next_update(app: App):
    app.apply(savepointDisabled=True).wait_running()
    old_job = app.job_id
    app.until_it_counts(old_job)
    app.job_manager().cancel(old_job)
    until("the condition", lambda: app.condition("Ready")["reason"] == "JobEnded")
    assert app.job_manager().job(old_job)["state"] == "CANCELED"

    app.update("v2").wait_running()
    assert app.job_id != old_job
    assert app.status["jobStatus"]["state"] == "RUNNING"
    assert "savepointPath" not in app.status
    app.until_it_counts(app.job_id)
    assert app.demand_ledger(fresh_starts=2).jobs == [old_job, app.job_id]


@pytest.mark.in_turn
@pytest.mark.scenario("S8")
def test_a_rollback_with_savepoints_disabled_starts_the_old_version_without_state(app: App):
    """S8. Here a missing jar is found before the running job is cancelled, unless the plan is not compiled first."""
    app.apply(savepointDisabled=True, acceptance={"compileFirst": False}).wait_running()
    first_job, cluster = app.job_id, app.cluster_id
    app.until_it_counts(first_job)
    assert "Savepointing" not in app.phases()

    app.apply(jarName="absent.jar", restartNonce="broken").wait_phase("DeployFailed")
    second_job, status = app.job_id, app.status
    assert second_job != first_job
    assert status["deployHash"] == cluster
    assert "savepointPath" not in status and "savepointTriggerId" not in status
    assert not app.job_manager().restored(second_job)
    app.until_it_counts(second_job)

    app.update("v2", jarName="ledger.jar", restartNonce="mended").wait_running()
    until_only_the_new_version_is_left(app)
    assert app.demand_ledger(fresh_starts=3).jobs == [first_job, second_job, app.job_id]
    app.delete()
    app.wait_gone()
    assert app.savepoints() == []
