"""Migration from the Go operator: its applications keep running unchanged under this operator."""

import pytest
from kit.app import App
from kit.go_operator import GoOperator
from kit.processes import until

UID = "flink.k8s.io/application-uid"


@pytest.fixture
def left_behind(app: App):
    """An application that runs, with the Go operator stopped and ours not yet started, and the id of its job."""
    app.cluster.operator.stop()
    job = GoOperator(app).deploy()
    app.until_it_counts(job)
    return app, job


def start_ours(app: App) -> None:
    app.cluster.operator.start()
    app.cluster.operator.until_ready()


@pytest.mark.differs_by_cluster
def test_an_application_of_the_go_operator_continues_then_moves_then_goes(left_behind):
    app, job = left_behind
    pods = {x["metadata"]["uid"] for x in app.pods()}

    start_ours(app)
    app.wait_running()
    assert app.job_id == job
    assert app.cluster_id == "0a1b2c3d"
    assert app.condition("Ready")["reason"] == "JobRunning", app.complaint()
    for deployment in app.deployments():
        assert deployment["metadata"]["labels"][UID] == app.get()["metadata"]["uid"]
        assert not deployment["metadata"].get("ownerReferences")
    app.until_it_counts(job)
    assert {x["metadata"]["uid"] for x in app.pods()} == pods, "no pod was started anew"
    assert app.pods_to_scale() == {x["metadata"]["name"] for x in app.pods("taskmanager")}

    app.update("v2").wait_running()
    assert app.job_id != job
    app.until_it_counts(app.job_id)
    assert app.live_jobs() == [app.job_id]
    until("the adopted cluster to be gone", lambda: len(app.deployments()) == 2, 60)

    before = len(app.savepoints())
    app.apply(deleteMode="Savepoint")
    app.delete()
    app.wait_gone()
    assert len(app.savepoints()) == before + 1
    report = app.demand_ledger(fresh_starts=1, exact=True)
    assert len(report.jobs) == 2 and report.jobs[0] == job


def test_an_edit_made_while_no_operator_ran_is_deployed_with_the_state(left_behind):
    app, job = left_behind
    app.update("v2")
    start_ours(app)
    app.wait_running()
    assert app.job_id != job
    app.until_it_counts(app.job_id)
    assert app.demand_ledger(fresh_starts=1, exact=True).jobs == [job, app.job_id]


def test_a_new_version_that_fails_gives_the_adopted_cluster_its_job_back(left_behind):
    app, job = left_behind
    start_ours(app)
    app.wait_running()
    # Compiled without being asked, so that it fails only after the old job has ended.
    app.apply(jarName="no-such.jar", acceptance={"compileFirst": False}).wait_phase("DeployFailed")
    assert app.cluster_id == "0a1b2c3d"
    app.until_it_counts(app.job_id)
    assert app.job_id != job
    assert app.demand_ledger(fresh_starts=1, exact=True).jobs == [job, app.job_id]


def test_a_foreground_deletion_still_saves_the_state_of_an_adopted_cluster(left_behind):
    app, job = left_behind
    start_ours(app)
    app.apply(deleteMode="Savepoint").wait_running()
    assert app.job_id == job
    app.delete("--cascade=foreground")
    app.wait_gone()
    assert len(app.savepoints()) == 1
