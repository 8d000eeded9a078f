"""At rest: ten running applications, and a minute in which nothing is written."""

import time

import pytest

APPLICATIONS = 10
QUIET_SECONDS = 60


@pytest.mark.heavy
@pytest.mark.differs_by_cluster
def test_running_applications_cost_no_writes(make_app, cluster):
    apps = [make_app().apply() for _ in range(APPLICATIONS)]
    for app in apps:
        app.wait_running(240)
    # Events of the deploys are written behind; let them pass.
    time.sleep(10)
    before = cluster.writes()
    time.sleep(QUIET_SECONDS)
    written = cluster.writes() - before
    # Without HA the newest checkpoint's path is recorded, at most once a minute each.
    assert written.pop("patch flinkapplications/status", 0) <= APPLICATIONS
    assert not written, f"writes at rest: {dict(written)}"
