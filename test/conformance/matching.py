"""Compares a JSON value with what a case expects. Only the fields that the case names count.

    {a: 1}              an object with at least this member
    [x, y]              a list of exactly so many items, each as expected
    "~text"             a text in which this regular expression is found
    "*"                 anything but nothing
    null                absent, or null
    {$contains: [x]}    a list that has an item for each of these
    {$lacks: [x]}       a list that has no item for any of these
    {$length: 3}        a list of so many items
    {$not: x}           anything else
"""

from __future__ import annotations

import re
from typing import Any, Callable


def difference(expected: Any, got: Any, path: str = "") -> str | None:
    """Returns the first difference between `got` and the expectation, or None."""
    if isinstance(expected, dict):
        rules = [x for x in expected if x.startswith("$")]
        if rules:
            return next((x for rule in rules if (x := _RULES[rule](expected[rule], got, path))), None)
        if not isinstance(got, dict):
            return f"{path or 'the body'} is {got!r}, not an object"
        found = (difference(value, got.get(name), f"{path}.{name}".lstrip(".")) for name, value in expected.items())
        return next((x for x in found if x), None)
    if isinstance(expected, list):
        if not isinstance(got, list) or len(got) != len(expected):
            return f"{path} is {got!r}, not a list of {len(expected)}"
        found = (difference(x, got[i], f"{path}[{i}]") for i, x in enumerate(expected))
        return next((x for x in found if x), None)
    return None if _same(expected, got) else f"{path or 'the body'} is {got!r}, not {expected!r}"


def _same(expected: Any, got: Any) -> bool:
    if expected == "*":
        return got is not None
    if isinstance(expected, str) and expected.startswith("~"):
        return isinstance(got, str) and re.search(expected[1:], got) is not None
    # True == 1 in Python, not in JSON.
    return type(expected) is type(got) and expected == got


def _contains(expected: list, got: Any, path: str) -> str | None:
    items = got if isinstance(got, list) else []
    missing = [x for x in expected if all(difference(x, y) for y in items)]
    return f"{path} has nothing like {missing[0]!r}: {got!r}" if missing else None


def _lacks(expected: list, got: Any, path: str) -> str | None:
    items = got if isinstance(got, list) else []
    found = [x for x in expected if not all(difference(x, y) for y in items)]
    return f"{path} has {found[0]!r}" if found else None


def _length(expected: int, got: Any, path: str) -> str | None:
    length = len(got) if isinstance(got, list) else None
    return None if length == expected else f"{path} has {length} items, not {expected}"


def _not(expected: Any, got: Any, path: str) -> str | None:
    return None if difference(expected, got) else f"{path} is {got!r} after all"


_RULES: dict[str, Callable[[Any, Any, str], str | None]] = {
    "$contains": _contains,
    "$lacks": _lacks,
    "$length": _length,
    "$not": _not,
}
