"""Reads records: one, a page, titles, what a reference offers; always within the reader's rights."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, false, func, literal, select, union_all

from runtime import access, surroundings
from runtime.accounts.models import User
from runtime.db import db
from runtime.definitions.documents import Form
from runtime.errors import NotFound
from runtime.records import filters, finding, links, lookups, naming, orders, paging, pointed, rows, subtables
from runtime.records import search as searching
from runtime.records.finding import MAX_COUNTED
from runtime.records.links import Reference
from runtime.records.rows import Record
from runtime.records.sources import allowed, is_id, within
from runtime.records.tables import table

__all__ = [
    "MAX_COUNTED",
    "Page",
    "Record",
    "count",
    "get",
    "glance",
    "is_cursor",
    "options",
    "page",
    "title",
    "titles",
]

MAX_LIMIT = 200  # of what programs and pickers ask for
MAX_ROWS = 1000  # of a page
Key = TypeVar("Key")
NEWEST = 1000  # records that a glance looks at where no index serves


@dataclass(frozen=True)
class Page:
    """Records of a list. `next` is the cursor of the following page, None on the last; `total` is None unless
    it was asked for, and `capped` says that there are more than `total`.
    """

    items: list[Record]
    next: str | None
    total: int | None
    capped: bool = False


def get(user: User | None, form: Form, record_id: int) -> Record:
    """The record; NotFound when there is none or the user may not read it."""
    row = None
    if is_id(record_id):
        row = db.session.execute(
            rows.select_all(form).where(table(form).c.id == record_id, _readable(user, form))
        ).one_or_none()
    if row is None:
        raise NotFound(_("There is no such record."))
    return for_reader(user, form, subtables.filled(form, [rows.record(form, row)]))[0]


def page(
    user: User | None,
    form: Form,
    *,
    condition: access.Document | None = None,
    sort: str | None = None,
    limit: int = 50,
    after: str | None = None,
    search: str = "",
    total: bool = True,
    with_rows: bool = False,
    reference: Reference | None = None,
) -> Page:
    """A page of the records that the user may read, in a stable order.

    `sort` names up to three fields or system columns, `-` before one for the other way (`state,-amount`); where one
    is unknown, or hidden from the user, it means the form's own order. `after` is the cursor of the page before; one
    that does not fit this order is as good as none. Empty values come before all others. `with_rows` reads
    the sub-tables too; with `reference` only what refers to one record counts. ConditionError for a condition over
    something that a list of this user cannot be filtered by.
    """
    hidden = access.fields(user, form).hidden
    sought, wanted = searching.sought(form, search, hidden), _filtered(user, form, condition)
    if reference is not None:
        wanted.append(_referring(user, reference))
    order = order_for(user, form, sort)
    limit = max(1, min(limit, MAX_ROWS))
    way = _way(user, form, wanted, sought)
    found = way.fetch(order, limit + 1, after)
    items = [rows.record(form, row) for row in found[:limit]]
    items = subtables.filled(form, items) if with_rows else items
    following = paging.cursor(form, order, items[-1]) if len(found) > limit else None
    complete = following is None and not after
    counted, capped = (None, False) if not total else (len(items), False) if complete else way.count()
    return Page(items=for_reader(user, form, items), next=following, total=counted, capped=capped)


def glance(user: User | None, form: Form, search: str, limit: int) -> list[Record]:
    """The first records that a quick search finds, without rows and look-ups: for a look into several forms at once.

    Only the newest are looked at where no index serves, as for people who may not see all that it holds: reading
    every text of a large form takes too long for a look.
    """
    hidden = access.fields(user, form).hidden
    sought = searching.sought(form, search, hidden)
    if not sought.plain:
        return []
    served = sought.pieces is not None or sought.common
    way = _way(user, form, [] if served else [_is_new(form)], sought)
    found = way.fetch(order_for(user, form, None), limit, None)
    return [rows.record(form, row).without(hidden) for row in found]


def _is_new(form: Form) -> ColumnElement[bool]:
    own = table(form).c.id
    newest = select(own).order_by(own.desc()).limit(NEWEST).subquery()
    return own.in_(select(newest.c.id))


def _way(
    user: User | None, form: Form, wanted: list[ColumnElement[bool]], sought: searching.Search
) -> finding.Way:
    """The quickest way to those of them that the user may read."""
    scope = access.visible(user, "read", form)
    readable = [within(form, each) for each in access.ways(scope)]
    return finding.way(form, wanted, readable, sought, reads_all=scope == access.EVERYTHING)


@dataclass(frozen=True)
class Lane:
    """The records of a list that have one value in a field: how many there are, the first of them, and the cursor
    of the following ones, None where these are all.
    """

    total: int
    items: list[Record]
    next: str | None = None


def count_by(
    user: User | None,
    form: Form,
    key: str,
    *,
    condition: access.Document | None = None,
    search: str = "",
    most: int | None = None,
) -> dict[Any, int]:
    """How many records that the user may read have each value of a field that he may see, None for none; nothing where
    there are more than `most` records.
    """
    field = form.fields[key]
    column: ColumnElement[Any] = table(form).c[key]
    if key in access.fields(user, form).hidden:
        raise NotFound(_("There is no such field."))
    wanted = listed(user, form, condition, search)
    if most is not None:
        column = select(column.label("value")).where(*wanted).limit(most + 1).subquery().c.value
        wanted = []
    found = db.session.execute(select(column, func.count()).where(*wanted).group_by(column))
    counted = {field.type.from_column(value, field): total for value, total in found}
    return counted if most is None or sum(counted.values()) <= most else {}


def lanes(
    user: User | None,
    form: Form,
    key: str,
    totals: Mapping[Any, int],
    sizes: Mapping[Any, int],
    *,
    condition: access.Document | None = None,
    sort: str | None = None,
    search: str = "",
) -> dict[Any, Lane]:
    """The first records of each value of a field, as many as `sizes` says; `totals` are those of `count_by`. One
    statement, however many values there are.
    """
    wanted = listed(user, form, condition, search)
    order = order_for(user, form, sort)
    field, column = form.fields[key], table(form).c[key]
    bound = {
        None if value is None else field.type.to_column(value, field): size
        for value, size in sizes.items()
        if totals.get(value)
    }
    found = paging.fetch_each(form, wanted, order, column, bound) if bound else []
    lanes = {value: Lane(totals.get(value, 0), []) for value in sizes}
    for record in for_reader(user, form, [rows.record(form, row) for row in found]):
        lanes[record.values.get(key)].items.append(record)
    return with_next(form, order, lanes)


def order_for(user: User | None, form: Form, sort: str | None) -> orders.Order:
    """The order that was asked for, by titles and names as this person knows them."""
    return pointed.ordered(user, form, orders.order(form, sort, access.fields(user, form).hidden))


def with_next(form: Form, by: orders.Order, lanes: Mapping[Key, Lane]) -> dict[Key, Lane]:
    """The records of lanes, each with the cursor of the following ones where these are not all."""
    last = {key: lane.items[-1] for key, lane in lanes.items() if lane.items and lane.total > len(lane.items)}
    for key, titles in by.titles.items():
        titles.learn(each.values.get(key) for each in last.values())
    return {
        key: replace(lane, next=paging.cursor(form, by, last[key])) if key in last else lane
        for key, lane in lanes.items()
    }


def listed(
    user: User | None, form: Form, condition: access.Document | None, search: str
) -> list[ColumnElement[bool]]:
    """What holds for the records of a list and no others; ConditionError as for a page."""
    sought = searching.sought(form, search, access.fields(user, form).hidden)
    return finding.holding([_readable(user, form), *_filtered(user, form, condition)], sought)


def _filtered(user: User | None, form: Form, condition: access.Document | None) -> list[ColumnElement[bool]]:
    if condition is None:
        return []
    # Whoever asks may be anybody: what he may not see is refused here, whatever was judged before.
    return [filters.where(form, condition, access.fields(user, form).hidden, _facts(user, form))]


def _facts(user: User | None, form: Form) -> dict[str, Any]:
    """What a condition on records may name beside them."""
    known = access.facts(user)
    return {"user": known, **surroundings.around(form.zone, known)}


def for_reader(user: User | None, form: Form, records: list[Record]) -> list[Record]:
    """The records with their look-ups, and without the values that the user may not see."""
    hidden = access.fields(user, form).hidden
    return [record.without(hidden) for record in lookups.shown(user, form, records)]


def neighbour(
    user: User | None,
    form: Form,
    record: Record,
    *,
    backwards: bool,
    condition: access.Document | None = None,
    sort: str | None = None,
    search: str = "",
) -> int | None:
    """The record that follows one in a list, or comes before it; it need not be in the list itself any more."""
    order = order_for(user, form, sort)
    order = order.turned if backwards else order
    after = paging.cursor(form, order, record)
    wanted: dict[str, Any] = {"condition": condition, "search": search, "sort": order.name}
    found = page(user, form, limit=1, after=after, total=False, **wanted).items
    return found[0].id if found else None


def is_cursor(user: User | None, form: Form, sort: str | None, after: str | None) -> bool:
    """Whether `after` is the cursor of a page in this order; none at all is that of the first page."""
    return not after or paging.place(form, order_for(user, form, sort), after) is not None


def count(
    user: User | None,
    form: Form,
    *,
    condition: access.Document | None = None,
    search: str = "",
    facts: Mapping[str, Any] | None = None,
    exact: bool = False,
) -> int:
    """How many records the user may read: exact to 10,000, and 10,001 for more unless it shall be `exact`."""
    sought = searching.sought(form, search, access.fields(user, form).hidden)
    wanted = [_readable(user, form), *_allowed_for(user, form, condition, facts)]
    return finding.counted(form, wanted, sought, None if exact else MAX_COUNTED + 1)


def count_asked(user: User | None, form: Form, condition: access.Document | None, search: str) -> int:
    """How many records a list shows: exact to 10,000, and 10,001 for more."""
    sought = searching.sought(form, search, access.fields(user, form).hidden)
    return finding.counted(form, [_readable(user, form), *_filtered(user, form, condition)], sought)


def counts(user: User, references: Sequence[Reference]) -> list[int]:
    """How many records that the user may read refer to one by each of these, in one statement; exact to 10,000."""
    some = [
        select(table(each.form).c.id)
        .where(_readable(user, each.form), _referring(user, each))
        .limit(MAX_COUNTED + 1)
        .subquery()
        for each in references
    ]
    of_each = [
        select(literal(place).label("place"), func.count()).select_from(one) for place, one in enumerate(some)
    ]
    found = {row[0]: int(row[1]) for row in db.session.execute(union_all(*of_each))}
    return [found[place] for place in range(len(references))]


def _referring(user: User | None, one: Reference) -> ColumnElement[bool]:
    """Whether a record refers to that one; never by a field that the user may not see."""
    return false() if one.key in access.fields(user, one.form).hidden else links.refers(one)


def revisions(
    user: User | None,
    form: Form,
    most: int,
    *,
    among: Iterable[int] | None = None,
    condition: access.Document | None = None,
    search: str = "",
) -> list[tuple[int, int]]:
    """The ids and revisions of the first `most` records that the user may read and that fit, of all or `among` these;
    ConditionError as for a page.
    """
    own, wanted = table(form).c, listed(user, form, condition, search)
    if among is not None:
        wanted.append(own.id.in_([each for each in among if is_id(each)][:MAX_COUNTED]))
    found = select(own.id, own.revision).where(*wanted).order_by(own.id).limit(most)
    return [(row[0], row[1]) for row in db.session.execute(found)]


def titles(form: Form, ids: Iterable[int], *, user: User | None = None) -> dict[int, str]:
    """The titles of records by id; with `user` only of those that he may read, as he may see them."""
    if user is None:
        return naming.read(form, ids)
    return naming.read(form, ids, access.visible(user, "read", form), access.fields(user, form).hidden)


def title_for(user: User, form: Form, record_id: int) -> str:
    """The title of a record that somebody is told of, whether he may read the record or not."""
    found = naming.read(form, [record_id], hidden=access.fields(user, form).hidden)
    return found.get(record_id, f"#{record_id}")


def title(form: Form, record: Record) -> str:
    """The title of a record that was read already."""
    return naming.of(form, record)


def options(
    user: User | None,
    form: Form,
    condition: access.Document | None = None,
    search: str = "",
    limit: int = 20,
    *,
    facts: Mapping[str, Any] | None = None,
    among: Sequence[int] | None = None,
) -> list[tuple[int, str]]:
    """What a reference to this form offers: id and title of the readable records that fit, by title; `among` these ids
    alone, where it is given.
    """
    hidden = access.fields(user, form).hidden
    wanted = [_readable(user, form), *_allowed_for(user, form, condition, facts)]
    if among is not None:
        wanted.append(table(form).c.id.in_(among))
    wanted = finding.holding(wanted, searching.sought(form, search, hidden))
    return naming.first(form, wanted, max(1, min(limit, MAX_LIMIT)), hidden)


def _readable(user: User | None, form: Form) -> ColumnElement[bool]:
    found: ColumnElement[bool] = within(form, access.visible(user, "read", form))
    return found


def _allowed_for(
    user: User | None, form: Form, condition: access.Document | None, facts: Mapping[str, Any] | None
) -> list[ColumnElement[bool]]:
    """A condition of the form's own, which may look at what the user may not see."""
    own = {**_facts(user, form), **(facts or {})}
    return [] if condition is None else [allowed(form, condition, own)]
