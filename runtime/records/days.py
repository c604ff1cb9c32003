"""Reads what a calendar shows: of each of several days how many records it has, and the first of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    case,
    func,
    literal,
    or_,
    select,
    union_all,
)

from runtime import access
from runtime.accounts.models import User
from runtime.db import db
from runtime.definitions.documents import Form
from runtime.errors import NotFound
from runtime.records import query, rows
from runtime.records.rows import Record
from runtime.records.tables import table


@dataclass(frozen=True)
class Lasting:
    """By which field records begin, and by which they end; empty where they are of one moment."""

    begin: str
    end: str = ""


@dataclass(frozen=True)
class OfDay:
    """How many records a day has, and the first of them by their begin."""

    total: int
    items: tuple[Record, ...]


def of_days(
    user: User,
    form: Form,
    by: Lasting,
    edges: Sequence[str],
    size: int,
    *,
    condition: access.Document | None = None,
    search: str = "",
) -> list[OfDay]:
    """The records of each day that the user may read, `size` at most of each, in one statement however many there are.

    `edges` are the values with which each day begins, and the last one with which the day after begins. A record that
    lasts is one of every day from its begin to its end; an end before the begin counts for nothing.
    """
    if {by.begin, by.end} & access.fields(user, form).hidden:
        raise NotFound
    wanted = query.listed(user, form, condition, search)
    bounds = [form.fields[by.begin].type.to_column(each, form.fields[by.begin]) for each in edges]
    numbered = _numbered(form, by, bounds, wanted).subquery()
    own = rows.select_all(form)
    drawn = own.add_columns(numbered.c.day, numbered.c.total).join(
        numbered, numbered.c.id == table(form).c.id
    )
    order = (numbered.c.day, numbered.c.number)
    found = db.session.execute(drawn.where(numbered.c.number <= size).order_by(*order)).all()
    read = query.for_reader(user, form, [rows.record(form, row) for row in found])
    items: list[list[Record]] = [[] for _each in edges[1:]]
    totals = [0] * len(items)
    for row, record in zip(found, read, strict=True):
        items[row.day].append(record)
        totals[row.day] = row.total
    return [OfDay(total, tuple(some)) for total, some in zip(totals, items, strict=True)]


def _numbered(form: Form, by: Lasting, bounds: list[Any], wanted: list[ColumnElement[bool]]) -> Select[Any]:
    """The ids of each day with their number in it, and how many it has."""
    own, here = table(form).c, [*wanted, _touches(form, by, bounds[0], bounds[-1])]
    first = _day_of(own[by.begin], bounds)
    if not by.end:
        return _of_each(first, own[by.begin], own.id).where(*here)
    last = _day_of(own[by.end], bounds, ends_at_midnight=form.fields[by.end].type.name != "date")
    # Written down once: SQLite would look through the table for each day.
    some = select(own.id, own[by.begin].label("begin"), first.label("first"), last.label("last")).where(*here)
    there = some.cte("there").prefix_with("MATERIALIZED").c
    day = (
        union_all(*(select(literal(number).label("number")) for number in range(len(bounds) - 1)))
        .subquery()
        .c.number
    )
    lasts = and_(day > there.first, day <= there.last)
    return _of_each(day, there.begin, there.id).where(or_(day == there.first, lasts))


def _of_each(day: ColumnElement[Any], begin: ColumnElement[Any], own: ColumnElement[int]) -> Select[Any]:
    number = func.row_number().over(partition_by=day, order_by=(begin, own)).label("number")
    total = func.count().over(partition_by=day).label("total")
    return select(own.label("id"), day.label("day"), number, total)


def _day_of(
    column: ColumnElement[Any], bounds: list[Any], *, ends_at_midnight: bool = False
) -> ColumnElement[Any]:
    """The number of the day of a value: the first one for those before, one too many for those after, none for no
    value. What `ends_at_midnight` is of the day before.
    """
    return case(
        *(
            (column <= after if ends_at_midnight else column < after, number)
            for number, after in enumerate(bounds[1:])
        ),
        else_=case((column.is_not(None), len(bounds))),
    )


def _touches(form: Form, by: Lasting, first: Any, after: Any) -> ColumnElement[bool]:
    """Whether a record is in a time: it begins there, or began before and has not ended."""
    begin = table(form).c[by.begin]
    if not by.end:
        return and_(begin >= first, begin < after)
    end, is_date = table(form).c[by.end], form.fields[by.end].type.name == "date"
    return and_(begin < after, or_(begin >= first, end >= first if is_date else end > first))
