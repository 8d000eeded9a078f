"""What the operator costs: memory, start, requests and processor time, on flink-local with real and simulated Flink.

The results do not fail a run: it prints goals beside them, and fails only if it cannot measure."""

from __future__ import annotations

import argparse
import ctypes
import os
import re
import shutil
import statistics
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "stories"))

from kit.app import App  # noqa: E402
from fleet import Fleet  # noqa: E402
from kit.cluster import LocalCluster  # noqa: E402
from kit.processes import until  # noqa: E402
from kit.programs import BUILD  # noqa: E402

NAMESPACE = "bench"
STARTS = 5
# Allocations of the start are over and nothing is asked any more.
REST_SECONDS = 3
# Events are written behind, and what a deploy left is cleared away after it.
SETTLE_SECONDS = 5
QUIET_SECONDS = 60

# The budgets of the design, per deploy: requests to the API server without those counted apart, requests to
# JobManagers without repeated polls, milliseconds of processor time without polls.
BUDGETS = {"create": (10, 6, 1.4), "update": (14, 8, 2.2)}
POLL_MILLISECONDS = 0.1
# The least that the work allows, and what the rest is for.
LEAST = {
    "create": {
        "create deployments": 2,
        "create services": 2,
        "patch flinkapplications": 1,
        "patch flinkapplications/status": 2,
        "GET /overview": 1,
        "POST /jars/:id/run": 1,
        "GET /jobs/:id": 1,
    },
    "update": {
        "create deployments": 2,
        "create services": 1,
        "delete deployments": 2,
        "delete services": 1,
        "patch services": 1,
        "patch flinkapplications/status": 4,
        "GET /overview": 1,
        "POST /jobs/:id/stop": 1,
        "GET /jobs/:id/savepoints/:id": 1,
        "POST /jars/:id/run": 1,
        "GET /jobs/:id": 1,
    },
}
SURPLUS = {
    "patch flinkapplications/status": "the job's identity before its submit; the first checkpoint; faults reported",
    "patch flinkapplications": "the edit itself",
    "GET /jobs": "nothing that we do not know may run before a submit",
    "GET /jobs/:id": "polled until all tasks run",
    "GET /jobs/:id/checkpoints": "the newest checkpoint is all that a lost JobManager leaves without HA",
    "GET /jobs/:id/savepoints/:id": "polled until it is complete",
    "GET /overview": "polled until the slots are there",
    "POST /jars/:id/plan": "a bad jar, class or argument must cost the running job nothing",
}
FLEET_MEMORY_MB = 40  # at 1,000 applications
GOAL_MEMORY_MB = 25
GOAL_START_MS = 150

# Not a deploy's own work: it depends on time, on options or on how the pods are reached.
APART = ("events", "leases", "ingresses", "pods/proxy", "services/proxy")

_libc = ctypes.CDLL(None, use_errno=True)


def main() -> int:
    options = parse()
    folder = BUILD / "bench"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    cluster = LocalCluster(folder, [options.flink])
    apps: list[App] = []
    try:
        say_machine(options)
        cluster.start()
        cluster.create_namespace(NAMESPACE)
        bench(cluster, options, apps)
    except Exception as failure:
        print(f"test/bench/run: {failure}\nlogs: {folder}", file=sys.stderr)
        return 1
    finally:
        clear(apps)
        stop(cluster)
    return bench_fleets(options)


def stop(cluster: LocalCluster) -> None:
    if hasattr(cluster, "operator"):
        cluster.operator.stop()
    if hasattr(cluster, "agent"):
        cluster.agent.stop()


def bench_fleets(options: argparse.Namespace) -> int:
    for size in options.fleets:
        try:
            bench_fleet(BUILD / "bench" / f"fleet-{size}", size, options)
        except Exception as failure:
            print(f"test/bench/run: {size} applications: {failure}\nlogs: {BUILD / 'bench'}", file=sys.stderr)
            return 1
    say_machine()
    return 0


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="test/bench/run", description=__doc__.splitlines()[0])
    parser.add_argument("--flink", default="1.20.5", help="Flink version of the applications (default %(default)s)")
    parser.add_argument("--applications", type=positive, default=3, help="number of applications, deployed one after another (default 3)")
    parser.add_argument(
        "--fleets", type=sizes, default=[100], help="comma-separated sizes of fleets with simulated Flink (default 100)"
    )
    parser.add_argument("--idle-seconds", type=positive, default=20, help="length of each idle measurement (default 20)")
    return parser.parse_args()


def positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise ValueError(text)
    return value


def sizes(text: str) -> list[int]:
    return [positive(x) for x in text.split(",") if x]


