"""A condition as plain JSON Schema: the same verdict from a stock validator, or an honest refusal."""

from random import Random
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from runtime.conditions import ConditionError, compile, to_schema
from tests.conditions.stock import is_valid
from tests.conditions.world import Generator, canonical, make_record


def test_an_exported_condition_gives_our_verdict_and_meets_the_metaschema() -> None:
    random = Random(11)
    generator = Generator(random, wrapped=False, facts=True)
    contexts = [canonical(make_record(random)) for _ in range(20)]
    exported = 0
    for document in [generator.condition() for _ in range(400)]:
        try:
            schema = to_schema(document)
        except ConditionError as error:
            assert error.code == "not_portable"
            continue
        exported += 1
        Draft202012Validator.check_schema(schema)
        assert all(compile(document).holds(context) is is_valid(schema, context) for context in contexts)
    assert exported > 100


@pytest.mark.parametrize(
    "bound", [{"const": {"fact": "user.id"}}, {"type": "string", "formatMinimum": "2026-11-21"}]
)
def test_what_only_we_understand_is_refused(bound: dict[str, Any]) -> None:
    with pytest.raises(ConditionError, match="not_portable"):
        to_schema({"anyOf": [{"not": {"properties": {"a": bound}}}]})


def test_an_export_is_a_copy() -> None:
    document = {"required": ["a"], "properties": {"a": {"enum": [1]}}}
    to_schema(document)["properties"]["a"]["enum"].append(2)
    assert document == {"required": ["a"], "properties": {"a": {"enum": [1]}}}


def test_always_and_never_are_exported_as_objects() -> None:
    assert (to_schema(True), to_schema(False)) == ({}, {"not": {}})
