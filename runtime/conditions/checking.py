"""Judges a condition against the fields it is about, before it is published or used as a filter."""

from collections.abc import Iterator, Mapping
from typing import Any

from flask_babel import gettext

from runtime.conditions import days, departments
from runtime.conditions.errors import ConditionError, Place
from runtime.conditions.facts import is_number, is_time
from runtime.conditions.nodes import AnyOf, Atom, Constant, Fact, Not, Part, Property, Required, Schema
from runtime.conditions.parsing import parse
from runtime.errors import Problem
from runtime.fields import N_, ValueType

Types = Mapping[str, ValueType]

SENTENCES = {
    "too_deep": N_("A condition may be nested %(limit)s levels deep at most."),
    "too_big": N_("This condition is too big: at most %(limit)s entries are allowed here."),
    "not_a_condition": N_("A condition is an object of keywords."),
    "not_a_list": N_("A list is needed here."),
    "not_an_object": N_("An object of fields and their conditions is needed here."),
    "unknown_keyword": N_("Conditions do not know the keyword “%(keyword)s”."),
    "bad_name": N_("“%(name)s” is not the key of a field."),
    "bad_text": N_("This text contains characters that cannot be stored."),
    "bad_fact": N_("A fact is written with its path alone, like {“fact”: “record.customer”}."),
    "bad_type": N_("The type must be one of: %(types)s."),
    "bad_length": N_("A length is a whole number from 0 to %(limit)s."),
    "bad_contains": N_("“contains” takes constants: {“const”: …} or {“enum”: […]}."),
    "not_a_constant": N_("Compare with a text, a number, yes or no."),
    "not_a_number": N_("Compare with a number."),
    "not_a_date": N_(
        "Write a date like 2026-11-21, a moment like 2026-11-21T09:00:00Z or a time like 09:30."
    ),
    "unknown_field": N_("There is no “%(field)s” that a condition could look at here."),
    "unknown_fact": N_("There is no “%(fact)s” to compare with here."),
    "wrong_keyword": N_("“%(keyword)s” does not fit “%(field)s”."),
    "wrong_type": N_("“%(field)s” cannot be compared with this value."),
    "no_value": N_("“%(field)s” has no value that a condition could look at."),
    "no_sql": N_("Lists cannot be filtered by “%(keyword)s” yet."),
    "not_rows": N_("This condition was written by hand and cannot be shown as rows."),
    "not_portable": N_("“%(keyword)s” is not part of the JSON Schema standard."),
}

