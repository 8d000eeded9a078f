"""Updates: state is kept, and a version that cannot run costs the running job nothing."""

import pytest
from kit.app import App
from kit.processes import until


@pytest.mark.differs_by_flink
@pytest.mark.differs_by_cluster
def test_an_update_keeps_the_state(app: App):
    app.apply().wait_running()
    old_job, old_cluster = app.job_id, app.cluster_id
    app.until_it_counts(old_job)

    app.update("v2")
    app.wait_running()
    assert app.job_id != old_job
    assert app.cluster_id != old_cluster
    app.until_it_counts(app.job_id)

    restored = app.job_manager().restored(app.job_id)
    assert restored and restored["is_savepoint"]
    assert restored["external_path"].removeprefix("file:") == str(app.savepoints()[-1])
    # Only a stop with savepoint happened: the new job goes on with the very next number.
    report = app.demand_ledger(fresh_starts=1, exact=True)
    assert report.jobs == [old_job, app.job_id]
    until("the old cluster to be gone", lambda: len(app.deployments()) == 2 and len(app.pods()) == 2, 60)


@pytest.mark.differs_by_cluster
def test_an_update_with_a_missing_image_leaves_the_old_job_running_and_says_why(app: App):
    app.apply().wait_running()
    old_job = app.job_id

    app.apply(image="nowhere.invalid/absent:v2")
    until("the condition to name the image", lambda: "nowhere.invalid/absent:v2" in app.complaint(), 60)
    assert app.live_jobs() == [old_job]
    app.wait_phase("DeployFailed")
    assert app.condition("Degraded")["status"] == "True"
    app.until_it_counts(old_job)

    # Back to what runs: at once, without touching the job.
    app.update("v1").wait_running()
    assert app.job_id == old_job
    assert app.live_jobs() == [old_job]
    assert len(app.demand_ledger(fresh_starts=1).instances) == 1


MISTAKES = {
    "jar": ({"jarName": "absent.jar"}, "absent.jar"),
    "class": ({"entryClass": "absent.Main"}, "absent.Main"),
    "argument": ({"programArgs": "--ledger /nowhere --fail-main sorry"}, "sorry"),
}


@pytest.mark.differs_by_flink
@pytest.mark.parametrize("mistake", MISTAKES)
def test_an_update_with_a_mistake_costs_the_running_job_nothing(app: App, mistake: str):
    change, word = MISTAKES[mistake]
    app.apply().wait_running()
    old_job = app.job_id

    app.update("v2", **change)
    app.wait_phase("DeployFailed")
    assert word in app.complaint()
    app.until_it_counts(old_job)
    assert app.live_jobs() == [old_job]
    assert app.savepoints() == []
    assert len(app.demand_ledger(fresh_starts=1).instances) == 1


def test_a_failed_update_is_repaired_by_the_next_edit(app: App):
    app.apply().wait_running()
    old_job = app.job_id
    app.update("v2", jarName="absent.jar").wait_phase("DeployFailed")

    app.update("v3", jarName="ledger.jar").wait_running()
    app.until_it_counts(app.job_id)
    assert app.demand_ledger(fresh_starts=1, exact=True).jobs == [old_job, app.job_id]


@pytest.mark.differs_by_cluster
def test_the_ingress_follows_the_spec_without_a_deploy(app: App):
    app.apply(ingress={"host": "one.example.org", "tlsSecretName": "certificate"}).wait_running()
    job = app.job_id
    assert hosts_of(app) == ["one.example.org"]
    app.apply(ingress={"host": "two.example.org"})
    until("the Ingress to have the other host", lambda: hosts_of(app) == ["two.example.org"])
    assert "tls" not in ingress_of(app)["spec"]
    assert app.job_id == job and app.live_jobs() == [job]


def ingress_of(app: App) -> dict:
    return app.cluster.api.ask("GET", f"/apis/networking.k8s.io/v1/namespaces/{app.namespace}/ingresses/{app.name}")


def hosts_of(app: App) -> list[str]:
    return [x["host"] for x in ingress_of(app)["spec"]["rules"]]
