"""Pods with real addresses, which the operator reaches through the API server's proxy, as by default.

The API server does not proxy to loopback addresses. So this story runs on its own cluster, in a network namespace where
the 10.x addresses belong to this machine.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from kit.app import App
from kit.cluster import RoutedKubernetesCluster
from kit.processes import run, until

NETWORK = RoutedKubernetesCluster.POD_NETWORK
IN_NAMESPACE = (
    "unshare", "--net", "bash", "-c",
    f'ip link set lo up && ip address add {NETWORK}.0.1/16 dev lo && exec "$@"', "bash",
)  # fmt: skip


@pytest.mark.only("kubernetes")
@pytest.mark.differs_by_cluster
def test_with_real_addresses_jobs_are_reached_through_the_api_server(flink: str):
    trial = subprocess.run([*IN_NAMESPACE, "true"], capture_output=True, text=True)
    if trial.returncode != 0:
        pytest.skip(f"this machine does not allow a separate network namespace: {trial.stderr.strip()}")
    # A separate process, because all its threads and children must be in the namespace.
    print(run(*IN_NAMESPACE, Path(__file__).parents[1] / "run", "--cluster=routed", f"--flink={flink}", timeout=900))


@pytest.mark.only("routed")
def test_a_life_through_the_proxy_of_the_api_server(app: App):
    app.apply(deleteMode="Savepoint").wait_running()
    old_job = app.job_id
    app.until_it_counts(old_job)
    pod = app.job_manager_pod()
    assert pod["status"]["podIP"].startswith(f"{NETWORK}.")

    api, namespace = app.cluster.api, app.namespace
    slices = f"/apis/discovery.k8s.io/v1/namespaces/{namespace}/endpointslices"
    endpoints = [y for x in api.items(slices) for y in x.get("endpoints") or []]
    assert [x for x in endpoints if x["addresses"] == [pod["status"]["podIP"]] and x["conditions"]["ready"]]
    service = f"/api/v1/namespaces/{namespace}/services/{app.name}:8081/proxy/jobs/{old_job}"
    assert until("the service's proxy", lambda: api.find(service), 30)["state"] == "RUNNING"

    app.update("v2").wait_running()
    assert app.job_id != old_job
    app.until_it_counts(app.job_id)
    assert app.demand_ledger(fresh_starts=1, exact=True).jobs[0] == old_job

    app.delete()
    app.wait_gone()
    assert len(app.savepoints()) == 2
    assert app.cluster.requests()["create pods/proxy"] > 0
