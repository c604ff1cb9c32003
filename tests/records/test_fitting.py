"""What surely fits is what jsonschema finds nothing wrong with, and the usual values are told without asking it."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from runtime.fields import FIELD_TYPES
from runtime.records.fitting import fits
from tests.fields.support import example_field

VALUES: list[Any] = [
    *("", "a", "a" * 300, "2026-11-21", "13:05", "x@example.com", "\ud800"),
    *(0, 1, -1, 3, 10**30, True, False, None, 1.5, Decimal("1.5"), Decimal(1), Decimal("-1e20")),
    *([], ["a"], ["a", "a"], [1, True], [1, 1.0], [1, 2], [[1], [1]], ["a", 1], {}, {"a": 1}),
]
ODD = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.decimals(allow_nan=False),
        st.integers(-9, 9).map(float),
        st.text(st.characters(), max_size=20),  # half characters too
        st.sampled_from(["2026-02-30", "25:61", "a@b", "👩‍👩‍👧", "é", "e\u0301", "４００", "a\n", "\u0000"]),
    ),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=6,
)
TYPES = [name for name, kind in FIELD_TYPES.items() if kind.stored]
SCHEMAS: list[dict[str, Any]] = [
    *(
        {"type": "number", limit: 1}
        for limit in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
    ),
    *({"type": "integer", limit: 1} for limit in ("minimum", "maximum")),
    *({"type": "string", limit: 1} for limit in ("minLength", "maxLength", "minimum", "minItems")),
    *({"type": "array", limit: 1} for limit in ("minItems", "maxItems", "minLength", "maximum")),
    {"type": "array", "uniqueItems": True},
    {"type": "array", "items": {"type": "string", "enum": ["a", "b"]}},
    {"type": "array", "enum": [["a"], [1, 2]]},
    {"type": "string", "pattern": "^a"},
    {"type": "number", "enum": [1]},
    {"type": "number", "multipleOf": 2},
    {"type": ["string", "number"]},
    {"not": {}},
    {},
]


def never_sure_of_a_fault(schema: dict[str, Any], values: list[Any]) -> None:
    surely, validator = fits(schema), Draft202012Validator(schema)
    for value in values:
        assert not surely(value) or validator.is_valid(value), (schema, value)


@pytest.mark.parametrize("name", TYPES)
def test_nothing_that_a_field_refuses_is_taken_for_fitting(name: str) -> None:
    field = example_field(name)
    never_sure_of_a_fault(
        field.type.value_schema(field), [*VALUES, *(value for _raw, value in field.type.examples)]
    )


@settings(max_examples=40)
@given(st.data())
def test_no_odd_value_that_is_refused_is_taken_for_fitting(data: st.DataObject) -> None:
    schemas = [*SCHEMAS, *(one.type.value_schema(one) for one in map(example_field, TYPES))]
    schema = data.draw(st.sampled_from(schemas))
    examples = st.sampled_from([value for kind in FIELD_TYPES.values() for _raw, value in kind.examples])
    never_sure_of_a_fault(
        schema, data.draw(st.lists(ODD | examples | st.lists(examples, max_size=3), max_size=8))
    )


@pytest.mark.parametrize("schema", SCHEMAS, ids=str)
def test_nothing_that_a_schema_refuses_is_taken_for_fitting(schema: dict[str, Any]) -> None:
    never_sure_of_a_fault(schema, VALUES)


@pytest.mark.parametrize("name", sorted({*TYPES} - {"tree_choice", "lookup"}))
def test_the_usual_values_of_a_field_are_told_without_jsonschema(name: str) -> None:
    field = example_field(name)
    surely = fits(field.type.value_schema(field))
    assert all(surely(field.type.normalise(value, field)) for _raw, value in field.type.examples)