def bench(cluster: LocalCluster, options: argparse.Namespace, apps: list[App]) -> None:
    bench_start(cluster, options.idle_seconds)
    for n in range(options.applications):
        name = f"bench-{n}"
        apps.append(App(cluster, NAMESPACE, name, options.flink, cluster.folder / "applications" / name))
    creates = [measured_deploy(cluster, x, lambda x=x: x.apply()) for x in apps]
    rest = measured(cluster, lambda: time.sleep(options.idle_seconds))
    updates = [measured_deploy(cluster, x, lambda x=x: x.update()) for x in apps]
    deploys = {"create": creates, "update": updates}
    for kind, costs in deploys.items():
        say_api(kind, costs)
        say_flink(kind, costs)
    say_processor_time(deploys)
    say_rest(cluster, rest, len(apps))


def bench_fleet(folder: Path, size: int, options: argparse.Namespace) -> None:
    """Many applications at once, whose JobManagers are simulated: the shares of the operator that grow with them."""
    folder.mkdir(parents=True, exist_ok=True)
    cluster = LocalCluster(folder, [], simulated=True)
    try:
        cluster.start()
        cluster.create_namespace(NAMESPACE)
        time.sleep(REST_SECONDS)
        alone = cluster.operator.memory()
        fleet = Fleet(cluster, NAMESPACE, size)
        create = measured_fleet(cluster, fleet, fleet.create)
        memory = cluster.operator.memory()
        rest = measured(cluster, lambda: time.sleep(QUIET_SECONDS))
        update = measured_fleet(cluster, fleet, fleet.update)
        say_fleet(size, {"create": create, "update": update}, rest)
        say_fleet_memory(size, alone, memory, cluster.operator.memory())
        say_quiet(size, rest)
    finally:
        stop(cluster)


def measured_fleet(cluster: LocalCluster, fleet: Fleet, act: Callable[[], object]) -> Cost:
    def deploy() -> None:
        act()
        fleet.wait_settled()
        time.sleep(SETTLE_SECONDS)

    return measured(cluster, deploy)


def clear(apps: list[App]) -> None:
    """A failure to clear away hides no result: the cluster ends with this run anyway."""
    for app in apps:
        try:
            app.clear()
        except Exception as failure:
            print(f"test/bench/run: {app.name} was not removed: {failure}", file=sys.stderr)


# -- measuring ------------------------------------------------------------------------------------------------------


@dataclass
class Cost:
    """What the operator did between two moments."""

    api: Counter[str]
    flink: Counter[str]
    flink_unanswered: int
    processor_ms: float
    seconds: float

    @property
    def orders(self) -> int:
        return sum(n for x, n in self.flink.items() if not is_look(x))

    @property
    def first_looks(self) -> int:
        return sum(1 for x, n in self.flink.items() if is_look(x) and n)

    @property
    def polls(self) -> int:
        return sum(self.flink.values()) - self.orders - self.first_looks


def is_look(request: str) -> bool:
    return request.startswith("GET ")


def processor_ms(pid: int) -> float:
    """utime + stime of a process: the numbers behind /proc/PID/stat before they are rounded to 10 ms."""
    clock = ctypes.c_int()
    if _libc.clock_getcpuclockid(pid, ctypes.byref(clock)) != 0:
        raise AssertionError(f"the processor time of process {pid} cannot be read")
    return time.clock_gettime_ns(clock.value) / 1e6


def counters(text: str, family: str) -> Counter[str]:
    """The values of one counter of the operator by its label `request`."""
    found: Counter[str] = Counter()
    for label, value in re.findall(rf'^{family}{{request="([^"]*)"}} (\S+)$', text, re.MULTILINE):
        found[label] += int(float(value))
    return found


def measured(cluster: LocalCluster, act: Callable[[], object]) -> Cost:
    """What an act costs the operator; the questions of the bench itself lie outside of the measured time."""
    operator = cluster.operator
    metrics, api = operator.ask("/metrics"), cluster.requests()
    pid, began = operator.process.pid, time.monotonic()
    before = processor_ms(pid)
    act()
    spent, seconds = processor_ms(pid) - before, time.monotonic() - began
    api_after, metrics_after = cluster.requests(), operator.ask("/metrics")

    def grown(family: str) -> Counter[str]:
        return counters(metrics_after, family) - counters(metrics, family)

    operator.process.demand_running()
    unanswered = sum(grown("flink_operator_flink_failures_total").values())
    return Cost(api_after - api, grown("flink_operator_flink_requests_total"), unanswered, spent, seconds)


def measured_deploy(cluster: LocalCluster, app: App, act: Callable[[], object]) -> Cost:
    def deploy() -> None:
        act()
        app.wait_running()
        until(f"the old cluster of {app.name} to be gone", lambda: len(app.deployments()) == 2, 120, every=0.5)
        time.sleep(SETTLE_SECONDS)

    return measured(cluster, deploy)


