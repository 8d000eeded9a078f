"""Deletion: the state is saved where the user wants it, and nothing is left behind."""

import pytest
from kit.app import App
from kit.processes import until


def until_silent(app: App) -> None:
    """Waits until the ledger stops growing, as after the end of the last job."""
    last = [-1]

    def look() -> bool:
        before, last[0] = last[0], app.last_number()
        return before == last[0]

    until(f"the ledger of {app.name} to stand still", look, 30, every=0.5)


@pytest.mark.differs_by_flink
@pytest.mark.differs_by_cluster
def test_a_deletion_saves_the_state_first(app: App):
    app.apply(deleteMode="Savepoint").wait_running()
    app.until_it_counts(app.job_id)
    app.cluster.kubectl("delete", "flinkapplication", app.name, "-n", app.namespace, "--timeout=90s")
    app.wait_gone()
    assert len(app.savepoints()) == 1
    app.demand_ledger(fresh_starts=1)


def test_a_forced_deletion_takes_no_savepoint(app: App):
    app.apply(deleteMode="ForceCancel").wait_running()
    app.delete()
    app.wait_gone()
    assert app.savepoints() == []
    until_silent(app)


def test_a_deletion_of_mode_none_just_removes_the_cluster(app: App):
    app.apply(deleteMode="None").wait_running()
    app.delete()
    app.wait_gone()
    assert app.savepoints() == []
    until_silent(app)


@pytest.mark.differs_by_cluster
def test_a_foreground_deletion_still_saves_the_state(app: App):
    app.apply(deleteMode="Savepoint").wait_running()
    app.until_it_counts(app.job_id)
    app.delete("--cascade=foreground")
    app.wait_gone()
    assert len(app.savepoints()) == 1


@pytest.mark.differs_by_cluster
def test_an_orphaning_deletion_leaves_the_cluster_running(app: App):
    app.apply(deleteMode="Savepoint").wait_running()
    job, manager = app.job_id, app.job_manager()
    app.delete("--cascade=orphan")
    until("the application to be gone", lambda: not app.exists())
    assert manager.running_jobs() == [job]
    app.until_it_counts(job)
    assert len(app.deployments()) == 2

    # What was left to the user is removed by the user.
    app.cluster.kubectl("delete", "deployments,services", "-n", app.namespace, "-l", f"flink-app={app.name}")
    app.wait_gone()


@pytest.mark.differs_by_cluster
def test_a_namespace_with_an_application_in_it_can_be_deleted(make_app, cluster):
    namespace = "doomed"
    cluster.create_namespace(namespace)
    app = make_app(namespace=namespace)
    app.apply(deleteMode="Savepoint").wait_running()
    cluster.delete_namespace(namespace)
    until_silent(app)


def test_a_deletion_during_a_deploy_ends(app: App):
    app.apply(deleteMode="Savepoint")
    app.diary.until("the deploy to begin", lambda event, thing: bool(thing.get("status", {}).get("target")))
    app.delete()
    app.wait_gone()


def test_a_deletion_after_a_failed_deploy_ends(app: App):
    app.apply(deleteMode="Savepoint", jarName="absent.jar").wait_phase("DeployFailed")
    app.delete()
    app.wait_gone()
