"""Installation on real Kubernetes: by the chart, with minimal permissions, over an existing CRD."""

import json

import pytest
from kit.app import App
from kit.processes import run, until
from kit.programs import CHART, CRD

pytestmark = [pytest.mark.only("kubernetes"), pytest.mark.differs_by_cluster]

ACCOUNT = "system:serviceaccount:flink-operator:flink-operator"

# What the operator has no business with: (verb, resource, namespace, subresource).
FORBIDDEN = [
    ("get", "secrets", "stories"),
    ("delete", "pods", "stories"),
    ("create", "pods", "stories", "exec"),
    ("delete", "namespaces", None),
    ("create", "clusterrolebindings.rbac.authorization.k8s.io", None),
    ("delete", "flinkapplications.flink.k8s.io", "stories"),
    ("update", "customresourcedefinitions.apiextensions.k8s.io", None),
    ("get", "nodes", None),
    ("watch", "horizontalpodautoscalers.autoscaling", "stories"),
]


def may(cluster, verb: str, resource: str, namespace: str | None, subresource: str | None = None) -> bool:
    where = ["-n", namespace] if namespace else []
    if subresource:
        where += ["--subresource", subresource]
    answer = cluster.kubectl("auth", "can-i", verb, resource, "--as", ACCOUNT, *where, check=False)
    return answer.strip().splitlines()[-1] == "yes"


def test_the_chart_gives_no_right_that_is_not_needed(cluster):
    assert may(cluster, "watch", "flinkapplications.flink.k8s.io", "stories")
    too_much = [x for x in FORBIDDEN if may(cluster, *x)]
    assert too_much == []


def test_two_operators_are_installed_with_the_right_to_one_lease(cluster):
    path = f"/apis/{{}}/namespaces/{cluster.OPERATOR_NAMESPACE}/{{}}/flink-operator"
    deployment = cluster.api.get(path.format("apps/v1", "deployments"))["spec"]
    assert deployment["replicas"] == 2
    assert deployment["strategy"]["rollingUpdate"] == {"maxUnavailable": 0, "maxSurge": 1}
    assert cluster.api.get(path.format("policy/v1", "poddisruptionbudgets"))["spec"]["maxUnavailable"] == 1
    for verb, lease in (("create", ""), ("get", "/flink-operator"), ("patch", "/flink-operator")):
        assert may(cluster, verb, f"leases.coordination.k8s.io{lease}", cluster.OPERATOR_NAMESPACE), verb
    for verb, lease in (("get", "/other"), ("patch", "/other"), ("list", ""), ("delete", "/flink-operator")):
        assert not may(cluster, verb, f"leases.coordination.k8s.io{lease}", cluster.OPERATOR_NAMESPACE), verb
    assert not may(cluster, "create", "leases.coordination.k8s.io", "stories")


def test_one_operator_alone_holds_up_no_drain(cluster):
    shown = run(cluster.helm, "template", "flink-operator", CHART, "--set", "replicas=1")
    assert "replicas: 1" in shown
    assert "PodDisruptionBudget" not in shown


def test_the_pod_of_the_operator_is_taken_by_the_strictest_namespaces(cluster):
    namespace = "restricted"
    cluster.create_namespace(namespace)
    cluster.kubectl("label", "namespace", namespace, "pod-security.kubernetes.io/enforce=restricted")
    rendered = run(
        cluster.helm, "template", "flink-operator", CHART, "--namespace", namespace, "--show-only",
        "templates/deployment.yaml",
    )
    template = json.loads(cluster.kubectl("create", "-n", namespace, "-f", "-", "--dry-run=client", "-o", "json",
                                          input=rendered))["spec"]["template"]
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "operator"}, "spec": template["spec"]}
    pod["spec"]["serviceAccountName"] = "default"
    cluster.kubectl("create", "-n", namespace, "-f", "-", "--dry-run=server", input=json.dumps(pod))
    cluster.delete_namespace(namespace)


def test_an_upgrade_of_the_chart_touches_no_running_application(app: App, cluster):
    app.apply().wait_running()
    job = app.job_id
    cluster.install_chart("--set", "resources.requests.memory=48Mi")
    app.until_it_counts(job)
    assert app.live_jobs() == [job]
    assert len(app.demand_ledger(fresh_starts=1).instances) == 1


