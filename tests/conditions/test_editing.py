"""Condition ↔ rows of the editor: nothing is lost and nothing changes its meaning."""

from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.conditions import ConditionError, Group, Row, compile, from_rows, rows
from runtime.conditions.days import PERIODS
from runtime.conditions.operators import OPERATORS, Operator
from runtime.fields import ValueType
from tests.conditions.world import DAYS, FACTS, NUMBERS, TEXTS, TYPES, Generator, canonical, make_record

POOLS: dict[ValueType, list[Any]] = {
    ValueType.TEXT: [*TEXTS, {"fact": "user.name"}],
    ValueType.NUMBER: [*NUMBERS, {"fact": "user.id"}],
    ValueType.DATE: [*DAYS, {"fact": "days.today"}],
}


def values_of(operator: Operator, kind: ValueType) -> st.SearchStrategy[Any]:
    one = st.sampled_from(POOLS.get(kind, [None]))
    shapes = {
        "none": st.none(),
        "one": one,
        "two": st.lists(one, min_size=2, max_size=2),
        "many": st.lists(one),
    }
    asked = {
        "period": st.sampled_from(PERIODS),
        "days": st.integers(1, 3_660),
        "department": st.integers(1, 999_999_999),
    }
    return asked.get(operator.asks, shapes[operator.values])


@st.composite
def some_rows(draw: st.DrawFn) -> Row:
    name = draw(st.sampled_from(["name", "amount", "due_on", "remind"]))
    fitting = [each for each in OPERATORS.values() if TYPES[name] in each.for_types]
    operator = draw(st.sampled_from(sorted(fitting, key=lambda each: each.name)))
    prefix = draw(st.sampled_from(["", "record.", "before."]))
    return Row(prefix + name, operator.name, draw(values_of(operator, TYPES[name])))


def some_groups(items: st.SearchStrategy[Row | Group]) -> st.SearchStrategy[Group]:
    lists = st.lists(items, max_size=3).map(tuple)
    some = st.lists(items, min_size=1, max_size=3).map(tuple)  # none of nothing is all of nothing
    modes: Any = st.sampled_from(["all", "any"])
    return st.one_of(st.builds(Group, modes, lists), st.builds(Group, st.just("none"), some))  # type: ignore[arg-type]


trees = st.recursive(some_rows(), some_groups, max_leaves=8)


@given(some_groups(trees))
def test_rows_are_read_back_as_they_were_written(group: Group) -> None:
    assert rows(from_rows(group)) == group


def test_a_condition_that_has_rows_keeps_its_meaning() -> None:
    random = Random(7)
    generator = Generator(random, wrapped=True, facts=True)
    contexts = [{"record": canonical(make_record(random)), **FACTS} for _ in range(30)]
    read = 0
    for _ in range(3000):
        document = generator.condition()
        try:
            written = compile(from_rows(rows(document)))
        except ConditionError:
            continue
        read += 1
        before = compile(document)
        for context in contexts:
            assert written.holds(context) == before.holds(context), document
    assert read > 100


def test_a_hand_written_condition_is_read_row_by_row() -> None:
    document = {
        "required": ["remind", "phone", "amount"],
        "properties": {"remind": {"const": True}, "amount": {"type": "number", "minimum": 5}},
        "not": {"required": ["closed"]},
    }
    expected = {
        Row("remind", "is_yes"),
        Row("phone", "is_not_empty"),
        Row("amount", "at_least", 5),
        Row("closed", "is_empty"),
    }
    assert set(rows(document).items) == expected


@pytest.mark.parametrize(
    "document",
    [
        {"properties": {"a": {"const": 1}}},
        {"required": ["a"], "properties": {"a": {"minimum": 5}}},
        {"required": ["a"], "properties": {"a": {"type": "string", "minLength": 2}}},
        {"not": {"properties": {"a": {"const": 1}}}},
        {"required": ["before"], "properties": {"before": {"not": {"anyOf": [{"required": ["a"]}]}}}},
        {"properties": {"before": {"required": ["a"]}}},
    ],
)
def test_what_rows_cannot_say_is_refused(document: Any) -> None:
    with pytest.raises(ConditionError, match="not_rows"):
        rows(document)


@pytest.mark.parametrize(
    ("document", "group"),
    [
        (
            {"not": {"anyOf": [{"required": ["a"]}, {"required": ["b"]}]}},
            Group("none", (Row("a", "is_not_empty"), Row("b", "is_not_empty"))),
        ),
        (
            {"not": {"required": ["a"], "properties": {"a": {"const": True}}}},
            Group("none", (Row("a", "is_yes"),)),
        ),
        (
            {"not": {"required": ["before"], "properties": {"before": {"required": ["a"]}}}},
            Group("none", (Row("before.a", "is_not_empty"),)),
        ),
        (
            {"not": {"allOf": [{"required": ["a"]}, {"required": ["b"]}]}},
            Group("none", (Group("all", (Row("a", "is_not_empty"), Row("b", "is_not_empty"))),)),
        ),
        (
            {"not": {"not": {"anyOf": [{"required": ["a"]}, {"required": ["b"]}]}}},
            Group("any", (Row("a", "is_not_empty"), Row("b", "is_not_empty"))),
        ),
        (
            {"required": ["record"], "properties": {"record": {"not": {"anyOf": [{"required": ["a"]}]}}}},
            Group("none", (Row("record.a", "is_not_empty"),)),
        ),
    ],
)
def test_what_must_not_hold_is_a_group_of_which_none_may(document: Any, group: Group) -> None:
    assert rows(document) == group


def test_never_is_any_of_nothing() -> None:
    assert from_rows(Group("any")) == {"not": {}}
    assert rows(False) == rows({"not": {}}) == Group("any")
    assert rows({}) == Group("all")
