"""Reads what a calendar shows: of each of several days how many records it has, and the first of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    and_,
    case,
    cast,
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
    own = table(form).c
    begin, day, source = own[by.begin], *_days(form, by, bounds)
    order = (begin, own.id)
    number = func.row_number().over(partition_by=day, order_by=order).label("number")
    total = func.count().over(partition_by=day).label("total")
    chosen = select(own.id, day.label("day"), number, total).select_from(source)
    return chosen.where(*wanted, _touches(form, by, bounds[0], bounds[-1]))


def _days(form: Form, by: Lasting, bounds: list[Any]) -> tuple[ColumnElement[Any], FromClause]:
    """On which day a record is, and what to read it from: where records last, each of their days is a row."""
    begin = table(form).c[by.begin]
    if not by.end:
        ends = [(begin < after, number) for number, after in enumerate(bounds[1:])]
        return case(*ends), table(form)
    spans = [
        select(
            literal(number).label("day"),
            cast(literal(first, begin.type), begin.type).label("first"),
            cast(literal(after, begin.type), begin.type).label("after"),
        )
        for number, (first, after) in enumerate(pairwise(bounds))
    ]
    days = union_all(*spans).subquery("days")
    return days.c.day, table(form).join(days, _touches(form, by, days.c.first, days.c.after))


def _touches(form: Form, by: Lasting, first: Any, after: Any) -> ColumnElement[bool]:
    """Whether a record is in a time: it begins there, or began before and has not ended."""
    begin = table(form).c[by.begin]
    if not by.end:
        return and_(begin >= first, begin < after)
    end, is_date = table(form).c[by.end], form.fields[by.end].type.name == "date"
    return and_(begin < after, or_(begin >= first, end >= first if is_date else end > first))