def test_the_chart_takes_over_a_definition_that_others_installed(app: App, cluster):
    app.apply().wait_running()
    job = app.job_id
    # As the Go operator's manifests leave it: known to no helm.
    for key in ("meta.helm.sh/release-name", "meta.helm.sh/release-namespace"):
        cluster.kubectl("annotate", "crd", "flinkapplications.flink.k8s.io", f"{key}-")
    cluster.kubectl("label", "crd", "flinkapplications.flink.k8s.io", "app.kubernetes.io/managed-by-")
    # First beside it, then with it.
    cluster.install_chart("--set", "crd.install=false")
    assert app.exists()
    cluster.install_chart("--take-ownership")
    # That spares the check and leaves the definition unmarked: without the marks the next upgrade is refused.
    definition = ("crd", "flinkapplications.flink.k8s.io")
    cluster.kubectl("label", *definition, "app.kubernetes.io/managed-by=Helm")
    cluster.kubectl(
        "annotate", *definition, "meta.helm.sh/release-name=flink-operator",
        f"meta.helm.sh/release-namespace={cluster.OPERATOR_NAMESPACE}",
    )
    cluster.install_chart()
    app.until_it_counts(job)
    assert app.exists()
    assert app.live_jobs() == [job]


def test_a_stored_object_that_breaks_every_rule_still_takes_its_status_and_loses_its_finalizer(cluster):
    """New validation rules apply to objects that were stored before the rules existed."""
    bare = json.loads(cluster.kubectl("create", "-f", CRD, "--dry-run=client", "-o", "json"))
    strict = json.loads(json.dumps(bare))
    bare["spec"]["versions"][0]["schema"]["openAPIV3Schema"] = {
        "type": "object",
        "x-kubernetes-preserve-unknown-fields": True,
    }
    namespace = "stored-before"
    cluster.create_namespace(namespace)
    path = f"/apis/flink.k8s.io/v1beta1/namespaces/{namespace}/flinkapplications"
    spec = {"image": "", "jarName": "", "parallelism": 0, "programArgs": "--a", "programArgsList": ["--a"]}
    try:
        cluster.kubectl("replace", "-f", "-", input=json.dumps(current(cluster, bare)))

        def stored() -> bool:
            body = {
                "apiVersion": "flink.k8s.io/v1beta1",
                "kind": "FlinkApplication",
                "metadata": {"name": "old", "finalizers": ["example.org/kept"]},
                "spec": spec,
            }
            try:
                cluster.api.ask("POST", path, body)
            except Exception:
                return False
            return True

        until("the object to be stored", stored, 20, every=0.5)
    finally:
        cluster.kubectl("replace", "-f", "-", input=json.dumps(current(cluster, strict)))
    until("the rules to be back", lambda: refused(cluster, path, spec), 20, every=0.5)
    cluster.api.merge(f"{path}/old/status", {"status": {"reason": "still writable"}})
    assert cluster.api.get(f"{path}/old")["status"]["reason"] == "still writable"
    cluster.api.ask("DELETE", f"{path}/old")
    cluster.api.merge(f"{path}/old", {"metadata": {"finalizers": None}})
    until("it to be gone", lambda: cluster.api.find(f"{path}/old") is None)
    cluster.delete_namespace(namespace)


def current(cluster, definition: dict) -> dict:
    """Returns the CRD that can replace the present one and keeps helm's metadata."""
    there = json.loads(cluster.kubectl("get", "crd", "flinkapplications.flink.k8s.io", "-o", "json"))
    metadata = {**definition["metadata"], "resourceVersion": there["metadata"]["resourceVersion"]}
    metadata["labels"] = there["metadata"].get("labels", {})
    metadata["annotations"] = {**there["metadata"].get("annotations", {}), **definition["metadata"]["annotations"]}
    return {**definition, "metadata": metadata}


def refused(cluster, path: str, spec: dict) -> bool:
    body = {"apiVersion": "flink.k8s.io/v1beta1", "kind": "FlinkApplication", "metadata": {"name": "new"}, "spec": spec}
    try:
        cluster.api.ask("POST", path, body)
    except Exception:
        return True
    cluster.api.ask("DELETE", f"{path}/new")
    return False
