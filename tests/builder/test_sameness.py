"""Comparing definitions by meaning shows every difference, and no difference where there is none."""

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from runtime import config, documents
from tests.support.sameness import meaning, rights, truths

PACKAGE = documents.loads((Path(config.ROOT) / "runtime/starters/followup.json").read_text("utf-8"))
PARTS = [each for kind in ("forms", "automations", "messages") for each in PACKAGE["definitions"][kind]]
YES = {"properties": {"remind": {"const": True}}, "required": ["remind"]}


def field(schema: Any, *, filled: bool = True) -> Any:
    return {"properties": {"x": schema}, **({"required": ["x"]} if filled else {})}


@pytest.mark.parametrize(
    "one, other",
    [
        (field({"const": "a"}), field({"type": "string", "const": "a"})),
        (field({"const": "a"}), {"allOf": [field({"enum": ["a"]})]}),
        (
            {"not": YES},
            {
                "anyOf": [
                    {"not": {"required": ["remind"]}},
                    {**YES, "properties": {"remind": {"const": False}}},
                ]
            },
        ),
        ({"required": ["a", "b"]}, {"allOf": [{"required": ["b"]}, {"required": ["a"]}]}),
    ],
)
def test_conditions_that_hold_for_the_same_records_are_the_same(one: Any, other: Any) -> None:
    assert truths(one) == truths(other)


@pytest.mark.parametrize(
    "one, other",
    [
        (field({"const": "a"}), field({"const": "b"})),
        (field({"const": "a"}), field({"const": "a"}, filled=False)),
        (field({"enum": ["a", "b"]}), field({"const": "a"})),
        (YES, {"not": {**YES, "properties": {"remind": {"const": False}}}}),
        ({"required": ["a"]}, {"required": ["b"]}),
        ({"anyOf": [{"required": ["a"]}, {"required": ["b"]}]}, {"required": ["a", "b"]}),
        (field({"const": {"fact": "record.x"}}), field({"const": {"fact": "record.y"}})),
        ({}, {"required": ["x"]}),
    ],
)
def test_conditions_that_differ_for_some_record_differ(one: Any, other: Any) -> None:
    assert truths(one) != truths(other)


def test_a_condition_whose_cases_are_not_known_is_refused_and_not_taken_for_the_same() -> None:
    with pytest.raises(AssertionError, match="minimum"):
        truths(field({"minimum": 3}))


def test_what_may_stand_in_any_order_and_keys_of_rules_make_no_difference() -> None:
    visit = deepcopy(PACKAGE["definitions"]["forms"][3])
    visit["required"].reverse()
    visit["fw"]["rules"].reverse()
    visit["fw"]["rules"][0]["key"] = "other"
    visit["fw"]["layout"][0]["key"] = "section_1"
    visit["fw"]["checks"][0].pop("level")
    visit["properties"]["customer"].pop("type")
    visit["fw"]["layout"][0]["rows"][0] = [{"field": "number", "span": 12}]
    assert meaning(visit) == meaning(PACKAGE["definitions"]["forms"][3])


def test_rights_are_compared_one_by_one() -> None:
    joined = [{"form": "a", "actions": ["create", "read"], "scope": "department"}]
    apart = [{"form": "a", "actions": ["read"], "scope": "department"}, {"form": "a", "actions": ["create"]}]
    assert rights(joined) == rights(apart)
    assert rights(joined) != rights([{"form": "a", "actions": ["create", "read"], "scope": "own"}])


@pytest.mark.parametrize("part", PARTS, ids=lambda part: str(part.get("key") or part["$id"]))
def test_a_change_of_any_value_is_a_difference(part: Any) -> None:
    """Each value of each shipped definition in turn, save keys that only their own document speaks of."""
    before = meaning(part)
    for path in _leaves(part):
        if path[-1] != "key" or len(path) == 1:
            changed = deepcopy(part)
            _change(changed, path)
            assert _differs(changed, before), path


def _leaves(value: Any, path: tuple[Any, ...] = ()) -> Any:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, inner in items:
        yield from _leaves(inner, (*path, name))
    if not isinstance(value, dict | list):
        yield path


def _change(document: Any, path: tuple[Any, ...]) -> None:
    *way, last = path
    for step in way:
        document = document[step]
    value = document[last]
    document[last] = (
        not value if isinstance(value, bool) else f"{value}2" if isinstance(value, str) else value + 1
    )


def _differs(changed: Any, before: Any) -> bool:
    try:
        return bool(meaning(changed) != before)
    except (AssertionError, KeyError, ValueError):
        return True  # no definition any more