_ORDER = frozenset(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"))
_TIMES = frozenset(("formatMinimum", "formatMaximum"))
_EQUALITY = frozenset(("type", "const", "enum"))
_KEYWORDS: dict[ValueType, frozenset[str]] = {
    ValueType.TEXT: _EQUALITY | {"minLength", "maxLength"},
    ValueType.NUMBER: _EQUALITY | _ORDER,
    ValueType.DATE: _EQUALITY | _TIMES,
    ValueType.DATETIME: _EQUALITY | _TIMES,
    ValueType.TIME: _EQUALITY | _TIMES,
    ValueType.BOOL: _EQUALITY,
    ValueType.LIST: frozenset(("type", "contains")),
    ValueType.PATH: frozenset(("type", "contains")),
    ValueType.FILES: frozenset(("type",)),
    ValueType.ROWS: frozenset(("type",)),
}
_LENGTHS = {ValueType.DATE: 10, ValueType.DATETIME: 20, ValueType.TIME: 5}
_TYPES: dict[ValueType, tuple[str, ...]] = {
    ValueType.TEXT: ("string",),
    ValueType.NUMBER: ("number", "integer"),
    ValueType.DATE: ("string",),
    ValueType.DATETIME: ("string",),
    ValueType.TIME: ("string",),
    ValueType.BOOL: ("boolean",),
    ValueType.LIST: ("array",),
    ValueType.PATH: ("array",),
    ValueType.FILES: ("array",),
    ValueType.ROWS: ("array",),
}


def check(document: Any, types: Types, facts: Types | None = None) -> list[Problem]:
    """What is wrong with the condition in a context of these dotted paths; empty when all is well.

    `facts` are the paths that a fact may name, where they are others than those of the context; with `now` among
    them also `days.…`, `people.…` and `departments.…`.
    """
    try:
        schema = parse(document)
    except ConditionError as error:
        return [problem(error)]
    checker = _Checker(types, types if facts is None else facts)
    return [problem(error) for error in checker.schema(schema, "")]


def problem(error: ConditionError) -> Problem:
    """The error as a sentence in the reader's language."""
    return Problem(error.path, error.code, gettext(SENTENCES[error.code], **error.params), error.params)


class _Checker:
    def __init__(self, types: Types, facts: Types) -> None:
        self._types, self._facts = types, facts
        self._objects = {"", *(prefix for path in types for prefix in _prefixes(path))}

    def schema(self, schema: Schema, path: str) -> Iterator[ConditionError]:
        for part in schema.parts:
            yield from self._part(part, path)

    def _part(self, part: Part, path: str) -> Iterator[ConditionError]:
        match part:
            case Atom():
                yield from self._atom(part, path)
            case Required():
                yield from self._known(part.name, path, part.place)
            case Property():
                unknown = list(self._known(part.name, path, part.place))
                yield from unknown or self.schema(part.schema, _join(path, part.name))
            case AnyOf():
                for each in part.schemas:
                    yield from self.schema(each, path)
            case Not():
                yield from self.schema(part.schema, path)
            case Schema():
                yield from self.schema(part, path)

    def _known(self, name: str, path: str, place: Place) -> Iterator[ConditionError]:
        inner = _join(path, name)
        if inner not in self._types and inner not in self._objects:
            yield ConditionError("unknown_field", place, field=inner)
        elif self._types.get(inner) is ValueType.NOTHING:
            yield ConditionError("no_value", place, field=inner)

    def _atom(self, atom: Atom, path: str) -> Iterator[ConditionError]:
        kind = self._types.get(path)
        if kind is None:
            if atom.keyword != "type" or atom.operands != ("object",):
                yield ConditionError("wrong_keyword", atom.place, keyword=atom.keyword, field=path)
        elif atom.keyword not in _KEYWORDS[kind]:
            yield ConditionError("wrong_keyword", atom.place, keyword=atom.keyword, field=path)
        elif atom.keyword == "type":
            if atom.operands[0] not in _TYPES[kind]:
                yield ConditionError("wrong_type", atom.place, field=path)
        elif atom.keyword not in ("minLength", "maxLength", "contains"):
            yield from self._operands(atom, kind, path)

    def _operands(self, atom: Atom, kind: ValueType, path: str) -> Iterator[ConditionError]:
        for operand in atom.operands:
            if not isinstance(operand, Fact):
                if not _fits(operand, kind):
                    yield ConditionError("wrong_type", atom.place, field=path)
            elif (fact := self._fact(operand.path)) is None:
                yield ConditionError("unknown_fact", atom.place, fact=operand.path)
            elif fact not in (kind, ValueType.LIST):
                yield ConditionError("wrong_type", atom.place, field=path)

    def _fact(self, path: str) -> ValueType | None:
        """Where `now` is known, days counted from it are, and who is in which department then."""
        found = self._facts.get(path)
        if found is not None or "now" not in self._facts:
            return found
        return ValueType.NUMBER if departments.is_fact(path) else days.type_of(path)


def _fits(constant: Constant, kind: ValueType) -> bool:
    if kind is ValueType.BOOL:
        return isinstance(constant, bool)
    if kind is ValueType.NUMBER:
        return is_number(constant)
    if not isinstance(constant, str):
        return False
    if kind is ValueType.TEXT:
        return True
    return is_time(constant) and len(constant) == _LENGTHS[kind]


def _prefixes(path: str) -> list[str]:
    names = path.split(".")
    return [".".join(names[:i]) for i in range(1, len(names))]


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
