"""One application from its creation to its deletion, with everything that a user does to it."""

import pytest
from kit.app import App
from kit.processes import until
from kit.programs import image


def move(app: App, **changes) -> None:
    """Performs an update that succeeds, and checks what holds for every such update."""
    old_job, old_cluster = app.job_id, app.cluster_id
    app.apply(**changes).wait_running()
    assert app.phases()[-4:] == ["ClusterStarting", "Savepointing", "SubmittingJob", "Running"]
    assert app.job_id != old_job and app.cluster_id != old_cluster
    assert app.job_manager().restored(app.job_id)["is_savepoint"]
    until("the old cluster to be gone", lambda: len(app.deployments()) == 2 and len(app.pods()) == 2, 60)
    assert app.images() == {app.resource["spec"]["image"]}
    app.until_it_counts(app.job_id)


@pytest.mark.in_turn
@pytest.mark.scenario("S1")
def test_a_life_with_updates_a_rollback_a_forced_one_and_a_deletion(app: App):
    """S1. Here a missing jar does not affect the running job; only a version that was not compiled first is rolled back."""
    app.apply(deleteMode="Savepoint").wait_running()
    app.hold()
    assert len(app.pods()) == 2
    assert app.images() == {app.resource["spec"]["image"]}
    app.until_it_counts(app.job_id)

    new_image = image(app.flink, "v2")
    move(app, image=new_image)
    app.configure({"akka.client.timeout": "23 s"})
    move(app)
    assert app.job_manager().config()["akka.client.timeout"] == "23 s"

    # A version that fails after the old job was stopped: that one goes on where it was, with what was its own.
    old_job, old_cluster = app.job_id, app.cluster_id
    broken = {"jarName": "absent.jar", "programArgs": app.arguments("--name", "another"), "restartNonce": "broken"}
    app.apply(**broken, acceptance={"compileFirst": False}).wait_phase("DeployFailed")
    assert {"Savepointing", "RollingBackJob"} <= set(app.phases())
    assert "absent.jar" in app.complaint()
    assert app.cluster_id == old_cluster and app.job_id != old_job
    assert app.job_manager().restored(app.job_id)["is_savepoint"]
    assert app.job_manager().job(app.job_id)["name"] == "ledger"
    app.until_it_counts(app.job_id)
    move(app, jarName="ledger.jar", programArgs=app.arguments(), restartNonce="mended", acceptance=None)

    # Given up by force, for this once: the old job has not noticed.
    old_job = app.job_id
    app.apply(image="nowhere.invalid/absent:v3").wait_phase("ClusterStarting")
    app.apply(forceRollback=True).wait_phase("DeployFailed")
    assert app.status["reason"].startswith("ForceRollback")
    assert app.get()["spec"]["forceRollback"] is True
    assert app.status["jobStatus"]["state"] == "RUNNING"
    assert app.live_jobs() == [old_job]
    app.until_it_counts(old_job)
    move(app, image=new_image, restartNonce="good", forceRollback=False)

    last_job = app.job_id
    app.delete()
    app.wait_only_held()
    assert app.status["savepointPath"].removeprefix("file:") == str(app.savepoints()[-1])
    report = app.demand_ledger(fresh_starts=1, exact=True)
    assert report.jobs[-1] == last_job and len(report.instances) == 6
    app.release()
    app.wait_gone()
