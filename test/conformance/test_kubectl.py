"""Users' kubectl commands on either API server."""

from __future__ import annotations

import json
import os
import stat
import uuid
from pathlib import Path
from typing import Callable

import pytest

from kit.processes import CommandFailed, run, until

APPLICATION = """apiVersion: flink.k8s.io/v1beta1
kind: FlinkApplication
metadata: {name: wordcount}
spec: {image: "flink:1", jarName: job.jar, parallelism: 2}
"""

Kubectl = Callable[..., str]


@pytest.fixture
def namespace(server) -> str:
    name = f"kubectl-{uuid.uuid4().hex[:12]}"
    server.api.ask("POST", "/api/v1/namespaces", {"metadata": {"name": name}})
    until("the service account", lambda: server.api.find(f"/api/v1/namespaces/{name}/serviceaccounts/default"), 30)
    return name


@pytest.fixture
def kubectl(server, namespace: str, client: str) -> Kubectl:
    def call(*words: str, input: str | None = None, env: dict | None = None) -> str:
        head = (client, "--kubeconfig", server.kubeconfig, "--namespace", namespace)
        return run(*head, *words, input=input, timeout=60, env={**os.environ, **(env or {})})

    return call


@pytest.fixture
def application(kubectl: Kubectl) -> str:
    kubectl("apply", "-f", "-", input=APPLICATION)
    return "flinkapplication/wordcount"


def refusal(kubectl: Kubectl, *words: str) -> str:
    with pytest.raises(CommandFailed) as failure:
        kubectl(*words)
    return failure.value.stderr


CREATIONS = {
    "configmap": ("configmap", "a", "--from-literal=x=1", "--from-literal=y=2"),
    "secret": ("secret", "generic", "a", "--from-literal=x=hello"),
    "serviceaccount": ("serviceaccount", "a"),
    "service": ("service", "clusterip", "a", "--tcp=80:8081"),
    "deployment": ("deployment", "a", "--image=i:1", "--replicas=2", "--port=8081", "--", "run", "it"),
    "role": ("role", "a", "--verb=get,list", "--resource=pods,deployments.apps", "--resource-name=x"),
    "rolebinding": ("rolebinding", "a", "--role=a", "--serviceaccount=default:b", "--user=c"),
}
MADE = {
    "configmap": {"data": {"x": "1", "y": "2"}},
    "secret": {"data": {"x": "aGVsbG8="}, "type": "Opaque"},
    "serviceaccount": {},
    "service": {
        "spec": {"type": "ClusterIP", "selector": {"app": "a"}, "ports": [{"name": "80-8081", "port": 80, "targetPort": 8081}]}
    },
    "deployment": {
        "spec": {
            "replicas": 2,
            "selector": {"matchLabels": {"app": "a"}},
            "template": {
                "metadata": {"labels": {"app": "a"}},
                "spec": {"containers": [{"name": "i", "image": "i:1", "command": ["run", "it"], "ports": [{"containerPort": 8081}]}]},
            },
        }
    },
    "role": {"rules": {"$contains": [{"apiGroups": [""], "resources": ["pods"], "resourceNames": ["x"], "verbs": ["get", "list"]}]}},
    "rolebinding": {
        "roleRef": {"kind": "Role", "name": "a", "apiGroup": "rbac.authorization.k8s.io"},
        "subjects": {"$contains": [{"kind": "ServiceAccount", "name": "b", "namespace": "default"}, {"kind": "User", "name": "c"}]},
    },
}  # fmt: skip


@pytest.mark.parametrize("kind", CREATIONS)
def test_create_makes_what_its_words_say(kubectl: Kubectl, kind: str):
    from matching import difference

    kubectl("create", *CREATIONS[kind])
    made = json.loads(kubectl("get", kind, "a", "-o", "json"))
    assert difference(MADE[kind], made) is None


def test_a_namespace_is_created_and_deleted(kubectl: Kubectl, namespace: str):
    kubectl("create", "namespace", f"{namespace}-more")
    assert "Active" in kubectl("get", "namespace", f"{namespace}-more")
    assert "AlreadyExists" in refusal(kubectl, "create", "namespace", f"{namespace}-more")
    kubectl("delete", "namespace", f"{namespace}-more", "--timeout=60s")


def test_auth_can_i_gets_an_answer(kubectl: Kubectl):
    assert kubectl("auth", "can-i", "delete", "flinkapplications").strip() == "yes"


def test_an_application_is_created_applied_and_shown(kubectl: Kubectl):
    kubectl("create", "-f", "-", input=APPLICATION)
    assert "unchanged" not in kubectl("apply", "-f", "-", input=APPLICATION.replace("parallelism: 2", "parallelism: 3"))
    assert "unchanged" in kubectl("apply", "-f", "-", input=APPLICATION.replace("parallelism: 2", "parallelism: 3"))
    assert "PHASE" in kubectl("get", "flinkapp")
    wide = kubectl("get", "flinkapplications", "-o", "wide")
    assert "HEALTHY TMS" in wide and "flink:1" in wide
    assert "parallelism: 3" in kubectl("get", "flinkapplication", "wordcount", "-o", "yaml")
    assert kubectl("get", "flinkapp", "wordcount", "-o", "jsonpath={.spec.jarName}") == "job.jar"


