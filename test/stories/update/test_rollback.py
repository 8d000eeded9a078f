"""Rollbacks after the old job was stopped: the old version continues from the state that it saved."""

import pytest
from kit.app import FLINK_RESTARTS, App
from kit.processes import until


def start(app: App) -> tuple[str, str]:
    """Returns the job of a version that runs, and its cluster."""
    app.apply().wait_running()
    app.until_it_counts(app.job_id)
    return app.job_id, app.cluster_id


def demand_that_the_old_version_went_on(app: App, old_job: str, old_cluster: str) -> None:
    """From the number at which it was stopped, whatever the new version has counted meanwhile."""
    assert app.cluster_id == old_cluster and app.job_id != old_job
    app.until_it_counts(app.job_id)
    assert app.live_jobs() == [app.job_id]
    assert app.job_manager().restored(app.job_id)["is_savepoint"]
    report = app.demand_ledger(fresh_starts=1)
    assert (report.jobs[0], report.jobs[-1]) == (old_job, app.job_id)
    assert report.instances[-1].opened.number == report.instances[0].numbers[-1].number


@pytest.mark.in_turn
def test_a_version_that_completes_no_checkpoint_is_not_accepted(app: App):
    old_job, old_cluster = start(app)
    app.update(
        "v2",
        programArgs=app.arguments("--snapshot-ms 600000"),
        acceptance={"requireCheckpoint": True, "afterSeconds": 10},
    )
    until("the condition to name the wait", lambda: app.condition("Progressing").get("reason") == "JobUnproven")
    app.wait_phase("DeployFailed")
    assert app.status["reason"].startswith("RolledBack")
    assert "has not completed a checkpoint" in app.complaint()
    demand_that_the_old_version_went_on(app, old_job, old_cluster)

    # One that does is.
    back = app.job_id
    app.update("v3", programArgs=app.arguments()).wait_running()
    app.until_it_counts(app.job_id)
    assert app.job_manager().checkpoints(app.job_id)["counts"]["completed"] > 0
    assert app.demand_ledger(fresh_starts=1).jobs[-2:] == [back, app.job_id]


@pytest.mark.in_turn
def test_a_version_that_flink_restarts_too_often_is_not_accepted(app: App):
    old_job, old_cluster = start(app)
    fail_file = app.folder / "fail_file"
    fail_file.touch()
    app.configure(FLINK_RESTARTS)
    app.update(
        "v2",
        programArgs=app.arguments(f"--fail-file {fail_file}"),
        acceptance={"requireCheckpoint": True, "maxRestarts": 1},
    )
    app.wait_phase("DeployFailed")
    assert "acceptance.maxRestarts" in app.complaint()
    assert "configured to fail" in app.complaint(), "the cause too"
    demand_that_the_old_version_went_on(app, old_job, old_cluster)


@pytest.mark.in_turn
def test_a_deploy_is_given_up_by_force_after_the_old_job_was_stopped_and_the_next_is_not(app: App):
    old_job, old_cluster = start(app)
    # The user sees that it will never complete a checkpoint, and does not want to wait.
    app.update("v2", programArgs=app.arguments("--snapshot-ms 600000"), acceptance={"requireCheckpoint": True})
    until("the new job to run", lambda: [x for x in app.live_jobs() if x != old_job])
    app.apply(forceRollback=True).wait_phase("DeployFailed")
    assert app.status["reason"].startswith("RolledBack")
    assert "forceRollback" in app.complaint()
    demand_that_the_old_version_went_on(app, old_job, old_cluster)

    # It was meant for that deploy: the field may stay.
    app.update("v3", programArgs=app.arguments()).wait_running()
    app.until_it_counts(app.job_id)
    assert app.get()["spec"]["forceRollback"] is True
    assert app.demand_ledger(fresh_starts=1).jobs[-1] == app.job_id


@pytest.mark.in_turn
def test_a_rollback_follows_a_rollback_and_going_back_to_what_runs_touches_nothing(app: App):
    first_job, cluster = start(app)
    app.update("v2", jarName="absent.jar", acceptance={"compileFirst": False}).wait_phase("DeployFailed")
    second_job = app.job_id
    app.until_it_counts(second_job)
    app.update("v3").wait_phase("DeployFailed")
    third_job = app.job_id
    app.until_it_counts(third_job)

    app.update("v1", jarName="ledger.jar").wait_running()
    assert (app.job_id, app.cluster_id) == (third_job, cluster)
    until("what failed to be gone", lambda: len(app.deployments()) == 2 and len(app.pods()) == 2, 60)
    app.until_it_counts(third_job)
    assert app.demand_ledger(fresh_starts=1, exact=True).jobs == [first_job, second_job, third_job]
