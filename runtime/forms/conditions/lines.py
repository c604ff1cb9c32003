"""Condition ↔ the lines of its editor: what controls hold, complete or not. Pure.

A line is *source · operator · value*. Lines stand in the top block or in one inside it; whatever a condition
says that such lines cannot say again word for word is kept as it is and told as a sentence. So opening and
saving the editor never changes what a condition means.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from runtime import problems
from runtime.conditions import ConditionError, Group, Mode, Row, days, from_rows, rows, together
from runtime.conditions.operators import OPERATORS, Operator
from runtime.conditions.operators._departments import OWN
from runtime.documents import same
from runtime.fields import LISTED, NOBODY, POINTERS, Field, FieldError, Reader
from runtime.forms.conditions.sights import ASKED, Sight, Source

POINTING = frozenset(("equals", "not_equals", "one_of", "not_one_of", "is_empty", "is_not_empty"))
_ORDER = (
    *("equals", "not_equals", "is_yes", "is_no", "greater_than", "at_least", "less_than", "at_most"),
    *("in_department", "not_in_department", "within_department", "not_within_department"),
    *("is_or_below", "is_not_below", "has_any_of", "has_all_of", "has_none_of"),
    *(
        "between",
        "is_today",
        "at_today",
        "in_period",
        "at_period",
        "after",
        "on_or_after",
        "before",
        "on_or_before",
        "between_dates",
    ),
    *("in_last_days", "at_last_days", "not_in_last_days", "not_at_last_days", "in_next_days", "at_next_days"),
)
_LAST = ("one_of", "not_one_of", "is_empty", "is_not_empty")


@dataclass(frozen=True)
class Line:
    """One row as its controls hold it: `raws` are the texts of the value's controls, `fact` a path instead."""

    path: str = ""
    operator: str = ""
    raws: tuple[str, ...] = ()
    fact: str = ""


@dataclass(frozen=True)
class Kept:
    """A part of the condition that lines cannot say."""

    document: Any


@dataclass(frozen=True)
class Block:
    """Lines of which all, any or none must hold."""

    mode: Mode = "all"
    items: "tuple[Line | Kept | Block, ...]" = ()


@dataclass(frozen=True)
class Finished:
    """What the lines come to: the condition, or by place (`1.0`) what is still missing or wrong."""

    document: Any
    faults: Mapping[str, str]


def block(document: Any, sight: Sight, reader: Reader) -> Block:
    """The editor's lines of a condition."""
    try:
        found = _of_group(rows(document), sight, reader, inside=False)
    except ConditionError:
        found = _part_by_part(document, sight, reader)
    return found if isinstance(found, Block) else Block("all", (found,))


def _part_by_part(document: Any, sight: Sight, reader: Reader) -> Block:
    """A condition that is not all rows: those of its parts that are, and the others as they are."""
    keyword = next(iter(document), "") if isinstance(document, Mapping) and len(document) == 1 else ""
    parts = document[keyword] if keyword in ("allOf", "anyOf") else None
    if not isinstance(parts, list):
        return Block("all", (Kept(document),))
    mode: Mode = "all" if keyword == "allOf" else "any"
    return Block(mode, tuple(_of_part(part, sight, reader) for part in parts))


def _of_part(document: Any, sight: Sight, reader: Reader) -> Line | Kept | Block:
    try:
        group = rows(document)
    except ConditionError:
        return Kept(document)
    only = group.items[0] if len(group.items) == 1 and group.mode == "all" else group
    return (
        _of_row(only, sight, reader) if isinstance(only, Row) else _of_group(only, sight, reader, inside=True)
    )


def _of_group(group: Group, sight: Sight, reader: Reader, *, inside: bool) -> Kept | Block:
    if not group.items and (inside or group.mode == "any"):
        return Kept(from_rows(group))
    if inside and any(isinstance(item, Group) for item in group.items):
        return Kept(from_rows(group))
    return Block(
        group.mode,
        tuple(
            _of_row(item, sight, reader)
            if isinstance(item, Row)
            else _of_group(item, sight, reader, inside=True)
            for item in group.items
        ),
    )


def _of_row(row: Row, sight: Sight, reader: Reader) -> Line | Kept:
    document = _row_document(row)
    source = sight.sources.get(row.path)
    line = None if source is None else _line(row, source, reader)
    if line is None or _stale(line, sight):
        return Kept(document)
    again = finished(Block("all", (line,)), sight, reader)
    return line if not again.faults and same(again.document, document) else Kept(document)


def _row_document(row: Row) -> Any:
    return from_rows(Group("all", (row,)))


def _line(row: Row, source: Source, reader: Reader) -> Line | None:
    if row.value is None:
        return Line(row.path, row.operator)
    if isinstance(row.value, Mapping):
        return Line(row.path, row.operator, fact=str(row.value.get("fact", "")))
    values = row.value if isinstance(row.value, list) else [row.value]
    field = value_field(source, OPERATORS[row.operator])
    try:
        raws = tuple(_raw(value, source, field, reader) for value in values)
    except (TypeError, ValueError, ArithmeticError, AttributeError):
        return None  # a constant of another type than the field has now
    return Line(row.path, row.operator, raws)


