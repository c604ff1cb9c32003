"""Document → parsed condition. What is not in the closed subset is refused here, for all readers."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from runtime.conditions.errors import ConditionError, Place
from runtime.conditions.facts import is_storable, is_time
from runtime.conditions.nodes import (
    AnyOf,
    Atom,
    Constant,
    Fact,
    Not,
    Operand,
    Part,
    Property,
    Required,
    Schema,
)

MAX_DEPTH = 20
MAX_ATOMS = 200
MAX_SCHEMAS = 1_000
MAX_ENUM = 1_000
MAX_CONSTANTS = 10_000  # PostgreSQL takes 65,535 parameters in one statement
MAX_LENGTH = 1_000_000

TYPES = ("string", "number", "integer", "boolean", "array", "object")

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_FACT = re.compile(r"[a-z][a-z0-9_]{0,39}(\.[a-z][a-z0-9_]{0,39}){0,3}")


def parse(document: Any) -> Schema:
    """The parsed condition; ConditionError with the place of what is unknown, malformed or too big."""
    return _Parser().schema(document, ())


@dataclass
class _Parser:
    """Counts what it has seen, so that a bomb is refused before it is walked."""

    schemas: int = 0
    atoms: int = 0
    constants: int = 0

    def schema(self, document: Any, place: Place, depth: int = 1) -> Schema:
        self.schemas += 1
        if depth > MAX_DEPTH:
            raise ConditionError("too_deep", place, limit=MAX_DEPTH)
        if self.schemas > MAX_SCHEMAS:
            raise ConditionError("too_big", place, limit=MAX_SCHEMAS)
        if isinstance(document, bool):
            return Schema(()) if document else Schema((Not(Schema(())),))
        if not isinstance(document, Mapping):
            raise ConditionError("not_a_condition", place)
        parts: list[Part] = []
        for keyword, operand in document.items():
            parts += self._keyword(keyword, operand, (*place, keyword), depth)
        return Schema(tuple(parts))

    def _keyword(self, keyword: Any, operand: Any, place: Place, depth: int) -> list[Part]:
        if keyword == "not":
            return [Not(self.schema(operand, place, depth + 1))]
        if keyword == "allOf":
            return list(self._schemas(operand, place, depth))
        if keyword == "anyOf":
            return [AnyOf(self._schemas(operand, place, depth))]
        if keyword == "properties":
            return self._properties(operand, place, depth)
        if keyword == "required":
            return self._required(operand, place)
        if keyword not in _OPERANDS:
            raise ConditionError("unknown_keyword", place, keyword=str(keyword)[:40])
        self._count_atom(place)
        operands = _OPERANDS[keyword](operand, place)
        self.constants += len(operands)
        if self.constants > MAX_CONSTANTS:
            raise ConditionError("too_big", place, limit=MAX_CONSTANTS)
        return [Atom(keyword, operands, place)]

    def _count_atom(self, place: Place) -> None:
        self.atoms += 1
        if self.atoms > MAX_ATOMS:
            raise ConditionError("too_big", place, limit=MAX_ATOMS)

    def _schemas(self, documents: Any, place: Place, depth: int) -> tuple[Schema, ...]:
        if not isinstance(documents, list) or not documents:
            raise ConditionError("not_a_list", place)
        return tuple(self.schema(item, (*place, i), depth + 1) for i, item in enumerate(documents))

    def _properties(self, operand: Any, place: Place, depth: int) -> list[Part]:
        if not isinstance(operand, Mapping):
            raise ConditionError("not_an_object", place)
        found: list[Part] = []
        for name, document in operand.items():
            inner = (*place, _name(name, place))
            found.append(Property(name, self.schema(document, inner, depth + 1), inner))
        return found

    def _required(self, operand: Any, place: Place) -> list[Part]:
        if not isinstance(operand, list):
            raise ConditionError("not_a_list", place)
        found: list[Part] = []
        for i, name in enumerate(operand):
            self._count_atom(place)
            found.append(Required(_name(name, place), (*place, i)))
        return found


def _name(name: Any, place: Place) -> str:
    # A dot in a name would be a second way to write a path, and the readers would differ on it.
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise ConditionError("bad_name", place, name=str(name)[:40])
    return name


def _constant(value: Any, place: Place) -> Constant:
    if isinstance(value, str):
        return _text(value, place)
    if isinstance(value, bool | int | Decimal | float):
        return value if isinstance(value, bool) else _number(value, place)
    raise ConditionError("not_a_constant", place)


def _text(value: str, place: Place) -> str:
    if not is_storable(value):
        raise ConditionError("bad_text", place)
    return value


def _number(value: Any, place: Place) -> int | Decimal:
    if isinstance(value, bool) or not isinstance(value, int | Decimal | float):
        raise ConditionError("not_a_number", place)
    number = Decimal(repr(value)) if isinstance(value, float) else value
    if isinstance(number, Decimal) and not number.is_finite():
        raise ConditionError("not_a_number", place)
    return number


def _fact_or(parse_value: Callable[[Any, Place], Operand], value: Any, place: Place) -> Operand:
    if not isinstance(value, Mapping):
        return parse_value(value, place)
    path = value.get("fact")
    if len(value) != 1 or not isinstance(path, str) or not _FACT.fullmatch(path):
        raise ConditionError("bad_fact", place)
    return Fact(path)


def _type(value: Any, place: Place) -> tuple[Operand, ...]:
    if not isinstance(value, str) or value not in TYPES:
        raise ConditionError("bad_type", place, types=", ".join(TYPES))
    return (value,)


def _const(value: Any, place: Place) -> tuple[Operand, ...]:
    return (_fact_or(_constant, value, place),)


def _enum(value: Any, place: Place) -> tuple[Operand, ...]:
    if not isinstance(value, list):
        raise ConditionError("not_a_list", place)
    if len(value) > MAX_ENUM:
        raise ConditionError("too_big", place, limit=MAX_ENUM)
    return tuple(_fact_or(_constant, item, (*place, i)) for i, item in enumerate(value))


def _bound(value: Any, place: Place) -> tuple[Operand, ...]:
    return (_fact_or(_number, value, place),)


def _length(value: Any, place: Place) -> tuple[Operand, ...]:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MAX_LENGTH:
        raise ConditionError("bad_length", place, limit=MAX_LENGTH)
    return (value,)


def _contains(value: Any, place: Place) -> tuple[Operand, ...]:
    if not isinstance(value, Mapping) or list(value) not in (["const"], ["enum"]):
        raise ConditionError("bad_contains", place)
    if "enum" in value:
        return _enum(value["enum"], (*place, "enum"))
    return _const(value["const"], (*place, "const"))


def _time(value: Any, place: Place) -> str:
    if not is_time(value):
        raise ConditionError("not_a_date", place)
    return str(value)


def _time_bound(value: Any, place: Place) -> tuple[Operand, ...]:
    return (_fact_or(_time, value, place),)


_OPERANDS: dict[str, Callable[[Any, Place], tuple[Operand, ...]]] = {
    "type": _type,
    "const": _const,
    "enum": _enum,
    "minimum": _bound,
    "maximum": _bound,
    "exclusiveMinimum": _bound,
    "exclusiveMaximum": _bound,
    "minLength": _length,
    "maxLength": _length,
    "contains": _contains,
    "formatMinimum": _time_bound,
    "formatMaximum": _time_bound,
}
