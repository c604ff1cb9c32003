"""Compiles a condition to SQL that gives the evaluator's verdict for every row, NULL being an absent value.

SQL has three truth values, a condition two. A comparison is NULL only where its column is, so each property
is guarded by `IS NULL OR` (or by the `IS NOT NULL` of a `required` beside it, which leaves indexes usable)
and no unguarded NULL ever reaches a `NOT`. What does not depend on the row is judged by the evaluator.
"""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from sqlalchemy import ColumnElement, and_, false, not_, or_, true

from runtime.conditions import columns
from runtime.conditions.evaluation import test_of
from runtime.conditions.nodes import AnyOf, Atom, Not, Part, Property, Required, Schema
from runtime.conditions.parsing import parse

Expression = ColumnElement[bool]
Columns = Callable[[str], ColumnElement[Any]]

RECORD = "record"
CONTEXT = frozenset(("before", "changed", "user", "days", "now", "today", "app"))


def where(document: Any, column: Columns, facts: Mapping[str, Any]) -> Expression:
    """The condition as an SQL expression, never NULL; ConditionError when malformed or about a list.

    `column("amount")` and `column("record.amount")` give the typed column of a path; they raise for one
    that is unknown. The other parts of a context (`user`, `days` …) and all facts are the same for every
    row: they are taken from `facts`.
    """
    return _all(parse(document), _Object("", column, facts))


class _Slot(Protocol):
    """A place of the context: how the parts that look at it become SQL."""

    def atom(self, atom: Atom) -> Expression: ...
    def required(self, name: str) -> Expression: ...
    def property(self, part: Property, *, required: bool) -> Expression: ...


def _all(schema: Schema, slot: _Slot) -> Expression:
    required = {part.name for part in schema.parts if isinstance(part, Required)}
    return and_(true(), *(_part(part, slot, required) for part in schema.parts))


def _part(part: Part, slot: _Slot, required: set[str]) -> Expression:
    match part:
        case Atom():
            return slot.atom(part)
        case Required():
            return slot.required(part.name)
        case Property():
            return slot.property(part, required=part.name in required)
        case AnyOf():
            return or_(false(), *(_all(schema, slot) for schema in part.schemas))
        case Not():
            return not_(_all(part.schema, slot))
        case Schema():
            return _all(part, slot)


class _Object:
    """The context, or the record in it: always there, each value in a column of its own."""

    def __init__(self, prefix: str, column: Columns, facts: Mapping[str, Any]) -> None:
        self._prefix, self._column, self._facts = prefix, column, facts

    def atom(self, atom: Atom) -> Expression:
        return columns.verdict(test_of(Schema((atom,)))({}, self._facts))

    def required(self, name: str) -> Expression:
        if self._is_record(name):
            return true()
        if self._is_context(name):
            return columns.verdict(self._facts.get(name) is not None)
        return self._column(self._prefix + name).is_not(None)

    def property(self, part: Property, *, required: bool) -> Expression:
        if self._is_record(part.name):
            return _all(part.schema, _Object(f"{RECORD}.", self._column, self._facts))
        if self._is_context(part.name):
            return columns.verdict(test_of(Schema((part,)))(dict(self._facts), self._facts))
        column = self._column(self._prefix + part.name)
        holds = _all(part.schema, _Value(column, self._facts))
        return holds if required else or_(column.is_(None), holds)

    def _is_record(self, name: str) -> bool:
        return not self._prefix and name == RECORD

    def _is_context(self, name: str) -> bool:
        return not self._prefix and name in CONTEXT


class _Value:
    """One column, known not to be NULL."""

    def __init__(self, column: ColumnElement[Any], facts: Mapping[str, Any]) -> None:
        self._column, self._facts = column, facts

    def atom(self, atom: Atom) -> Expression:
        return columns.compare(self._column, atom, self._facts)

    def required(self, name: str) -> Expression:
        return true()  # JSON Schema asks it of objects only

    def property(self, part: Property, *, required: bool) -> Expression:
        return true()
