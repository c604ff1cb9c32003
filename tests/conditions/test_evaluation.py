"""What a condition means, case by case; the random agreement of all readers is in test_parity."""

from decimal import Decimal
from types import MappingProxyType
from typing import Any

import pytest

from runtime.conditions import compile


def holds(document: Any, context: dict[str, Any], facts: dict[str, Any] | None = None) -> bool:
    return compile(document).holds(context, facts)


def test_the_empty_condition_always_holds_and_its_contrary_never() -> None:
    assert holds({}, {}) and holds(True, {})
    assert not holds({"not": {}}, {}) and not holds(False, {})


def test_true_is_not_one() -> None:
    assert holds({"properties": {"a": {"const": True}}}, {"a": True})
    assert not holds({"properties": {"a": {"const": True}}}, {"a": 1})
    assert not holds({"properties": {"a": {"enum": [1, 0]}}}, {"a": True})


def test_one_is_one_point_zero() -> None:
    assert holds({"properties": {"a": {"const": 1}}}, {"a": Decimal("1.00")})
    assert holds({"properties": {"a": {"type": "integer"}}}, {"a": Decimal("1.00")})
    assert not holds({"properties": {"a": {"type": "integer"}}}, {"a": Decimal("1.5")})


def test_a_bound_without_a_type_lets_every_text_pass() -> None:
    assert holds({"properties": {"a": {"minimum": 5}}}, {"a": "x"})
    assert not holds({"properties": {"a": {"type": "number", "minimum": 5}}}, {"a": "x"})


def test_none_counts_as_absent() -> None:
    assert not holds({"required": ["a"]}, {"a": None})
    assert holds({"properties": {"a": {"const": 1}}}, {"a": None})


def test_a_condition_on_an_absent_value_holds() -> None:
    assert holds({"properties": {"a": {"const": 1}}}, {})


SAME_CUSTOMER = {"required": ["customer"], "properties": {"customer": {"const": {"fact": "record.customer"}}}}


def test_a_fact_stands_for_a_constant() -> None:
    assert holds(SAME_CUSTOMER, {"customer": 7}, {"record": {"customer": 7}})
    assert not holds(SAME_CUSTOMER, {"customer": 7}, {"record": {"customer": 8}})


def test_facts_come_from_the_context_when_none_are_given() -> None:
    document = {"properties": {"record": {"properties": {"owner": {"const": {"fact": "user.id"}}}}}}
    assert holds(document, {"record": {"owner": 3}, "user": {"id": 3}})
    assert not holds(document, {"record": {"owner": 3}, "user": {"id": 4}})


@pytest.mark.parametrize(
    "keyword", ["const", "minimum", "exclusiveMaximum", "formatMinimum", "formatMaximum"]
)
@pytest.mark.parametrize("value", [5, "2026-11-21", True])
def test_a_comparison_with_an_absent_fact_is_false_and_its_contrary_true(keyword: str, value: Any) -> None:
    comparison = {keyword: {"fact": "record.gone"}}
    assert not holds({"properties": {"a": comparison}}, {"a": value}, {})
    assert holds({"properties": {"a": {"not": comparison}}}, {"a": value}, {})


@pytest.mark.parametrize("fact", ["x", True, [], {}, "2026-13-01"])
def test_a_bound_that_is_no_number_or_date_makes_the_comparison_false(fact: Any) -> None:
    assert not holds({"properties": {"a": {"minimum": {"fact": "f"}}}}, {"a": 5}, {"f": fact})
    assert not holds(
        {"properties": {"a": {"formatMinimum": {"fact": "f"}}}}, {"a": "2026-11-21"}, {"f": fact}
    )


def test_a_fact_that_is_a_list_stands_for_each_of_its_values() -> None:
    document = {"properties": {"department": {"enum": [{"fact": "user.department_ids"}]}}}
    assert holds(document, {"department": 4}, {"user": {"department_ids": [3, 4]}})
    assert not holds(document, {"department": 5}, {"user": {"department_ids": [3, 4]}})


def test_contains_looks_into_lists_only() -> None:
    document = {"properties": {"changed": {"contains": {"const": "state"}}}}
    assert holds(document, {"changed": ["owner", "state"]})
    assert not holds(document, {"changed": ["owner"]})
    assert holds(document, {"changed": "no list"})


def test_a_date_is_compared_as_text() -> None:
    document = {"properties": {"on": {"type": "string", "formatMinimum": "2026-11-21"}}}
    assert holds(document, {"on": "2026-11-21"}) and holds(document, {"on": "2026-11-21T00:00:00Z"})
    assert not holds(document, {"on": "2026-11-20"})


def test_reads_names_the_leaves_and_the_facts() -> None:
    document = {
        "required": ["record"],
        "properties": {
            "record": {"required": ["amount"], "properties": {"owner": {"const": {"fact": "user.id"}}}}
        },
        "anyOf": [
            {"not": {"required": ["before"]}},
            {"properties": {"changed": {"contains": {"const": "state"}}}},
        ],
    }
    assert compile(document).reads == {"record.amount", "record.owner", "user.id", "before", "changed"}


def test_days_and_who_is_in_a_department_change_without_the_record() -> None:
    facts = {"day": "days.before_7", "at": "days.end", "who": "people.in_7", "unit": "departments.in_mine"}
    for key, fact in facts.items():
        assert compile({"properties": {key: {"enum": [{"fact": fact}]}}}).reads == {key, "now"}


def test_objects_and_lists_of_other_classes_are_looked_into() -> None:
    nested = MappingProxyType({"record": MappingProxyType({}), "changed": frozenset(["state"])})
    assert not compile({"properties": {"record": {"required": ["a"]}}}).holds(nested)
    assert not compile({"properties": {"changed": {"contains": {"const": "owner"}}}}).holds(nested)
