"""What is no condition is refused, with its code and its place, before any work is done on it."""

import json
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from jsonschema.protocols import Validator

from runtime.conditions import ConditionError, compile
from tests.conditions.world import Generator

REFUSED: list[tuple[Any, str, tuple[str | int, ...]]] = [
    ({"pattern": "a"}, "unknown_keyword", ("pattern",)),
    ({"$ref": "#"}, "unknown_keyword", ("$ref",)),
    ({"properties": {"a": {"oneOf": []}}}, "unknown_keyword", ("properties", "a", "oneOf")),
    ({"properties": {"record.amount": {}}}, "bad_name", ("properties",)),
    ({"properties": {"__class__": {}}}, "bad_name", ("properties",)),
    ({"required": ["A"]}, "bad_name", ("required",)),
    ({"required": "a"}, "not_a_list", ("required",)),
    ({"properties": []}, "not_an_object", ("properties",)),
    ({"allOf": []}, "not_a_list", ("allOf",)),
    ({"anyOf": [{}, 1]}, "not_a_condition", ("anyOf", 1)),
    ({"not": None}, "not_a_condition", ("not",)),
    ([], "not_a_condition", ()),
    ({"type": ["string", "null"]}, "bad_type", ("type",)),
    ({"type": "null"}, "bad_type", ("type",)),
    ({"const": None}, "not_a_constant", ("const",)),
    ({"const": [1]}, "not_a_constant", ("const",)),
    ({"const": "a\x00b"}, "bad_text", ("const",)),
    ({"const": "\ud800"}, "bad_text", ("const",)),
    ({"const": {"fact": "a..b"}}, "bad_fact", ("const",)),
    ({"const": {"fact": "a", "b": 1}}, "bad_fact", ("const",)),
    ({"enum": [1, {}]}, "bad_fact", ("enum", 1)),
    ({"enum": {"fact": "user.ids"}}, "not_a_list", ("enum",)),
    ({"minimum": "5"}, "not_a_number", ("minimum",)),
    ({"minimum": True}, "not_a_number", ("minimum",)),
    ({"minLength": -1}, "bad_length", ("minLength",)),
    ({"maxLength": 10**30}, "bad_length", ("maxLength",)),
    ({"contains": {"minimum": 5}}, "bad_contains", ("contains",)),
    ({"formatMinimum": "tomorrow"}, "not_a_date", ("formatMinimum",)),
    ({"formatMaximum": "2026-02-30"}, "not_a_date", ("formatMaximum",)),
    ({"formatMaximum": "20260228"}, "not_a_date", ("formatMaximum",)),
    ({"enum": list(range(1001))}, "too_big", ("enum",)),
    ({"required": ["a"] * 201}, "too_big", ("required",)),
]


@pytest.mark.parametrize(("document", "code", "path"), REFUSED)
def test_what_is_no_condition_is_refused_with_its_place(
    document: Any, code: str, path: tuple[str, ...]
) -> None:
    with pytest.raises(ConditionError) as caught:
        compile(document)
    assert (caught.value.code, caught.value.path) == (code, path)


def test_a_number_that_is_none_is_refused() -> None:
    for number in (float("nan"), float("inf"), Decimal("NaN"), Decimal("sNaN")):
        with pytest.raises(ConditionError, match="not_a_number"):
            compile({"maximum": number})


def nested(keyword: str, depth: int) -> Any:
    document: Any = {}
    for _ in range(depth):
        document = {"not": document} if keyword == "not" else {keyword: [document, document]}
    return document


@pytest.mark.timeout(5)
@pytest.mark.parametrize("keyword", ["allOf", "anyOf"])
def test_a_condition_that_doubles_at_every_level_is_refused_at_once(keyword: str) -> None:
    with pytest.raises(ConditionError):
        compile(nested(keyword, 19))


@pytest.mark.parametrize("depth", [20, 100_000])
def test_deep_nesting_is_refused_without_a_recursion_error(depth: int) -> None:
    with pytest.raises(ConditionError, match="too_deep"):
        compile(nested("not", depth))


def test_twenty_levels_and_two_hundred_entries_are_allowed() -> None:
    assert compile(nested("not", 18)).holds({})
    assert compile({"required": ["a"] * 200}).holds({"a": 1})


def test_many_long_lists_are_refused() -> None:
    with pytest.raises(ConditionError, match="too_big"):
        compile({"anyOf": [{"enum": list(range(1000))}] * 11})


@pytest.fixture(scope="module")
def judge() -> Validator:
    schema = json.loads(Path("schemas/condition.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def test_the_published_schema_accepts_what_is_a_condition(judge: Validator) -> None:
    generator = Generator(Random(5), wrapped=True, facts=True)
    for document in [generator.condition() for _ in range(300)]:
        assert judge.is_valid(document), document


BEYOND_SCHEMA = ("bad_text", "too_big", "not_a_date")  # what a pattern cannot say


@pytest.mark.parametrize("document", [document for document, code, _ in REFUSED if code not in BEYOND_SCHEMA])
def test_the_published_schema_refuses_what_is_none(judge: Validator, document: Any) -> None:
    assert not judge.is_valid(document)
