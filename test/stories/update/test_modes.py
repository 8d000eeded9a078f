"""How a new version takes over: one cluster at a time (Single), two versions beside each other (BlueGreen)."""

import pytest
from kit.api import Diary
from kit.app import App
from kit.processes import until

# -- Single ---------------------------------------------------------------------------------------------------------


def most_clusters_at_once(pods: Diary) -> int:
    """Of how many clusters pods existed at the same time."""
    there: dict[str, str] = {}
    most = 0
    for _, event, pod in list(pods.entries):
        name = pod["metadata"]["name"]
        if event == "DELETED":
            there.pop(name, None)
        else:
            there[name] = pod["metadata"]["labels"]["flink-app-hash"]
        most = max(most, len(set(there.values())))
    return most


@pytest.fixture
def pods(app: App):
    diary = Diary(app.cluster.api, f"/api/v1/namespaces/{app.namespace}/pods?labelSelector=flink-app%3D{app.name}")
    yield diary
    diary.close()


@pytest.mark.differs_by_cluster
def test_single_moves_the_state_and_never_has_two_clusters(app: App, pods: Diary):
    app.apply(deploymentMode="Single").wait_running()
    old_job, old_cluster = app.job_id, app.cluster_id
    app.until_it_counts(old_job)

    app.update("v2").wait_running()
    app.until_it_counts(app.job_id)
    assert app.cluster_id != old_cluster
    assert app.demand_ledger(fresh_starts=1, exact=True).jobs == [old_job, app.job_id]
    until("the old Deployments to be gone", lambda: len(app.deployments()) == 2 and len(app.pods()) == 2, 60)
    assert most_clusters_at_once(pods) == 1


def test_single_gives_the_old_version_its_cluster_and_job_back(app: App, pods: Diary):
    app.apply(deploymentMode="Single").wait_running()
    old_job, old_cluster = app.job_id, app.cluster_id
    app.until_it_counts(old_job)

    app.update("v2", entryClass="absent.Main").wait_phase("DeployFailed")
    assert "absent.Main" in app.complaint()
    assert app.cluster_id == old_cluster
    assert app.job_id != old_job
    app.until_it_counts(app.job_id)
    assert app.demand_ledger(fresh_starts=1, exact=True).jobs == [old_job, app.job_id]
    assert most_clusters_at_once(pods) == 1

    second_job = app.job_id
    app.update("v3", entryClass="Ledger").wait_running()
    app.until_it_counts(app.job_id)
    assert app.demand_ledger(fresh_starts=1, exact=True).jobs == [old_job, second_job, app.job_id]


@pytest.mark.only("kubernetes")
@pytest.mark.differs_by_cluster
def test_single_asks_the_api_server_before_it_touches_the_old_job(app: App):
    app.apply(deploymentMode="Single").wait_running()
    old_job = app.job_id
    absent = {"podTemplate": {"spec": {"priorityClassName": "absent"}}}
    app.update("v2", taskManagerConfig={**app.resource["spec"]["taskManagerConfig"], **absent})
    app.wait_phase("DeployFailed")
    assert "absent" in app.complaint()
    assert app.job_id == old_job
    app.until_it_counts(old_job)
    assert app.savepoints() == []


# -- BlueGreen ------------------------------------------------------------------------------------------------------


def versions(app: App) -> list[dict]:
    return app.status["versionStatuses"]


def services(app: App) -> set[str]:
    every = app.cluster.api.items(f"/api/v1/namespaces/{app.namespace}/services?labelSelector=flink-app%3D{app.name}")
    return {x["metadata"]["name"] for x in every}


def deploy_a_second_version(app: App) -> tuple[str, str]:
    """Returns the jobs of both versions, which run."""
    app.apply(deploymentMode="BlueGreen", deleteMode="Savepoint").wait_running()
    green = app.job_id
    app.until_it_counts(green)
    app.update("v2").wait_dual_running()
    blue = versions(app)[1]["jobStatus"]["jobID"]
    for job in (green, blue):
        app.until_it_counts(job)
    return green, blue


