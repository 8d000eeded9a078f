"""Tests of the comparison: it finds differences, and nothing else."""

import pytest

from matching import difference


@pytest.mark.parametrize(
    "expected, got",
    [
        ({"a": 1}, {"a": 1, "b": 2}),
        ({"a": None}, {"b": 2}),
        ([1, {"x": "~^ab"}], [1, {"x": "abc", "y": 0}]),
        ("*", 0),
        ({"$contains": [2, 1]}, [1, 2, 3]),
        ({"$lacks": [{"a": 1}]}, [{"a": 2}]),
        ({"$length": 0}, []),
        ({"a": {"$not": 1}}, {"a": 2}),
    ],
)
def test_what_is_as_expected_has_no_difference(expected, got):
    assert difference(expected, got) is None


@pytest.mark.parametrize(
    "expected, got",
    [
        ({"a": 1}, {"a": 2}),
        ({"a": 1}, {"a": True}),
        ({"a": None}, {"a": 0}),
        ({"a": 1}, [1]),
        ([1], [1, 2]),
        ("~^ab", "cab"),
        ("*", None),
        ({"$contains": [4]}, [1, 2, 3]),
        ({"$contains": [1]}, None),
        ({"$lacks": [2]}, [1, 2]),
        ({"$length": 1}, []),
        ({"a": {"$not": 1}}, {"a": 1}),
    ],
)
def test_what_is_not_as_expected_is_found(expected, got):
    assert difference(expected, got) is not None
