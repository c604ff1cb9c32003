"""Reads what a board with swimlanes shows: of each pair of values of two fields how many records, and the first."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, select

from runtime import access
from runtime.accounts.models import User
from runtime.db import db
from runtime.definitions.documents import Form
from runtime.errors import NotFound
from runtime.records import paging, query, rows
from runtime.records.query import Lane
from runtime.records.tables import table

Pair = tuple[Any, Any]


def counts(
    user: User | None,
    form: Form,
    keys: Sequence[str],
    *,
    condition: access.Document | None = None,
    search: str = "",
) -> dict[Pair, int]:
    """How many records that the user may read have each pair of values in two fields that he may see."""
    if access.fields(user, form).hidden.intersection(keys):
        raise NotFound
    one, other = (form.fields[key] for key in keys)
    columns = [table(form).c[key] for key in keys]
    wanted = query.listed(user, form, condition, search)
    found = db.session.execute(select(*columns, func.count()).where(*wanted).group_by(*columns))
    return {
        (one.type.from_column(row[0], one), other.type.from_column(row[1], other)): int(row[2])
        for row in found
    }


def lanes(
    user: User | None,
    form: Form,
    keys: Sequence[str],
    values: tuple[Sequence[Any], Sequence[Any]],
    totals: Mapping[Pair, int],
    size: int,
    longer: Mapping[Pair, int],
    *,
    condition: access.Document | None = None,
    sort: str | None = None,
    search: str = "",
) -> dict[Pair, Lane]:
    """The first records of each pair of these values: `size` of them, of some as many as `longer` says. One statement,
    however many there are; `totals` are those of `counts`.
    """
    wanted = query.listed(user, form, condition, search)
    order = query.order_for(user, form, sort)
    fields = [form.fields[key] for key in keys]
    bound = [
        [None if each is None else one.type.to_column(each, one) for each in some]
        for one, some in zip(fields, values, strict=True)
    ]
    sizes = {
        tuple(
            None if v is None else one.type.to_column(v, one) for one, v in zip(fields, pair, strict=True)
        ): n
        for pair, n in longer.items()
    }
    columns = [table(form).c[key] for key in keys]
    found = paging.fetch_crossed(form, wanted, order, columns, bound, size, sizes)
    drawn = {(a, b): Lane(totals.get((a, b), 0), []) for b in values[1] for a in values[0]}
    for record in query.for_reader(user, form, [rows.record(form, row) for row in found]):
        drawn[record.values.get(keys[0]), record.values.get(keys[1])].items.append(record)
    return query.with_next(form, order, drawn)
