"""Suspend and resume, savepoints beside a running job, and going back to one of them."""

import time

import checker
import pytest
from kit.app import App
from kit.processes import until


def savepoint_now(app: App, nonce: str) -> str:
    """Asks for a savepoint and returns where it is."""
    app.apply(savepointNonce=nonce)
    until(
        f"savepoint {nonce} of {app.name}",
        lambda: app.status.get("lastSavepoint", {}).get("nonce") == nonce,
        60,
    )
    result = app.status["lastSavepoint"]
    assert "failure" not in result, result
    return result["path"]


@pytest.mark.differs_by_flink
@pytest.mark.differs_by_cluster
def test_a_suspended_application_resumes_where_it_stopped(app: App):
    app.apply().wait_running()
    old_job = app.job_id
    app.until_it_counts(old_job)

    app.apply(suspend=True).wait_phase("Suspended")
    assert app.deployments() == [] and app.pods() == []
    assert len(app.savepoints()) == 1
    path = app.status["savepointPath"]
    stopped_at = app.last_number()

    # An edit is deployed on resume only.
    app.update("v2")
    time.sleep(3)
    assert app.phase == "Suspended" and app.deployments() == []

    app.apply(suspend=False).wait_running()
    app.until_it_counts(app.job_id)
    assert app.job_manager().restored(app.job_id)["external_path"] == path
    assert "savepointPath" not in app.status
    report = app.demand_ledger(fresh_starts=1, exact=True)
    assert report.jobs == [old_job, app.job_id]
    assert report.instances[-1].numbers[0].number == stopped_at + 1


def test_a_first_apply_that_is_suspended_creates_nothing(app: App):
    app.apply(suspend=True).wait_phase("Suspended")
    assert app.deployments() == [] and app.pods() == []
    app.apply(suspend=False).wait_running()
    app.until_it_counts(app.job_id)


def test_a_suspended_application_can_be_deleted(app: App):
    app.apply(deleteMode="Savepoint").wait_running()
    app.until_it_counts(app.job_id)
    app.apply(suspend=True).wait_phase("Suspended")
    app.delete()
    app.wait_gone()
    assert len(app.savepoints()) == 1
    app.demand_ledger(fresh_starts=1)


@pytest.mark.differs_by_flink
def test_a_savepoint_is_taken_when_asked_for_and_the_job_continues(app: App):
    app.apply(savepointNonce="first").wait_running()
    job = app.job_id
    app.until_it_counts(job)
    assert app.savepoints() == [], "the nonce of the first apply asks for nothing"

    path = savepoint_now(app, "second")
    assert [str(x) for x in app.savepoints()] == [path.removeprefix("file:")]
    assert app.status["savepoints"][-1]["reason"] == "Nonce"
    until("the event", lambda: "SavepointCompleted" in app.event_reasons(), 30)
    app.until_it_counts(job)
    assert app.job_id == job
    assert len(app.demand_ledger(fresh_starts=1).instances) == 1


@pytest.mark.differs_by_flink
def test_a_schedule_takes_savepoints_and_disposes_of_old_ones(app: App):
    app.apply(savepointSchedule={"intervalSeconds": 10, "keep": 1}).wait_running()
    job = app.job_id
    seen: list[str] = []

    def second_one() -> bool:
        for x in app.status.get("savepoints", []):
            if x["path"] not in seen:
                seen.append(x["path"])
        return len(seen) >= 2

    until("two scheduled savepoints", second_one, 90)
    # The third may be under way already; the first is gone from the disk and from the status.
    until("the first to be disposed of", lambda: seen[0] not in [f"file:{x}" for x in app.savepoints()], 30)
    until("the status to forget it", lambda: seen[0] not in [x["path"] for x in app.status["savepoints"]], 30)
    assert app.savepoints(), "the newest stays"
    app.until_it_counts(job)
    assert len(app.demand_ledger(fresh_starts=1).instances) == 1


def reached(app: App, job: str) -> int:
    return max((x.number for x in app.ledger() if x.event == "number" and x.job == job), default=-1)


@pytest.mark.differs_by_flink
def test_going_back_to_a_savepoint_and_forth_again(app: App):
    app.apply().wait_running()
    app.until_it_counts(app.job_id)
    path = savepoint_now(app, "1")
    first_job = app.job_id
    app.until_it_counts(first_job)
    left_at = app.last_number()

    app.apply(restoreFrom={"path": path, "nonce": "back"}).wait_running()
    second_job = app.job_id
    assert second_job != first_job
    assert app.job_manager().restored(second_job)["external_path"] == path
    app.until_it_counts(second_job)
    way_back = app.status["savepoints"][-1]
    assert way_back["reason"] == "Update"
    instances = checker.check(app.ledger()).instances
    assert instances[-1].opened.number < left_at, "it counts again what came after the savepoint"
    # Or the state to which it goes forth would look like a gap.
    until("the second job to pass the first", lambda: reached(app, second_job) > reached(app, first_job))

    app.apply(restoreFrom={"path": way_back["path"], "nonce": "forth"}).wait_running()
    app.until_it_counts(app.job_id)
    report = app.demand_ledger(fresh_starts=1, rewinds=2)
    assert report.jobs == [first_job, second_job, app.job_id]
    first, last = report.instances[0], report.instances[-1]
    assert last.numbers[0].number == first.numbers[-1].number + 1, "exactly where the first job was stopped"

    # The nonce has been used: a plain update goes on from the job that runs.
    app.update("v2").wait_running()
    app.until_it_counts(app.job_id)
    assert app.job_manager().restored(app.job_id)["external_path"] != way_back["path"]
