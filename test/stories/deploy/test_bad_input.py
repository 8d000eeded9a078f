"""Malformed and hostile resources are refused with words that help, while a healthy application is served."""

import json

import pytest
from kit.api import APPLICATIONS, Refused
from kit.app import App
from kit.bad_resources import Row, rows
from kit.processes import CommandFailed, until

NAMESPACE = "bad-input"
PAUSED = "flink.k8s.io/paused"
COLLECTION = f"{APPLICATIONS}/namespaces/{NAMESPACE}/flinkapplications"
# Status codes with which an API server rejects an invalid object.
AT_FAULT = (400, 413, 422)


@pytest.fixture(scope="module")
def namespace(cluster):
    cluster.create_namespace(NAMESPACE)
    yield NAMESPACE
    cluster.delete_namespace(NAMESPACE)


def create(cluster, row: Row, query: str = "") -> None:
    row.resource["metadata"]["namespace"] = NAMESPACE
    cluster.api.ask("POST", COLLECTION + query, row.resource)


def store(cluster, row: Row) -> None:
    """Creates the object with its status before the operator sees it."""
    if not row.status:
        return create(cluster, row)
    row.resource["metadata"]["annotations"] = {PAUSED: "true"}
    create(cluster, row)
    cluster.api.merge(f"{COLLECTION}/{row.name}/status", {"status": row.status})
    cluster.api.merge(f"{COLLECTION}/{row.name}", {"metadata": {"annotations": {PAUSED: None}}})


def fault_of_refusal(cluster, row: Row, query: str = "") -> str | None:
    """What is wrong with the API server's refusal of a row, if anything."""
    try:
        create(cluster, row, query)
    except Refused as refused:
        message = refused.body
        try:
            message = json.loads(message)["message"]
        except ValueError:
            pass
        # Of a path below an unknown part, API servers name only the last step.
        named = row.field in message or row.field.split(".")[-1].split("[")[0] in message
        return None if refused.status in AT_FAULT and named else f"{row.title}: {refused}"
    # The embedded API server evaluates no CEL: there the rule's twin in the operator speaks.
    fault = fault_of_condition(cluster, row) if cluster.name == "local" and not query else f"{row.title}: was taken"
    removed(cluster, row)
    return fault


def complaints(thing: dict) -> str:
    return "\n".join(x["message"] for x in thing.get("status", {}).get("conditions", []))


def fault_of_condition(cluster, row: Row) -> str | None:
    """Returns what the condition of a stored row lacks, or None."""
    wanted = [row.field, *row.words]

    def complete() -> bool:
        return all(x in complaints(cluster.api.get(f"{COLLECTION}/{row.name}")) for x in wanted)

    try:
        until("the condition", complete, 20)
    except AssertionError:
        thing = cluster.api.get(f"{COLLECTION}/{row.name}")
        return f"{row.title}: not all of {wanted} are in: {complaints(thing)!r}"
    return None


def removed(cluster, row: Row) -> None:
    try:
        cluster.api.ask("DELETE", f"{COLLECTION}/{row.name}")
    except Refused as refused:
        assert refused.status == 404


def demand(faults: list[str]) -> None:
    assert not faults, "\n".join(faults)


@pytest.mark.differs_by_cluster
def test_bad_resources_are_refused_at_admission(cluster, namespace):
    at_admission = [x for x in rows() if x.refused_by == "admission"]
    assert len(at_admission) >= 30
    demand([x for row in at_admission if (x := fault_of_refusal(cluster, row))])


@pytest.mark.differs_by_cluster
def test_misspelt_fields_are_refused_where_strictness_is_asked_for(cluster, namespace):
    strict = [x for x in rows() if x.refused_by == "strict"]
    assert strict
    demand([x for row in strict if (x := fault_of_refusal(cluster, row, "?fieldValidation=Strict"))])


@pytest.mark.differs_by_cluster
def test_kubectl_shows_the_refusal_to_the_user(cluster, namespace):
    row = next(x for x in rows() if x.title == "no tasks")
    row.resource["metadata"]["namespace"] = NAMESPACE
    with pytest.raises(CommandFailed) as failed:
        cluster.kubectl("apply", "-f", "-", input=json.dumps(row.resource))
    assert "spec.parallelism" in failed.value.stderr


@pytest.mark.differs_by_cluster
def test_bad_resources_get_a_condition_while_a_neighbour_is_served(app: App, cluster, namespace):
    app.apply().wait_running()
    job = app.job_id
    stored = [x for x in rows() if x.refused_by == "condition"]
    assert stored
    for row in stored:
        store(cluster, row)
    faults = [x for row in stored if (x := fault_of_condition(cluster, row))]
    assert cluster.api.items(f"/apis/apps/v1/namespaces/{NAMESPACE}/deployments") == []

    # Among all of them the neighbour is watched and updated as ever.
    app.until_it_counts(job)
    app.update("v2").wait_running()
    app.demand_ledger(fresh_starts=1, exact=True)
    for row in stored:
        removed(cluster, row)
    until("the bad ones to be gone", lambda: cluster.api.items(COLLECTION) == [], 60)
    demand(faults)


def test_a_status_edited_into_nonsense_does_no_harm(app: App, cluster, namespace):
    app.apply().wait_running()
    nonsense = [x for x in rows() if x.refused_by == "nobody"]
    assert nonsense
    for row in nonsense:
        create(cluster, row)
        try:
            cluster.api.merge(f"{COLLECTION}/{row.name}/status", {"status": row.status})
        except Refused as refused:
            # The schema may refuse it before it does harm.
            assert refused.status in AT_FAULT
    app.until_it_counts(app.job_id)
    for row in nonsense:
        removed(cluster, row)
    until("them to be gone", lambda: cluster.api.items(COLLECTION) == [], 60)
    app.update("v2").wait_running()
    app.demand_ledger(fresh_starts=1, exact=True)
