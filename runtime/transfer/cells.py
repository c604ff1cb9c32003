"""A record as the cells of a sheet: numbers and moments exact and the same in every language, all else as it is read.

A CSV has texts alone. Where a spreadsheet would take a text for a formula, an apostrophe stands before it.
"""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from runtime.documents import plain_number
from runtime.fields import FIELD_TYPES, LISTED, POINTERS, Field, FieldType, JsonValue, Reader, ValueType
from runtime.forms.names import Titles, kind_of

TEXT, NUMBER, PERCENT, DATE, DATETIME, TIME = "text", "number", "percent", "date", "datetime", "time"
_KINDS: Mapping[ValueType, str] = {
    ValueType.NUMBER: NUMBER,
    ValueType.DATE: DATE,
    ValueType.DATETIME: DATETIME,
    ValueType.TIME: TIME,
}
_FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
_RISKY = frozenset("'=+-@\t\r\n＝＋－＠")  # what a formula begins with
_HARMLESS = re.compile(r"[+-]?[\d .,]*")  # a number, or a telephone number


def kind(one: Field) -> str:
    """Of which kind the cells of a field are."""
    if kind_of(one) in POINTERS:
        return TEXT
    if kind_of(one) == "percent":
        return PERCENT
    return _KINDS.get(one.type.value_type_of(one), TEXT)


def typed(kind: str, one: Field, value: JsonValue | None, reader: Reader, titles: Titles) -> Any:
    """The value as a sheet keeps it, as JSON: a number, an ISO date or moment of the reader's zone, or a text."""
    if value is None:
        return None
    if kind in (NUMBER, PERCENT):
        return Decimal(value)
    if kind == DATETIME:
        return str(FIELD_TYPES["datetime"].to_raw(value, one, reader))
    if kind in (DATE, TIME):
        return str(value)
    return one.type.display(value, one, reader, titles)


def text(kind: str, cell: Any) -> str:
    """What `typed` gives, as a text of a CSV."""
    if cell is None:
        return ""
    if kind == NUMBER:
        return plain_number(cell)
    if kind == PERCENT:
        return f"{plain_number(cell * 100)}%"
    return cell.replace("T", " ") if kind == DATETIME else harmless(cell) if kind == TEXT else str(cell)


def maker(ending: str, kind: str, one: Field, reader: Reader, titles: Titles) -> Callable[[Any], Any]:
    """What makes the cells of a column of the values of its field: texts for a `csv`, else as `typed`. Of values that
    repeat, as choices, dates and people do, each is made once; it is meant for a page of records and then forgotten.
    """
    if ending == "csv" and kind == TEXT and _is_said_as_it_is(one):
        return lambda value: "" if value is None else harmless(value)

    def make(value: Any) -> Any:
        cell = typed(kind, one, value, reader, titles)
        return text(kind, cell) if ending == "csv" else cell

    return make if one.type.value_type_of(one) in LISTED else _Made(make).__getitem__


def _is_said_as_it_is(one: Field) -> bool:
    own = type(one.type)
    is_text = one.type.value_type_of(one) is ValueType.TEXT
    return is_text and own.show is FieldType.show and own.display is FieldType.display


class _Made(dict[Any, Any]):
    """The cells that were made already, by value."""

    def __init__(self, make: Callable[[Any], Any]) -> None:
        super().__init__()
        self.make = make

    def __missing__(self, value: Any) -> Any:
        cell = self[value] = self.make(value)
        return cell


def harmless(cell: str) -> str:
    """A text that no spreadsheet takes for a formula; one that is no formula comes back as it is."""
    if cell[:1] not in _RISKY:
        return cell
    risky = _FORMULA.match(cell) and not _HARMLESS.fullmatch(cell)
    return f"'{cell}" if risky else cell


def unguarded(cell: str) -> str:
    """What `harmless` was given for this text."""
    return cell[1:] if cell.startswith("'") and harmless(cell[1:]) == cell else cell