def test_an_application_is_described(kubectl: Kubectl, application: str):
    output = kubectl("describe", "flinkapplication", "wordcount")
    assert "Kind:         FlinkApplication" in output
    assert "job.jar" in output


def test_the_schema_is_explained(kubectl: Kubectl, client: str):
    output = kubectl("explain", "flinkapplication.spec.parallelism")
    assert "integer" in output and "TaskManagers" in output
    assert "flinkConfig" in kubectl("explain", "flinkapplication.spec")
    assert "deployments" in kubectl("api-resources", "--api-group=apps")


def test_an_edit_is_taken(kubectl: Kubectl, application: str, tmp_path: Path):
    editor = tmp_path / "editor"
    editor.write_text('#!/bin/sh\nsed -i "s/parallelism: 2/parallelism: 4/" "$1"\n')
    editor.chmod(editor.stat().st_mode | stat.S_IXUSR)
    assert "edited" in kubectl("edit", application, env={"KUBE_EDITOR": str(editor)})
    assert kubectl("get", application, "-o", "jsonpath={.spec.parallelism}") == "4"


def test_an_application_is_scaled(kubectl: Kubectl, application: str):
    assert "scaled" in kubectl("scale", application, "--replicas=5")
    assert kubectl("get", application, "-o", "jsonpath={.spec.parallelism}") == "5"
    assert "Expected replicas to be 1, was 5" in refusal(
        kubectl, "scale", application, "--replicas=6", "--current-replicas=1"
    )


def test_patches_labels_and_annotations(kubectl: Kubectl, application: str):
    kubectl("patch", application, "--type=merge", "-p", '{"spec": {"parallelism": 7}}')
    kubectl("patch", application, "--type=json", "-p", '[{"op": "replace", "path": "/spec/image", "value": "flink:2"}]')
    kubectl("label", application, "team=red")
    assert "overwrite is false" in refusal(kubectl, "label", application, "team=blue")
    kubectl("annotate", application, "note=a b c")
    made = json.loads(kubectl("get", application, "-o", "json"))
    assert (made["spec"]["parallelism"], made["spec"]["image"]) == (7, "flink:2")
    assert made["metadata"]["labels"]["team"] == "red" and made["metadata"]["annotations"]["note"] == "a b c"
    kubectl("label", application, "team-")
    assert "No resources found" not in kubectl("get", "flinkapp", "-l", "!team")


def test_wait_sees_a_condition(server, kubectl: Kubectl, namespace: str, application: str):
    path = f"/apis/flink.k8s.io/v1beta1/namespaces/{namespace}/flinkapplications/wordcount/status"
    ready = {"type": "Ready", "status": "True", "reason": "R", "message": "m", "lastTransitionTime": "2026-01-01T00:00:00Z"}
    assert "timed out" in refusal(kubectl, "wait", application, "--for=condition=Ready", "--timeout=1s")
    server.api.merge(path, {"status": {"conditions": [ready]}})
    assert "condition met" in kubectl("wait", application, "--for=condition=Ready", "--timeout=20s")


def test_a_watch_shows_what_is_there(kubectl: Kubectl, application: str):
    # Without a time limit of its own kubectl would watch for ever.
    output = refusal_or_answer(kubectl, "get", "flinkapp", "-w", "--request-timeout=2s")
    assert "wordcount" in output


def refusal_or_answer(kubectl: Kubectl, *words: str) -> str:
    try:
        return kubectl(*words)
    except CommandFailed as failure:
        return failure.stdout


def test_a_deployment_is_rolled_out_and_back(kubectl: Kubectl):
    kubectl("create", "deployment", "web", "--image=i:1")
    kubectl("rollout", "status", "deployment/web", "--watch=false")
    kubectl("set", "image", "deployment/web", "i=i:2")
    until("two revisions", lambda: "\n2 " in kubectl("rollout", "history", "deployment/web"), 30, every=0.2)
    kubectl("rollout", "undo", "deployment/web")
    assert kubectl("get", "deployment", "web", "-o", "jsonpath={.spec.template.spec.containers[0].image}") == "i:1"
    until("the third", lambda: "\n3 " in kubectl("rollout", "history", "deployment/web"), 30, every=0.2)
    kubectl("scale", "deployment/web", "--replicas=0")
    until("no pods", lambda: not kubectl("get", "pods", "-o", "name"), 30, every=0.2)
    assert "OldReplicaSets" in kubectl("describe", "deployment", "web")


def test_a_pod_without_a_node_is_not_entered(server, kubectl: Kubectl):
    kubectl("run", "shell", "--image=i:1")
    assert refusal(kubectl, "port-forward", "pod/shell", "18081:8081")
    if server.name == "local":
        assert "flink-local offers no exec" in refusal(kubectl, "exec", "shell", "--", "ls")


def test_delete_waits_until_all_is_gone(kubectl: Kubectl, application: str):
    kubectl("delete", application, "--timeout=30s")
    assert "NotFound" in refusal(kubectl, "get", application)
    kubectl("create", "configmap", "a")
    kubectl("create", "configmap", "b")
    kubectl("label", "configmap", "a", "b", "x=1")
    kubectl("delete", "configmap", "-l", "x=1")
    assert kubectl("get", "configmap", "-l", "x=1", "-o", "name") == ""