def bench_start(cluster: LocalCluster, idle_seconds: int) -> None:
    operator = cluster.operator
    starts = []
    for _ in range(STARTS):
        operator.stop()
        starts.append(operator.measure_start() * 1000)
    time.sleep(REST_SECONDS)
    memory = operator.memory()
    rest = measured(cluster, lambda: time.sleep(idle_seconds))
    each = ", ".join(f"{x:.0f}" for x in starts)
    table(
        "Operator without applications",
        ("what", "measured", "goal"),
        [
            ("resident memory", f"{megabytes(memory)} MB", f"< {GOAL_MEMORY_MB} MB"),
            ("exec to /readyz 200, median", f"{statistics.median(starts):.0f} ms", f"< {GOAL_START_MS} ms"),
            ("processor time per minute", per_minute(rest), ""),
        ],
    )
    print(f"  starts: {each} ms")


# -- telling --------------------------------------------------------------------------------------------------------


def say_machine(options: argparse.Namespace | None = None) -> None:
    if options:
        print(f"Flink {options.flink}, {options.applications} applications one after another, {os.cpu_count()} cores")
    one, five, _ = os.getloadavg()
    print(f"\nload average of the machine {'before' if options else 'after'}: {one:.1f} ({five:.1f} over 5 minutes)")


def say_api(kind: str, costs: list[Cost]) -> None:
    budgeted, apart = split(sum_of(x.api for x in costs))
    rows = against_least(kind, budgeted, costs)
    rows.append(("together", mean(sum(budgeted.values()), costs), f"<= {BUDGETS[kind][0]}"))
    rows += [(f"apart: {x}", mean(n, costs), "") for x, n in sorted(apart.items())]
    table(f"Requests to the API server per {kind}", ("request", "mean", "least, or budget"), rows)
    say_surplus(kind, budgeted, costs)
    each = ", ".join(str(sum(split(x.api)[0].values())) for x in costs)
    print(f"  each {kind}: {each}; apart: lists, watches, events, leases, ingresses and proxied calls")


def against_least(kind: str, requests: Counter[str], costs: list[Cost]) -> list[tuple[str, str, str]]:
    """What was asked, beside the least that the work allows."""
    return [(x, mean(n, costs), str(LEAST[kind].get(x, 0))) for x, n in sorted(requests.items())]


def say_surplus(kind: str, requests: Counter[str], costs: list[Cost]) -> None:
    for x, n in sorted(requests.items()):
        if n > LEAST[kind].get(x, 0) * len(costs):
            print(f"  more {x} than the least: {SURPLUS.get(x, 'not explained')}")


def split(api: Counter[str]) -> tuple[Counter[str], Counter[str]]:
    """Requests under the budget, and those counted apart."""
    apart = Counter({x: n for x, n in api.items() if x.split()[0] in ("list", "watch") or x.split()[1] in APART})
    return api - apart, apart


def say_flink(kind: str, costs: list[Cost]) -> None:
    requests = sum_of(x.flink for x in costs)
    rows = against_least(kind, requests, costs)
    orders, looks, polls = (sum(getattr(x, y) for x in costs) for y in ("orders", "first_looks", "polls"))
    rows += [
        ("orders", mean(orders, costs), ""),
        ("first looks", mean(looks, costs), ""),
        ("orders and first looks", mean(orders + looks, costs), f"<= {BUDGETS[kind][1]}"),
        ("apart: repeated polls", mean(polls, costs), ""),
        ("of all, without an answer", mean(sum(x.flink_unanswered for x in costs), costs), ""),
    ]
    table(f"Requests to JobManagers per {kind}", ("request", "mean", "least, or budget"), rows)
    say_surplus(kind, requests, costs)
    print("  command: all but GET; first look: one GET of each path per deploy; repeated poll: every further GET, including")
    print("  those of running applications, because the operator's counters are not per application")


def say_processor_time(deploys: dict[str, list[Cost]]) -> None:
    rows = []
    for kind, costs in deploys.items():
        polls = sum(x.polls for x in costs) / len(costs)
        goal = BUDGETS[kind][2] + POLL_MILLISECONDS * polls
        spent = sum(x.processor_ms for x in costs) / len(costs)
        seconds = sum(x.seconds for x in costs) / len(costs)
        each = ", ".join(f"{x.processor_ms:.1f}" for x in costs)
        rows.append((kind, f"{spent / 1000:.4f} s", f"{seconds:.1f} s", f"<= {goal / 1000:.4f} s", f"{each} ms"))
    table("Processor time of the operator per deploy", ("what", "mean", "it took", "budget", "each"), rows)
    print(f"  user and system time until {SETTLE_SECONDS} s after the deploy's end; budget: a fixed share")
    fixed = ", ".join(f"{kind} {BUDGETS[kind][2]} ms" for kind in deploys)
    print(f"  ({fixed}) and {POLL_MILLISECONDS} ms for each repeated poll")


