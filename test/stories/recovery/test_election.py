"""Two operators on one cluster: one leads, the other takes over when it ends; they never act at the same time."""

import time
from collections import Counter
from datetime import datetime

import pytest
from kit.app import App, phase_of
from kit.operator import Operator
from kit.processes import until

# The Lease runs out this many seconds after its last renewal; it is looked at every 2 to 2.4 s.
LEASE = 15


@pytest.fixture
def pair(cluster):
    """Two operators that stand for election, in the place of the usual one."""
    cluster.operator.stop()
    both = [cluster.candidate("candidate-a"), cluster.candidate("candidate-b")]
    for x in both:
        x.start()
        x.until_ready()
    yield both
    for x in both:
        x.stop()
    cluster.operator.start()
    cluster.operator.until_ready()


def leads(operator: Operator) -> bool:
    runs = operator.process and operator.process.runs()
    return bool(runs) and "\nflink_operator_leader 1\n" in operator.ask("/metrics")


def leader_of(pair: list[Operator], seconds: float = 10) -> tuple[Operator, Operator]:
    """The one that acts, and the other."""
    until("one of two operators to lead", lambda: any(map(leads, pair)), seconds)
    acting = [x for x in pair if leads(x)]
    assert len(acting) == 1
    return acting[0], next(x for x in pair if x is not acting[0])


def saving(app: App) -> None:
    """Waits until an update has begun to take its savepoint."""

    def look(event: str, thing: dict) -> bool:
        return thing["metadata"]["generation"] >= app.generation and phase_of(thing) == "Savepointing"

    app.diary.until("the savepoint to begin", look)


def moment(line: dict) -> float:
    return datetime.fromisoformat(line["time"].replace("Z", "+00:00")).timestamp()


def acts_of(pair: list[Operator]) -> list[tuple[float, str, str]]:
    """When which of them began to lead, decided, and stopped, in the order of time."""
    events = ("leading", "decided", "lease-released")
    return sorted((moment(line), x.log.stem, line["event"]) for x in pair for line in x.log_lines() if line["event"] in events)


def without_leases(writes: Counter[str]) -> Counter[str]:
    """Leaves out the renewals of the Lease."""
    return Counter({x: n for x, n in writes.items() if not x.endswith("leases")})


@pytest.mark.differs_by_cluster
def test_the_other_operator_continues_and_never_do_both_act(app: App, cluster, pair):
    before = cluster.writes()
    leader, standby = leader_of(pair)
    app.apply().wait_running()
    first_job = app.job_id
    app.until_it_counts(first_job)

    # Everything that the API server was asked to change came from the leader.
    until(
        "the API server and the leader to agree on what was written",
        lambda: without_leases(cluster.writes() - before) == without_leases(leader.writes()),
        30,
    )
    assert not standby.writes()
    overview = standby.introspect("/")
    assert overview["synced"] and not overview["election"]["leads"]
    assert overview["election"]["leader"] == leader.introspect("/")["election"]["identity"]
    assert [x["step"] for x in overview["applications"] if x["name"] == app.name] == ["standby"]

    # An upgrade: the leader is asked to go in the middle of its work.
    app.update("v2")
    saving(app)
    assert leader.stop() == 0
    second, _ = leader_of(pair)
    assert second is standby
    app.wait_running()
    second_job = app.job_id
    app.until_it_counts(second_job)
    leader.start()
    leader.until_ready()
    assert not leads(leader)

    # A node dies: nobody gives the Lease back.
    app.update("v1")
    saving(app)
    standby.kill()
    third, _ = leader_of(pair, LEASE + 15)
    assert third is leader
    app.wait_running()
    app.until_it_counts(app.job_id)
    assert app.live_jobs() == [app.job_id]
    report = app.demand_ledger(fresh_starts=1, exact=True)
    assert report.jobs == [first_job, second_job, app.job_id]

    demand_turns(acts_of(pair))


def at_rest(cluster, operator: Operator) -> tuple[Counter[str], Counter[str]] | None:
    """What was written so far, by the API server's count and by the operator's; nothing while they are moving."""

    def count() -> tuple[Counter[str], Counter[str]]:
        return without_leases(cluster.writes()), without_leases(operator.writes())

    found = count()
    time.sleep(2)
    return found if found == count() else None


def demand_turns(acts: list[tuple[float, str, str]]) -> None:
    """Checks that each decision was made by the newest leader, and prints how long there was none."""
    acting, ended = "", 0.0
    for when, who, what in acts:
        if what == "leading":
            print(f"{who} leads" + (f" {when - ended:.1f} s after the last word of {acting}" if acting else ""))
            acting = who
        assert who == acting, f"{who} acted ({what}) while {acting} led: {acts}"
        ended = when


def test_an_operator_that_was_frozen_longer_than_its_lease_acts_no_more(app: App, cluster, pair):
    leader, standby = leader_of(pair)
    app.apply().wait_running()
    job = app.job_id
    app.until_it_counts(job)
    app.update("v2")
    saving(app)
    leader.pause()
    try:
        until("the other operator to lead", lambda: leads(standby), LEASE + 15)
        app.wait_running()
        before, own = until("some seconds without a write", lambda: at_rest(cluster, standby))
    finally:
        leader.resume()
    until("the frozen operator to end", lambda: not leader.process.runs(), 15)
    until(
        "nothing to be written but by the one that leads",
        lambda: without_leases(cluster.writes() - before) == without_leases(standby.writes() - own),
        30,
    )
    assert leader.process.popen.returncode == 1
    assert [x["event"] for x in leader.log_lines()][-1] == "leadership-lost"
    app.until_it_counts(app.job_id)
    assert app.live_jobs() == [app.job_id]
    report = app.demand_ledger(fresh_starts=1, exact=True)
    assert report.jobs == [job, app.job_id]
