"""Gives a condition as a plain JSON Schema, for the `if` of an exported form."""

from collections.abc import Mapping
from typing import Any

from runtime.conditions.errors import ConditionError
from runtime.conditions.nodes import AnyOf, Atom, Fact, Not, Property, Required, Schema
from runtime.conditions.parsing import parse

_NOT_STANDARD = ("formatMinimum", "formatMaximum")  # known to ajv, ignored by other validators


def to_schema(document: Any) -> dict[str, Any]:
    """The condition for any 2020-12 validator; ConditionError `not_portable` for facts and date bounds."""
    _refuse_what_is_ours(parse(document))
    if isinstance(document, bool):
        return {} if document else {"not": {}}
    return _copy(document)  # type: ignore[no-any-return]


def _refuse_what_is_ours(schema: Schema) -> None:
    for part in schema.parts:
        match part:
            case Atom():
                if part.keyword in _NOT_STANDARD or any(isinstance(each, Fact) for each in part.operands):
                    raise ConditionError("not_portable", part.place, keyword=part.keyword)
            case Property() | Not():
                _refuse_what_is_ours(part.schema)
            case AnyOf():
                for each in part.schemas:
                    _refuse_what_is_ours(each)
            case Schema():
                _refuse_what_is_ours(part)
            case Required():
                pass


def _copy(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _copy(item) for key, item in value.items()}
    return [_copy(item) for item in value] if isinstance(value, list) else value
