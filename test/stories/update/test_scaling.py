"""More parallelism and less: on a cluster of its own, or where the job runs (scaleMode InPlace and Adaptive)."""

import pytest
from kit.app import App
from kit.processes import until


def names(app: App) -> set[str]:
    return {x["metadata"]["name"] for x in app.deployments()}


def until_task_managers(app: App, n: int) -> None:
    until(f"{n} TaskManagers", lambda: len(app.pods()) == n + 1 and len(app.pods("taskmanager")) == n, 60)


def start_in_place(app: App) -> tuple[str, str]:
    """Returns the job of an application that scales in place, and its cluster."""
    app.apply(scaleMode="InPlace", deleteMode="Savepoint").wait_running()
    app.until_it_counts(app.job_id)
    until_task_managers(app, 1)
    return app.job_id, app.cluster_id


@pytest.mark.differs_by_cluster
@pytest.mark.scenario("S10")
def test_a_job_gets_more_parallelism_where_it_runs(app: App):
    first_job, cluster = start_in_place(app)
    before = names(app)

    app.scale(2).wait_running()
    assert app.phases() == ["Rescaling", "Savepointing", "SubmittingJob", "Running"]
    second_job = app.job_id
    assert second_job != first_job
    assert app.cluster_id == cluster and names(app) == before
    until_task_managers(app, 2)
    assert app.job_manager().restored(second_job)["is_savepoint"]
    assert app.status["jobStatus"]["parallelism"] == 2
    app.until_it_counts(second_job)

    # Any other edit makes a cluster, and so does less of it.
    app.update("v2").wait_running()
    third_job = app.job_id
    assert app.cluster_id != cluster
    app.until_it_counts(third_job)
    app.hold()
    until_task_managers(app, 2)
    assert app.images() == {app.resource["spec"]["image"]}

    before = len(app.savepoints())
    app.delete()
    app.wait_only_held()
    assert len(app.savepoints()) == before + 1
    assert app.demand_ledger(fresh_starts=1, exact=True).jobs == [first_job, second_job, third_job]
    app.release()
    app.wait_gone()


@pytest.mark.in_turn
def test_a_job_that_cannot_have_more_parallelism_continues_with_what_it_had(app: App):
    app.configure({"pipeline.max-parallelism": 1})
    first_job, cluster = start_in_place(app)

    app.scale(2).wait_phase("DeployFailed")
    assert "max parallelism" in app.complaint()
    assert app.cluster_id == cluster
    until_task_managers(app, 1)
    app.until_it_counts(app.job_id)
    assert app.live_jobs() == [app.job_id]
    assert app.status["jobStatus"]["parallelism"] == 1
    assert app.demand_ledger(fresh_starts=1, exact=True).jobs[0] == first_job

    job = app.job_id
    app.scale(1).wait_running()
    assert app.job_id == job and app.cluster_id == cluster


def start_adaptive(app: App, **more: str) -> tuple[str, str]:
    """Returns the job of an application that scales while it runs, and its cluster."""
    cool_down = {
        # Flink 1.x, and later
        "jobmanager.adaptive-scheduler.scaling-interval.min": "2s",
        "jobmanager.adaptive-scheduler.executing.cooldown-after-rescaling": "2s",
    }
    app.configure({"jobmanager.scheduler": "adaptive", **cool_down, **more})
    app.apply(scaleMode="Adaptive", deleteMode="Savepoint").wait_running()
    app.until_it_counts(app.job_id)
    until_task_managers(app, 1)
    return app.job_id, app.cluster_id


def running_tasks(app: App, job: str) -> list[int]:
    """Of each vertex; the program fixes the first, with the source, at one."""
    return sorted(x["tasks"]["RUNNING"] for x in app.job_manager().ask(f"/jobs/{job}")["vertices"])


@pytest.mark.differs_by_flink
def test_a_job_is_rescaled_without_being_stopped(app: App):
    job, cluster = start_adaptive(app)
    assert running_tasks(app, job) == [1, 1]
    before = names(app)

    app.scale(2).wait_running()
    assert app.phases() == ["Rescaling", "Running"]
    assert app.job_id == job and app.cluster_id == cluster and names(app) == before
    assert app.status["jobStatus"]["parallelism"] == 2
    assert "JobRescaled" in app.event_reasons()
    until_task_managers(app, 2)
    assert running_tasks(app, job) == [1, 2]
    assert app.live_jobs() == [job]
    app.until_it_counts(job)
    assert not app.savepoints()

    # Its state is there for whatever comes next.
    app.update("v2").wait_running()
    app.until_it_counts(app.job_id)
    assert app.demand_ledger(fresh_starts=1).jobs == [job, app.job_id]


@pytest.mark.in_turn
def test_a_job_that_its_job_manager_does_not_give_more_continues_with_what_it_had(app: App):
    job, cluster = start_adaptive(app, **{"pipeline.max-parallelism": "2"})
    app.apply(acceptance={"compileFirst": False})
    app.scale(3).wait_phase("DeployFailed")
    assert "exceeds its maximum parallelism" in app.complaint()
    until_task_managers(app, 1)
    assert app.job_id == job and app.cluster_id == cluster and app.live_jobs() == [job]
    assert app.status["jobStatus"]["parallelism"] == 1
    app.until_it_counts(job)
    assert app.demand_ledger(fresh_starts=1).jobs == [job]


@pytest.mark.in_turn
def test_less_parallelism_is_a_new_cluster_and_keeps_the_state(app: App):
    app.apply(parallelism=2, scaleMode="InPlace").wait_running()
    first_job, cluster = app.job_id, app.cluster_id
    app.until_it_counts(first_job)
    app.scale(1).wait_running()
    assert app.cluster_id != cluster
    app.until_it_counts(app.job_id)
    until_task_managers(app, 1)
    assert app.demand_ledger(fresh_starts=1, exact=True).jobs == [first_job, app.job_id]