@pytest.mark.differs_by_flink
@pytest.mark.differs_by_cluster
@pytest.mark.scenario("S9")
def test_blue_green_runs_two_versions_until_one_is_torn_down(app: App):
    known_before = app.last_number()
    green, blue = deploy_a_second_version(app)
    status = app.status
    old_cluster, new_cluster = status["deployHash"], status["updatingHash"]
    assert (status["deployVersion"], status["updatingVersion"]) == ("green", "blue")
    assert [x["versionHash"] for x in versions(app)] == [old_cluster, new_cluster]
    assert len(app.pods()) == 4
    assert {f"{app.name}-green", f"{app.name}-blue"} <= services(app)
    assert app.condition("Ready")["status"] == "True"
    # The new job went on from a savepoint of the old one, which was not stopped for it.
    restored = app.job_manager(new_cluster).restored(blue)
    assert restored and restored["is_savepoint"]
    assert set(app.live_jobs()) == {green, blue}
    app.demand_branch(blue, parent=green, exact=True)

    app.apply(tearDownVersionHash=old_cluster).wait_running()
    until("the old version to be gone", lambda: len(app.pods()) == 2 and len(app.deployments()) == 2, 60)
    status = app.status
    assert (status["deployVersion"], status["deployHash"]) == ("blue", new_cluster)
    assert status["teardownHash"] == old_cluster
    assert "updatingVersion" not in status
    assert (app.job_id, versions(app)[0]["jobStatus"]["jobID"]) == (blue, blue)
    assert "jobStatus" not in versions(app)[1]
    until("the old colour's Service to be gone", lambda: f"{app.name}-green" not in services(app), 30)
    app.until_it_counts(blue)
    assert app.live_jobs() == [blue]
    assert app.demand_branch(green).last_number > known_before
    app.demand_branch(blue, parent=green, exact=True)

    before = len(app.savepoints())
    app.delete()
    app.wait_gone()
    assert len(app.savepoints()) == before + 1


def test_blue_green_keeps_the_old_version_if_the_new_one_is_torn_down_and_then_deploys_what_waited(app: App):
    green, blue = deploy_a_second_version(app)
    new_cluster = app.status["updatingHash"]

    app.update("v3")
    until("the edit to wait", lambda: app.condition("Ready")["reason"] == "EditWaits", 30)
    assert set(app.live_jobs()) == {green, blue}

    app.apply(tearDownVersionHash=new_cluster)
    until("another version to run", lambda: new_cluster not in (app.status.get("updatingHash"), None)
          and app.phase == "DualRunning", 120)  # fmt: skip
    third = versions(app)[1]["jobStatus"]["jobID"]
    app.until_it_counts(third)
    app.until_it_counts(green)
    assert set(app.live_jobs()) == {green, third}
    assert app.status["updatingVersion"] == "blue"
    app.demand_branch(green)
    app.demand_branch(third, parent=green, exact=True)


def test_blue_green_a_version_that_fails_costs_the_old_one_nothing(app: App):
    app.apply(deploymentMode="BlueGreen").wait_running()
    green = app.job_id
    app.update("v2", entryClass="absent.Main").wait_phase("DeployFailed")
    assert "absent.Main" in app.complaint()
    app.until_it_counts(green)
    assert app.live_jobs() == [green]
    assert len(app.demand_ledger(fresh_starts=1).instances) == 1


def test_blue_green_saves_both_jobs_when_it_is_deleted(app: App):
    deploy_a_second_version(app)
    before = len(app.savepoints())
    app.delete()
    app.wait_gone()
    assert len(app.savepoints()) == before + 2


def test_blue_green_cannot_be_left_while_deployed(app: App):
    app.apply(deploymentMode="BlueGreen").wait_running()
    green = app.job_id
    app.update("v2", deploymentMode="Dual")
    until("the condition to name the field", lambda: "spec.deploymentMode" in app.complaint(), 30)
    assert app.live_jobs() == [green]
    app.update("v1", deploymentMode="BlueGreen").wait_running()
    assert app.job_id == green
