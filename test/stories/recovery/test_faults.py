"""Faults outside the operator: hung JobManagers, an API server that goes down, lost answers."""

import signal

import pytest
from kit.app import App
from kit.flaky_way import FlakyWay
from kit.processes import until


@pytest.mark.differs_by_cluster
def test_a_hung_job_manager_delays_no_other_application(make_app, cluster):
    hung = make_app().apply()
    hung.wait_running()
    job, pod = hung.job_id, hung.job_manager_pod()["metadata"]["name"]
    other = make_app()
    cluster.signal_pod(pod, signal.SIGSTOP)
    try:
        # While the operator tries to update the one, the other goes through its whole life.
        hung.update("v2")
        other.apply().wait_running(150)
        other.until_it_counts(other.job_id)
        other.update("v2").wait_running(150)
        other.until_it_counts(other.job_id)
        other.demand_ledger(fresh_starts=1, exact=True)
        other.delete()
        other.wait_gone(60)
    finally:
        cluster.signal_pod(pod, signal.SIGCONT)
    # A JobManager that hung for longer than its TaskManagers wait has lost them, and no savepoint comes of it then: the
    # update is given up and the old job goes on, until the next edit.
    hung.wait_phase("Running", "DeployFailed")
    if hung.phase == "DeployFailed":
        hung.until_it_counts(job)
        hung.update("v3").wait_running()
    hung.until_it_counts(hung.job_id)
    assert hung.job_id != job
    assert hung.live_jobs() == [hung.job_id]
    hung.demand_ledger(fresh_starts=1)


@pytest.mark.differs_by_cluster
def test_an_api_server_that_goes_down_during_an_update_costs_only_time(app: App):
    app.apply().wait_running()
    old_job = app.job_id
    app.until_it_counts(old_job)

    app.update("v2")
    app.diary.until("the update to begin", lambda event, thing: bool(thing.get("status", {}).get("target")))
    app.cluster.interrupt_api_server()
    app.wait_running()
    app.until_it_counts(app.job_id)
    assert app.live_jobs() == [app.job_id]
    assert app.demand_ledger(fresh_starts=1, exact=True).jobs == [old_job, app.job_id]


@pytest.mark.differs_by_flink
def test_a_lost_answer_to_a_submit_gives_one_job(app: App):
    operator = app.cluster.operator
    direct = operator.job_manager_url
    way = FlakyWay(lambda method, path: method == "POST" and path.split("?")[0].endswith("/run"))
    operator.restart(way.url)
    try:
        app.apply().wait_running()
        assert way.lost, "no submit came this way"
        app.until_it_counts(app.job_id)
        assert app.live_jobs() == [app.job_id]
        assert len(app.demand_ledger(fresh_starts=1).instances) == 1
    finally:
        operator.restart(direct)
        way.close()


def test_a_lost_answer_to_a_stop_gives_one_savepoint(app: App):
    operator = app.cluster.operator
    direct = operator.job_manager_url
    app.apply().wait_running()
    old_job = app.job_id
    way = FlakyWay(lambda method, path: method == "POST" and path.endswith("/stop"))
    operator.restart(way.url)
    try:
        app.update("v2").wait_running()
        assert way.lost, "no stop came this way"
        app.until_it_counts(app.job_id)
        assert app.demand_ledger(fresh_starts=1, exact=True).jobs == [old_job, app.job_id]
        assert len(app.savepoints()) == 1
    finally:
        operator.restart(direct)
        way.close()


@pytest.mark.differs_by_cluster
def test_a_job_manager_killed_by_hand_during_a_deploy_is_waited_for(app: App):
    app.apply()
    until("the JobManager's process", lambda: [x for x in app.pods("jobmanager") if x["status"].get("phase") == "Running"])
    pod = app.pods("jobmanager")[0]["metadata"]["name"]
    app.cluster.signal_pod(pod, signal.SIGKILL)
    app.wait_running()
    app.until_it_counts(app.job_id)
    assert app.live_jobs() == [app.job_id]
