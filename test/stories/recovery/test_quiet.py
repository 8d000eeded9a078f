"""At rest: ten running applications, and a minute in which nothing is written."""

import time

import pytest

from conftest import cluster_of

APPLICATIONS = 10
QUIET_SECONDS = 60


@pytest.fixture(scope="module")
def cluster(pytestconfig: pytest.Config):
    """A cluster without JVMs: only the operator's requests count, and twenty JVMs would start slowly."""
    with cluster_of(pytestconfig, simulated=True) as made:
        yield made


@pytest.mark.differs_by_cluster
def test_running_applications_cost_no_writes(make_app, cluster):
    apps = [make_app(f"quiet-{n}").apply() for n in range(APPLICATIONS)]
    for app in apps:
        app.wait_running()
    # Events of the deploys are written behind; let them pass.
    time.sleep(10)
    before = cluster.writes()
    time.sleep(QUIET_SECONDS)
    written = cluster.writes() - before
    # Without HA the newest checkpoint's path is recorded, at most once a minute each.
    assert written.pop("patch flinkapplications/status", 0) <= APPLICATIONS
    assert not written, f"writes at rest: {dict(written)}"

    # A count that never counts would be quiet too.
    before = cluster.writes()
    apps[0].update().wait_running()
    assert (cluster.writes() - before)["create deployments"] == 2
