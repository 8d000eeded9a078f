"""One list of API cases for flink-local's API server and the real one. Where they differ the real one is right.

A difference that is meant is named in the data with its reason, and it is checked that it is still one.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from steps import Conversation

FILES = sorted((Path(__file__).parent / "cases").glob("*.yaml"))
CASES = [(file.stem, case) for file in FILES for case in yaml.safe_load(file.read_text())["cases"]]


@pytest.mark.parametrize("topic, case", CASES, ids=[f"{topic}: {case['case']}" for topic, case in CASES])
def test_api(server, topic: str, case: dict):
    namespace = _namespace(topic, case["case"])
    server.api.ask("POST", "/api/v1/namespaces", {"metadata": {"name": namespace}})
    conversation = Conversation(server, namespace)
    try:
        for number, step in enumerate(case["steps"], 1):
            try:
                conversation.run(step)
            except AssertionError as wrong:
                raise AssertionError(f"step {number}: {wrong}") from None
    finally:
        conversation.close()


def _namespace(topic: str, case: str) -> str:
    """Every case has its own, and need not clear up."""
    nth = [y["case"] for x, y in CASES if x == topic].index(case)
    return f"{topic}-{nth}-" + re.sub(r"[^a-z0-9]+", "-", case.lower())[:30].strip("-")
