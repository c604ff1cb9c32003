"""A row of a form's table as a record, and a record's values as columns."""

import dataclasses
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, select

from runtime import times
from runtime.conditions import ConditionError
from runtime.definitions.documents import Form
from runtime.fields import FieldType
from runtime.records.tables import SYSTEM, order_column, spelled, stored, table
from runtime.spelling import order_key

Values = dict[str, Any]

_Convert = Callable[[Any], Any] | None


@dataclass(frozen=True)
class Record:
    """One filled form. `values` holds no empty value: an absent key is an empty field.

    Read for somebody, `values` holds what he may see, `withheld` the rest: to judge by, never to show.
    """

    id: int
    revision: int
    version_id: int
    values: Values
    created_at: datetime
    created_by: int | None
    updated_at: datetime
    updated_by: int | None
    owner_id: int | None
    department_id: int | None
    withheld: Values = dataclasses.field(default_factory=dict, repr=False)

    @property
    def whole(self) -> Values:
        """Every value of the record, whoever it was read for."""
        return {**self.values, **self.withheld} if self.withheld else self.values

    @property
    def unseen(self) -> frozenset[str]:
        """The fields of which whoever it was read for sees nothing, though they hold something."""
        return frozenset(key for key in self.withheld if self.values.get(key) is None)

    def without(self, hidden: frozenset[str]) -> "Record":
        """The record for somebody who may not see these fields."""
        if not hidden:
            return self
        whole = self.whole
        values = seen(whole, hidden)
        return replace(
            self,
            values=values,
            withheld={key: value for key, value in whole.items() if values.get(key) != value},
        )


def seen(values: Mapping[str, Any], hidden: Collection[str]) -> Values:
    """Values without the hidden ones; `lines.price` hides a field of every row of a sub-table."""
    found = {key: value for key, value in values.items() if key not in hidden}
    for path in hidden:
        key, _dot, column = path.partition(".")
        if column and key in found:
            found[key] = [{name: cell for name, cell in row.items() if name != column} for row in found[key]]
    return found


_OWN = ("id", *(name for name in SYSTEM if name != "search_text"))


@lru_cache(1024)
def columns(form: Form) -> tuple[ColumnElement[Any], ...]:
    """What to select so that `record` can read the row: the system columns, then the stored fields."""
    own = table(form).c
    return tuple(own[name] for name in (*_OWN, *stored(form)))


@lru_cache(1024)
def select_all(form: Form) -> Select[Any]:
    """The query of all records, for `where` to narrow; made once, for building it costs more than running."""
    return select(*columns(form))


def record(form: Form, row: Row[Any]) -> Record:
    """The record of a row that was selected with `columns`; further columns may follow."""
    size = len(_OWN)
    values: Values = {}
    for (key, convert), found in zip(readers(form), row[size:], strict=False):
        if found is not None:
            values[key] = found if convert is None else convert(found)
    return Record(**dict(zip(_OWN, row, strict=False)), values=values)


@lru_cache(1024)
def readers(form: Form) -> list[tuple[str, _Convert]]:
    """How each stored field reads its column; None where the column value is the value."""
    readers: list[tuple[str, _Convert]] = []
    for key, field in stored(form).items():
        plain = type(field.type).from_column is FieldType.from_column
        readers.append((key, None if plain else _bound(field.type.from_column, field)))
    return readers


def _bound(convert: Callable[..., Any], field: Any) -> Callable[[Any], Any]:
    return lambda found: convert(found, field)


def to_columns(form: Form, values: Mapping[str, Any], keys: Iterable[str]) -> dict[str, Any]:
    """The column values of these stored fields, None for empty ones, and the keys of those that are ordered by them."""
    wanted = tuple(keys)
    found = {key: form.fields[key].type.to_column(values.get(key), form.fields[key]) for key in wanted}
    for key in set(wanted).intersection(spelled(form)):
        found[order_column(form, key)] = spell(values.get(key))
    return found


def spell(value: Any) -> str | None:
    """The key by which a stored text is ordered."""
    return None if value is None else order_key(value)


def column(form: Form, path: str) -> ColumnElement[Any]:
    """The column of a field or system column, for conditions; ConditionError for anything else."""
    key = path.removeprefix("record.")
    if key in stored(form) or key in SYSTEM or key == "id":
        return table(form).c[key]
    raise ConditionError("unknown_field", field=path[:80])


def system(found: Record) -> Values:
    """The system values that conditions and formulas may name."""
    known = {
        "id": found.id,
        "created_at": times.iso(found.created_at),
        "created_by": found.created_by,
        "owner_id": found.owner_id,
        "department_id": found.department_id,
    }
    return {key: value for key, value in known.items() if value is not None}


def context(found: Record) -> Values:
    """The record as conditions, formulas and automations see it: its values and its system values."""
    return {**found.whole, **system(found)}
