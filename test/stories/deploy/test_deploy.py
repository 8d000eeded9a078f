"""From kubectl apply to a running job, and the failures on the way."""

import pytest
from kit.app import App
from kit.processes import until


@pytest.mark.differs_by_flink
@pytest.mark.differs_by_cluster
def test_an_application_becomes_a_running_job(app: App):
    app.apply()
    app.wait_running()

    manager = app.job_manager()
    assert manager.running_jobs() == [app.job_id]
    assert manager.all_tasks_running(app.job_id)
    assert app.status["jobStatus"]["state"] == "RUNNING"
    assert app.condition("Ready")["status"] == "True"
    assert app.condition("Progressing")["status"] == "False"
    assert app.condition("Degraded")["status"] == "False"
    app.until_it_counts(app.job_id)
    assert app.demand_ledger(fresh_starts=1).jobs == [app.job_id]


@pytest.mark.differs_by_cluster
def test_kubectl_sees_the_job_get_ready(app: App):
    app.apply()
    app.cluster.kubectl(
        "wait", "--for=condition=Ready", "--timeout=120s", "-n", app.namespace, f"flinkapplication/{app.name}"
    )
    app.wait_running()
    row = app.cluster.kubectl("get", "flinkapp", app.name, "-n", app.namespace, "--no-headers").split()
    assert row[:2] == [app.name, "Running"]
    described = app.cluster.kubectl("describe", "flinkapplication", app.name, "-n", app.namespace)
    assert app.job_id in described


def test_a_first_deploy_with_a_missing_jar_is_repaired_by_an_edit(app: App):
    app.apply(jarName="absent.jar")
    app.wait_phase("DeployFailed")
    assert "absent.jar" in app.complaint()
    assert app.condition("Ready")["status"] == "False"

    app.apply(jarName="ledger.jar")
    app.wait_running()
    app.until_it_counts(app.job_id)
    assert len(app.demand_ledger(fresh_starts=1).instances) == 1


def test_an_edit_during_a_deploy_is_what_ends_up_running(app: App):
    app.apply()
    app.diary.until("the deploy to begin", lambda event, thing: bool(thing.get("status", {}).get("target")))
    app.update("v2")
    app.wait_running()
    images = {x["spec"]["containers"][0]["image"] for x in app.pods(cluster_id=app.cluster_id)}
    assert images == {app.resource["spec"]["image"]}
    assert app.live_jobs() == [app.job_id]
    app.until_it_counts(app.job_id)


def test_a_restarted_operator_leaves_a_running_application_alone(app: App):
    app.apply()
    before = app.wait_running()["status"]
    operator = app.cluster.operator
    assert operator.stop() == 0
    operator.start()
    operator.until_ready()
    until("the operator to look at the job", lambda: operator.introspect_application(app.namespace, app.name))
    app.until_it_counts(before["jobStatus"]["jobID"])
    assert app.cluster_id == before["cluster"]["id"]
    assert app.live_jobs() == [before["jobStatus"]["jobID"]]
    assert len(app.deployments()) == 2
    app.demand_ledger(fresh_starts=1)
