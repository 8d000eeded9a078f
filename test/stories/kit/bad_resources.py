"""The table of bad resources (test/data/bad_resources.yaml) as objects to apply."""

from __future__ import annotations

import copy
from typing import Any

import yaml

from .processes import ROOT


class Row:
    """One invalid resource, who refuses it, and what the message must contain."""

    def __init__(self, number: int, row: dict, good: dict):
        self.title: str = row["name"]
        self.refused_by: str = row["refused_by"]
        self.field: str = row["field"]
        self.words: list[str] = [str(x) for x in row.get("words", [])]
        change = row.get("change", {})
        self.resource = merged(good, change)
        if "generate" in row:
            generate(self.resource, row["generate"])
        if "name" not in (change.get("metadata") or {}):
            self.resource["metadata"]["name"] = f"bad-{number}"
        self.status = self.resource.pop("status", None)

    @property
    def name(self) -> str:
        return self.resource["metadata"]["name"]


def rows() -> list[Row]:
    table = yaml.safe_load((ROOT / "test/data/bad_resources.yaml").read_text())
    return [Row(number, row, table["good"]) for number, row in enumerate(table["rows"])]


def merged(target: Any, patch: Any) -> Any:
    """RFC 7386."""
    if not isinstance(patch, dict):
        return copy.deepcopy(patch)
    result = copy.deepcopy(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merged(result.get(key), value)
    return result


def generate(resource: dict, how: dict) -> None:
    """Inserts values that are too large for the file."""
    *parents, last = how["path"].split(".")
    place = resource
    for key in parents:
        place = place.setdefault(key, {})
    if "text" in how:
        place[last] = how["text"] * how["times"]
        return
    inner: dict = {}
    for _ in range(how["nest"]):
        inner = {"x": inner}
    place[last] = inner
