"""A record with the rows of its sub-tables as lines of a sheet: its own cells stand in the first line, its id in each.

So sums over a column count each record once, and an import knows which lines are one record (`groups.py`).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import zip_longest
from typing import Any

from runtime.definitions.documents import Form
from runtime.fields import Field
from runtime.forms.lists import columns as list_columns
from runtime.records import subtables
from runtime.records.rows import Record
from runtime.text import localized
from runtime.transfer import cells
from runtime.transfer.mapping import ID, column_of

Columns = list[list[str]]
"""Key, title and kind of each column."""


def columns(form: Form, hidden: frozenset[str], locale: str) -> tuple[Columns, Columns]:
    """What stands before the columns of the record, and what behind them."""
    behind = [
        [path, _title(form, path, one, locale), cells.kind(one)]
        for path, one in list_columns.of_rows(form, hidden).items()
    ]
    return [[ID, "ID", cells.NUMBER]], behind


def _title(form: Form, path: str, one: Field, locale: str) -> str:
    return column_of(
        localized(form.fields[path.partition(".")[0]].title, locale), localized(one.title, locale)
    )


def fields(form: Form, keys: Sequence[str]) -> dict[str, Field]:
    """The fields of these columns, those of sub-tables by their way; without those that are gone by now."""
    inner = list_columns.of_rows(form, frozenset())
    known = {**form.fields, **{path: replace(one, key=path) for path, one in inner.items()}}
    return {key: known[key] for key in keys if key in known}


def lines(form: Form, keys: Sequence[str], records: Sequence[Record]) -> list[Mapping[str, Any]]:
    """The lines of these records, each with its values by the keys of the columns."""
    if ID not in keys:
        return [each.values for each in records]
    tables = [key for key in form.rows if any(each.startswith(f"{key}.") for each in keys)]
    return [line for each in subtables.filled(form, list(records)) for line in _of_record(each, tables, keys)]


def _of_record(record: Record, tables: Sequence[str], keys: Sequence[str]) -> Iterator[Mapping[str, Any]]:
    named = [[_line(key, row, keys) for row in record.values.get(key, ())] for key in tables]
    # A row in which nothing is filled in would be no row of the record for who reads the sheet.
    beside = zip_longest(*([row for row in rows if row] for rows in named), fillvalue={})
    merged: list[dict[str, Any]] = [
        {path: value for row in rows for path, value in row.items()} for rows in beside
    ]
    first, *further = merged or [{}]
    yield {**record.values, **first, ID: record.id}
    yield from ({**each, ID: record.id} for each in further)


def _line(key: str, row: Mapping[str, Any], keys: Sequence[str]) -> dict[str, Any]:
    return {f"{key}.{name}": value for name, value in row.items() if f"{key}.{name}" in keys}
