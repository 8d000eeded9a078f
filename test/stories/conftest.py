"""Choice of cluster and Flink versions, the fixtures of the stories, and the table at the end of a run."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import statistics
import sys
from pathlib import Path
from typing import Callable, Iterator

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from kit.app import App  # noqa: E402
from kit.cluster import CLUSTERS, Cluster  # noqa: E402
from kit.processes import run  # noqa: E402
from kit.programs import BUILD  # noqa: E402

NAMESPACE = "stories"
# Limits of the operator's own share of a deploy's time.
OWN_SHARE_LIMIT_MS = {"create": 300, "update": 500}
# Number of the stories marked in_turn that one run takes, on flink-local and on real Kubernetes.
TURNS = {False: 2, True: 1}

_table: list[dict] = []


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--cluster", choices=sorted(CLUSTERS), default="local", help="the cluster on which the stories run")
    parser.addoption("--flink", default="1.20.5", help="comma-separated Flink versions; the first is the main one")
    parser.addoption(
        "--selection",
        choices=["all", "turn"],
        default="all",
        help="all: every story; turn: for further Flink versions only the stories that differ, a few of the stories marked "
        "in_turn (others with every commit), and on real Kubernetes only the stories that differ there and one kill moment",
    )


def pytest_configure(config: pytest.Config) -> None:
    for line in (
        "differs_by_flink: runs for every Flink version",
        "differs_by_cluster: may end differently on real Kubernetes",
        "kill_moment: one of the moments at which the operator is killed; real Kubernetes takes turns",
        "in_turn: too long for every run; each run takes a few of them",
        "scenario(names): covers scenarios of docs/testing.md; -k finds it by their names",
        "only(cluster): runs on that cluster only",
    ):
        config.addinivalue_line("markers", line)


def flink_versions(config: pytest.Config) -> list[str]:
    return [x for x in config.getoption("--flink").split(",") if x]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "flink" in metafunc.fixturenames:
        metafunc.parametrize("flink", flink_versions(metafunc.config), scope="session")


def pytest_itemcollected(item: pytest.Item) -> None:
    for marker in item.iter_markers("scenario"):
        item.extra_keyword_matches.update(marker.args)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    chosen = [x for x in items if _runs_here(config, x)]
    if config.getoption("--selection") == "turn":
        chosen = _take_turns(config, chosen)
    config.hook.pytest_deselected(items=[x for x in items if x not in chosen])
    items[:] = chosen


def _runs_here(config: pytest.Config, item: pytest.Item) -> bool:
    only = item.get_closest_marker("only")
    cluster = config.getoption("--cluster")
    # The routed cluster runs only the stories about its addresses.
    return cluster in only.args if only else cluster != "routed"


def _take_turns(config: pytest.Config, items: list[pytest.Item]) -> list[pytest.Item]:
    main = flink_versions(config)[0]
    real = config.getoption("--cluster") == "kubernetes"
    moment = _turn([x for x in items if x.get_closest_marker("kill_moment") and _flink_of(x) in (None, main)], 1)
    turns = _turn([x for x in items if x.get_closest_marker("in_turn")], TURNS[real])

    def chosen(item: pytest.Item) -> bool:
        if item.get_closest_marker("in_turn"):
            return item in turns
        if _flink_of(item) not in (None, main) and not item.get_closest_marker("differs_by_flink"):
            return False
        if item.get_closest_marker("kill_moment") and real:
            return item in moment
        return not real or bool(item.get_closest_marker("differs_by_cluster"))

    return [x for x in items if chosen(x)]


def _turn(items: list[pytest.Item], n: int) -> list[pytest.Item]:
    """Returns the n stories whose turn it is; the next commit gets the next ones."""
    first = _run_number() * n
    return [items[(first + i) % len(items)] for i in range(min(n, len(items)))]


def _flink_of(item: pytest.Item) -> str | None:
    return getattr(item, "callspec", None) and item.callspec.params.get("flink")


def _run_number() -> int:
    """Returns the number of commits, which is different for every change."""
    try:
        return int(run("git", "-C", Path(__file__).parent, "rev-list", "--count", "HEAD"))
    except AssertionError:
        return 0


@contextlib.contextmanager
def cluster_of(config: pytest.Config, simulated: bool = False) -> Iterator[Cluster]:
    """A cluster of the kind selected for this run, with an operator."""
    kind = CLUSTERS[config.getoption("--cluster")]
    folder = BUILD / "stories" / (kind.name + ("-simulated" if simulated else ""))
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    made = kind(folder, flink_versions(config), simulated)
    try:
        made.start()
        made.create_namespace(NAMESPACE)
        yield made
    finally:
        made.stop()


@pytest.fixture(scope="session")
def cluster(pytestconfig: pytest.Config):
    """The cluster of this run, with the operator in it."""
    with cluster_of(pytestconfig) as made:
        yield made


@pytest.fixture
def make_app(cluster: Cluster, flink: str, request: pytest.FixtureRequest):
    """Makes applications that are removed when the story is over."""
    made: list[App] = []

    def make(name: str | None = None, namespace: str = NAMESPACE, version: str | None = None) -> App:
        name = name or _name(request.node.name, len(made))
        folder = cluster.folder / "applications" / namespace / name
        app = App(cluster, namespace, name, version or flink, folder)
        made.append(app)
        return app

    yield make
    for app in made:
        for row in app.measures():
            _table.append({"story": request.node.name, "app": app.name, **row})
    _print_state(request.node, made)
    for app in made:
        app.clear()


@pytest.fixture
def app(make_app) -> App:
    """The one application of a story, not yet applied."""
    return make_app()


@pytest.fixture(autouse=True)
def operator_serves_again(request: pytest.FixtureRequest):
    """A story that fails half-way does not take the operator away from the next one."""
    cluster = request.getfixturevalue("cluster") if "cluster" in request.fixturenames else None
    yield
    if not cluster:
        return
    operator = cluster.operator
    operator.resume()
    if not operator.process or not operator.process.runs():
        operator.start()
        operator.until_ready()


def _name(story: str, nth: int) -> str:
    """Returns a name of at most 30 characters that identifies the story."""
    words = re.sub(r"[^a-z0-9]+", "-", story.lower().removeprefix("test_"))
    checksum = sum(ord(x) * (i + 1) for i, x in enumerate(story)) % 0x10000
    return f"{words[:22].strip('-')}-{checksum:04x}" + (f"-{nth}" if nth else "")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo):
    report = (yield).get_result()
    if report.when == "call":
        item.stash[_failed] = report.failed


_failed = pytest.StashKey[bool]()


def _print_state(node: pytest.Item, apps: list[App]) -> None:
    """After a failure: prints the state of the applications before they are removed."""
    if not node.stash.get(_failed, False):
        return
    for app in apps:
        try:
            print(f"\n{app.name}: phase {app.phase}; {app.complaint()}")
            print("pods: " + ", ".join(f"{x['metadata']['name']} {x['status'].get('phase')}" for x in app.pods()))
            print("jobs: " + ", ".join(app.live_jobs()))
        except Exception as error:
            print(f"{app.name}: {error}")
    print(f"logs: {apps[0].cluster.folder}" if apps else "")


def pytest_terminal_summary(terminalreporter, config: pytest.Config) -> None:
    if not _table:
        return
    write = terminalreporter.write_line
    terminalreporter.section(f"deploys on {config.getoption('--cluster')}")
    write(f"{'story':<72} {'what':<7} {'mode':<9} {'apply to Running':>16} {'own share':>10} {'job gap':>9}")
    for row in _table:
        share, gap = row["own_share_ms"], row["gap_ms"]
        over = share is not None and share > OWN_SHARE_LIMIT_MS[row["what"]]
        write(
            f"{row['story'][:72]:<72} {row['what']:<7} {row['mode']:<9} {row['seconds']:>14.1f} s"
            f" {'-' if share is None else f'{share:.0f} ms':>10} {'-' if gap is None else f'{gap} ms':>9}"
            + ("  own share above its limit" if over else "")
        )
    write(f"{os.cpu_count()} cores; own share: time in which the operator waited for nothing outside")
    _write_gaps(write)


def _write_gaps(write: Callable[[str], None]) -> None:
    """Prints per mode how long no job ran during updates."""
    write(f"{'job gap per mode, by the ledger':<32} {'updates':>9} {'shortest':>10} {'median':>10} {'longest':>10}")
    for mode in ("Dual", "Single", "BlueGreen", "InPlace"):
        gaps = [x["gap_ms"] for x in _table if x["mode"] == mode and x["gap_ms"] is not None]
        if gaps:
            of = (min(gaps), statistics.median(gaps), max(gaps))
            write(f"{mode:<32} {len(gaps):>9} " + " ".join(f"{x:>7.0f} ms" for x in of))
