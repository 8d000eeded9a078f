"""A main() that runs for very long, in a first deploy and in updates: nothing else waits for it."""

import pytest
from kit.app import App
from kit.processes import until

# A test that waits for this main() times out.
TOO_SLOW = "--main-sleep-ms 600000"


def until_main_runs(app: App, command: str) -> None:
    """Waits until the operator reports this command as one without an answer yet."""

    def runs() -> bool:
        page = app.cluster.operator.introspect_application(app.namespace, app.name)
        return f"main() is running: {command}" in page.get("step", "")

    until(f"main() to run: {command}", runs)


def start(app: App) -> tuple[str, str]:
    """Returns the job of a version that runs, and its cluster."""
    app.apply().wait_running()
    app.until_it_counts(app.job_id)
    return app.job_id, app.cluster_id


@pytest.mark.differs_by_cluster
def test_a_deletion_does_not_wait_for_the_main_of_a_first_deploy(app: App):
    app.apply(programArgs=app.arguments(TOO_SLOW))
    until_main_runs(app, "submit job")
    app.delete()
    app.wait_gone()
    assert app.ledger() == []


def test_an_edit_replaces_a_version_that_is_still_being_compiled(app: App):
    old_job, old_cluster = start(app)
    app.update("v2", programArgs=app.arguments(TOO_SLOW))
    until_main_runs(app, "compile job")
    assert app.live_jobs() == [old_job]

    app.update("v3", programArgs=app.arguments()).wait_running()
    app.until_it_counts(app.job_id)
    assert app.live_jobs() == [app.job_id]
    assert app.cluster_id != old_cluster
    assert app.demand_ledger(fresh_starts=1, exact=True).jobs == [old_job, app.job_id]


@pytest.mark.in_turn
def test_a_version_whose_main_does_not_come_to_an_end_is_given_up_by_force(app: App):
    old_job, old_cluster = start(app)
    app.update("v2", programArgs=app.arguments(TOO_SLOW), acceptance={"compileFirst": False})
    until_main_runs(app, "submit job")
    app.apply(forceRollback=True).wait_phase("DeployFailed")
    assert "forceRollback" in app.complaint()
    assert app.cluster_id == old_cluster and app.job_id != old_job
    app.until_it_counts(app.job_id)
    assert app.live_jobs() == [app.job_id]
    assert app.demand_ledger(fresh_starts=1, exact=True).jobs == [old_job, app.job_id]


@pytest.mark.in_turn
def test_a_version_whose_main_takes_longer_than_its_time_is_rolled_back(app: App):
    old_job, old_cluster = start(app)
    app.update(
        "v2",
        programArgs=app.arguments(TOO_SLOW),
        acceptance={"compileFirst": False, "afterSeconds": 5},
        timeouts={"submitSeconds": 5},
    )
    app.wait_phase("DeployFailed")
    assert app.status["reason"].startswith("RolledBack")
    assert app.cluster_id == old_cluster and app.job_id != old_job
    app.until_it_counts(app.job_id)
    assert app.live_jobs() == [app.job_id]
    assert app.demand_ledger(fresh_starts=1, exact=True).jobs == [old_job, app.job_id]