def say_rest(cluster: LocalCluster, cost: Cost, applications: int) -> None:
    writes = {x: n for x, n in cost.api.items() if x.split()[0] not in ("get", "list", "watch")}
    in_words = ", ".join(f"{n} {x}" for x, n in sorted(writes.items())) or "0"
    requests = ", ".join(f"{n} {x}" for x, n in sorted(cost.api.items())) or "0"
    table(
        f"At rest with {applications} running applications, {cost.seconds:.0f} s",
        ("what", "measured"),
        [
            ("processor time per minute", per_minute(cost)),
            ("writes to the API server", in_words),
            ("all requests to the API server", requests),
            ("requests to JobManagers", str(sum(cost.flink.values()))),
            ("resident memory after the updates", f"{megabytes(cluster.operator.memory())} MB"),
        ],
    )
    print("  without HA the newest checkpoint's path is written to the status, at most once a minute per application")


def say_fleet(size: int, deploys: dict[str, Cost], rest: Cost) -> None:
    rows = []
    for kind, cost in deploys.items():
        polls = (sum(cost.flink.values()) - cost.orders) / size
        rows.append(
            (f"each {kind}", f"{cost.processor_ms / size:.2f} ms", f"<= {BUDGETS[kind][2]} ms", f"{cost.seconds:.0f} s",
             f"{polls:.1f}")
        )
    asked = sum(rest.flink.values())
    each = f"{rest.processor_ms / asked:.2f} ms" if asked else "no poll"
    rows.append(("each poll at rest", each, f"<= {POLL_MILLISECONDS} ms", f"{rest.seconds:.0f} s", f"{asked / size:.1f}"))
    table(
        f"Processor time of the operator with {size} applications on simulated Flink",
        ("what", "measured", "budget", "it took", "questions each"),
        rows,
    )
    print(f"  all {size} at once; user and system time of the operator's process until {SETTLE_SECONDS} s after the last")
    print("  application is running, including all queries to JobManagers; a poll: all idle work divided by the number of polls")
    for kind, cost in deploys.items():
        say_fleet_requests(size, kind, cost)


def say_fleet_requests(size: int, kind: str, cost: Cost) -> None:
    budgeted, apart = split(cost.api)
    rows = [(x, f"{n / size:.2f}") for x, n in sorted(budgeted.items())]
    rows.append((f"together (budget <= {BUDGETS[kind][0]})", f"{sum(budgeted.values()) / size:.2f}"))
    rows += [(f"apart: {x}", f"{n / size:.2f}") for x, n in sorted(apart.items())]
    rows += [(f"JobManager: {x}", f"{n / size:.2f}") for x, n in sorted(cost.flink.items()) if n]
    table(f"Requests per {kind} with {size} applications", ("request", "mean"), rows)


def say_fleet_memory(size: int, alone: int, created: int, updated: int) -> None:
    goal = f"<= {FLEET_MEMORY_MB} MB" if size == 1000 else f"<= {FLEET_MEMORY_MB} MB at 1000"
    table(
        f"Resident memory of the operator with {size} applications",
        ("when", "measured", "budget"),
        [
            ("without applications", f"{megabytes(alone)} MB", ""),
            ("after the creates", f"{megabytes(created)} MB", goal),
            ("after the updates", f"{megabytes(updated)} MB", goal),
        ],
    )


def say_quiet(size: int, rest: Cost) -> None:
    writes = {x: n for x, n in rest.api.items() if x.split()[0] not in ("get", "list", "watch")}
    table(
        f"One minute at rest with {size} applications",
        ("what", "measured"),
        [
            ("writes to the API server", ", ".join(f"{n} {x}" for x, n in sorted(writes.items())) or "0"),
            ("requests to JobManagers", str(sum(rest.flink.values()))),
            ("processor time", f"{rest.processor_ms:.0f} ms"),
        ],
    )
    print("  without HA the newest checkpoint's path is written to the status, at most once a minute per application")


def table(title: str, head: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    widths = [max(len(row[x]) for row in [head, *rows]) for x in range(len(head))]
    print(f"\n{title}")
    for row in [head, tuple("-" * x for x in widths), *rows]:
        others = (cell.rjust(width) for cell, width in zip(row[1:], widths[1:]))
        print("  " + "  ".join([row[0].ljust(widths[0]), *others]).rstrip())
    sys.stdout.flush()


def sum_of(counts) -> Counter[str]:
    return sum(counts, Counter())


def mean(total: int, costs: list[Cost]) -> str:
    return f"{total / len(costs):.1f}"


def per_minute(cost: Cost) -> str:
    return f"{cost.processor_ms * 60 / cost.seconds / 1000:.4f} s"


def megabytes(size: int) -> str:
    return f"{size / 1e6:.1f}"


if __name__ == "__main__":
    sys.exit(main())
