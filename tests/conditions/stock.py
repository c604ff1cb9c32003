"""A stock JSON Schema validator, with the two keywords of ajv and whole Decimals counted as integers."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from jsonschema import Draft202012Validator, TypeChecker, ValidationError
from jsonschema.validators import extend


def _minimum(validator: Any, bound: str, value: Any, schema: Any) -> Iterator[ValidationError]:
    if isinstance(value, str) and value < bound:
        yield ValidationError("too early")


def _maximum(validator: Any, bound: str, value: Any, schema: Any) -> Iterator[ValidationError]:
    if isinstance(value, str) and value > bound:
        yield ValidationError("too late")


def _is_integer(checker: TypeChecker, value: Any) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool) and value == int(value)


Validator = extend(
    Draft202012Validator,
    {"formatMinimum": _minimum, "formatMaximum": _maximum},
    type_checker=Draft202012Validator.TYPE_CHECKER.redefine("integer", _is_integer),
)


def is_valid(schema: Any, value: Any) -> bool:
    """The verdict of jsonschema."""
    return bool(Validator(schema).is_valid(value))