def _raw(value: Any, source: Source, field: Field, reader: Reader) -> str:
    if source.type in LISTED:
        return _item(str(value), field, reader)
    raw = field.type.to_raw(value, field, reader)
    if not isinstance(raw, str):
        raise TypeError
    return raw


def _item(value: str, field: Field, reader: Reader) -> str:
    """What a list holds, as it is picked; where nothing is offered to pick, in words."""
    if field.type.choices(field, reader):
        return value
    return field.type.display(field.type.normalise([value], field), field, reader, NOBODY)


def _stale(line: Line, sight: Sight) -> bool:
    source = sight.sources[line.path]
    operator = next((each for each in operators(source) if each.name == line.operator), None)
    return operator is None or (
        bool(line.fact) and line.fact not in {fact.path for fact in facts(sight, source, operator)}
    )


def operators(source: Source) -> list[Operator]:
    """The operators for a source, the usual ones first."""
    known = [each for each in OPERATORS.values() if _is_for(each, source)]
    return sorted(known, key=lambda each: _place(each.name))


def _is_for(operator: Operator, source: Source) -> bool:
    if operator.for_fields:
        return source.field.type.name in operator.for_fields
    return source.type in operator.for_types and (not source.points or operator.name in POINTING)


def facts(sight: Sight, source: Source, operator: Operator) -> list[Source]:
    """What can stand instead of a value in a line."""
    if operator.values != "one" or operator.asks in ("days", "period"):
        return []
    if operator.asks:
        return [fact for fact in sight.facts.values() if fact.path == OWN]
    return sight.facts_like(source)


def value_field(source: Source, operator: Operator) -> Field:
    """The field that reads and shows the value of a line: the source's own, unless the operator asks for else."""
    return ASKED.get(operator.asks, source.field)


def _place(name: str) -> int:
    if name in _LAST:
        return 100 + _LAST.index(name)
    return _ORDER.index(name) if name in _ORDER else len(_ORDER)


def finished(found: Block, sight: Sight, reader: Reader) -> Finished:
    """The condition that the lines say; lines in which nothing was chosen yet say nothing."""
    faults: dict[str, str] = {}
    said = [
        document
        for number, item in enumerate(found.items)
        for document in _said(item, str(number), sight, reader, faults)
    ]
    single = found.mode == "all" and len(said) == 1 and not any(isinstance(i, Block) for i in found.items)
    return Finished(said[0] if single else together(found.mode, said), faults)


def _said(
    item: Line | Kept | Block, place: str, sight: Sight, reader: Reader, faults: dict[str, str]
) -> list[Any]:
    if isinstance(item, Kept):
        return [item.document]
    if isinstance(item, Block):
        inner = [
            document
            for number, each in enumerate(item.items)
            for document in _said(each, f"{place}.{number}", sight, reader, faults)
        ]
        return [together(item.mode, inner)] if inner else []
    if not item.path:
        return []
    try:
        return [_row_document(_row(item, sight, reader))]
    except _Unfinished as error:
        faults[place] = str(error)
        return []


class _Unfinished(Exception):
    """A line that says nothing yet; its text is what is missing."""


def _row(line: Line, sight: Sight, reader: Reader) -> Row:
    source = sight.sources.get(line.path)
    if source is None:
        raise _Unfinished(_("This field is no longer there. Choose another one."))
    operator = next((each for each in operators(source) if each.name == line.operator), None)
    if operator is None:
        raise _Unfinished(_("Choose how to compare."))
    if operator.values == "none":
        return Row(line.path, operator.name)
    if line.fact and operator.values == "one":
        if line.fact not in {fact.path for fact in facts(sight, source, operator)}:
            raise _Unfinished(_("This cannot be compared with the field. Choose something else."))
        return Row(line.path, operator.name, {"fact": line.fact})
    return Row(line.path, operator.name, _value(line, source, operator, reader))


def _value(line: Line, source: Source, operator: Operator, reader: Reader) -> Any:
    raws, field = [raw for raw in line.raws if raw.strip()], value_field(source, operator)
    if len(raws) < (2 if operator.values == "two" else 1):
        raise _Unfinished(_("Choose a value.") if _picked(field) else _("Enter a value."))
    values = [_read(raw, field, source.title, reader) for raw in raws]
    if operator.asks == "days" and not _are_days(values[0]):
        raise _Unfinished(_("Enter a whole number of days from 1 to %(most)s.", most=days.MOST))
    if operator.values == "one":
        return values[0]
    return values[:2] if operator.values == "two" else values


def _are_days(value: Any) -> bool:
    return bool(value == int(value) and 1 <= value <= days.MOST)


def _picked(field: Field) -> bool:
    return field.type.name in POINTERS or "enum" in field.type.keywords


def _read(raw: str, field: Field, title: str, reader: Reader) -> Any:
    try:
        value = field.type.parse(raw, field, reader)
        return value[-1] if isinstance(value, list) else value
    except FieldError as error:
        raise _Unfinished(problems.sentence(error.code, error.params, title)) from error
