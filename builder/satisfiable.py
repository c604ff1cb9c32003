"""Whether a condition can hold at all. Pure.

A condition is taken apart into alternatives, each a list of things that must hold together; it can never hold when each
of them contradicts itself. Where that cannot be told (facts, what lists contain, very many alternatives), it can.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

from runtime.conditions.facts import is_number
from runtime.conditions.nodes import AnyOf, Atom, Constant, Fact, Not, Part, Property, Required, Schema
from runtime.conditions.parsing import parse

MOST = 256  # alternatives


@dataclass(frozen=True)
class _Literal:
    """The value at `path` is there, or with `atom` fulfils it; not so unless `holds`."""

    path: str
    holds: bool
    atom: Atom | None = None


Together = tuple[_Literal, ...]


class _TooMany(Exception):
    """Nobody reads so many alternatives."""


def never(document: Any, values: Collection[str]) -> bool:
    """Whether the condition holds for no record; `values` are the dotted paths of values, others are always there."""
    return _never(parse(document), values)


def always(document: Any, values: Collection[str]) -> bool:
    """Whether the condition holds for every record, though it asks for something."""
    schema = parse(document)
    return bool(schema.parts) and _never(Schema((Not(schema),)), values)


def _never(schema: Schema, values: Collection[str]) -> bool:
    try:
        return all(_contradicts(each, values) for each in _alternatives(schema, "", True))
    except _TooMany:
        return False


def _alternatives(schema: Schema, path: str, holds: bool) -> list[Together]:
    parts = [_of_part(part, path, holds) for part in schema.parts]
    return _all(parts) if holds else [each for part in parts for each in part]


def _of_part(part: Part, path: str, holds: bool) -> list[Together]:
    match part:
        case Atom():
            return [(_Literal(path, holds, part),)]
        case Required():
            return [(_Literal(_inside(path, part.name), holds),)]
        case Property():
            inner = _inside(path, part.name)
            there = [(_Literal(inner, True), *each) for each in _alternatives(part.schema, inner, holds)]
            return [(_Literal(inner, False),), *there] if holds else there
        case AnyOf():
            each = [_alternatives(one, path, holds) for one in part.schemas]
            return [one for listed in each for one in listed] if holds else _all(each)
        case Not():
            return _alternatives(part.schema, path, not holds)
        case Schema():
            return _alternatives(part, path, holds)


def _all(parts: list[list[Together]]) -> list[Together]:
    """The alternatives in which one of each part holds."""
    count = 1
    for part in parts:
        count *= len(part)
    if count > MOST:
        raise _TooMany
    return [tuple(literal for each in chosen for literal in each) for chosen in product(*parts)]


def _inside(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _contradicts(together: Together, values: Collection[str]) -> bool:
    there: dict[str, bool] = {}
    for each in together:
        if each.atom is None:
            if there.setdefault(each.path, each.holds) != each.holds:
                return True
            if not each.holds and each.path not in values:
                return True  # the record itself is always there
    return any(_impossible([each for each in together if each.path == path and each.atom]) for path in there)


def _impossible(literals: list[_Literal]) -> bool:
    """Whether no value fulfils all of these."""
    allowed: set[Constant] | None = None
    barred: set[Constant] = set()
    for keyword, operands, holds in _judged(literals):
        if keyword == "type" and not holds and operands != ["integer"]:
            return True  # values always have the type of their field
        if keyword in ("const", "enum"):
            if holds:
                allowed = set(operands) if allowed is None else allowed & set(operands)
            else:
                barred |= set(operands)
    if allowed is not None:
        return not any(_within(each, literals) for each in allowed - barred)
    return {True, False} <= {each for each in barred if isinstance(each, bool)} or _crossed(literals)


def _judged(literals: list[_Literal]) -> Iterator[tuple[str, list[Constant], bool]]:
    """What is compared with constants alone."""
    for each in literals:
        if each.atom is not None:
            known = [one for one in each.atom.operands if not isinstance(one, Fact)]
            if len(known) == len(each.atom.operands):
                yield each.atom.keyword, known, each.holds


_LEAST = {"minimum": False, "exclusiveMinimum": True, "formatMinimum": False}
_MOST = {"maximum": False, "exclusiveMaximum": True, "formatMaximum": False}


def _bounds(literals: list[_Literal]) -> tuple[list[tuple[Any, bool]], list[tuple[Any, bool]]]:
    """The lower and the upper bounds, each with whether it is left out itself."""
    lower: list[tuple[Any, bool]] = []
    upper: list[tuple[Any, bool]] = []
    for keyword, operands, holds in _judged(literals):
        if keyword in _LEAST:
            (lower if holds else upper).append((operands[0], _LEAST[keyword] == holds))
        elif keyword in _MOST:
            (upper if holds else lower).append((operands[0], _MOST[keyword] == holds))
    return lower, upper


def _crossed(literals: list[_Literal]) -> bool:
    lower, upper = _bounds(literals)
    return any(
        _comparable(low, high) and (low > high or (low == high and (without_low or without_high)))
        for low, without_low in lower
        for high, without_high in upper
    )


def _within(value: Any, literals: list[_Literal]) -> bool:
    lower, upper = _bounds(literals)
    too_low = any(_comparable(value, low) and (value < low or (out and value == low)) for low, out in lower)
    too_high = any(
        _comparable(value, high) and (value > high or (out and value == high)) for high, out in upper
    )
    return not (too_low or too_high)


def _comparable(one: Any, other: Any) -> bool:
    return (is_number(one) and is_number(other)) or (isinstance(one, str) and isinstance(other, str))
