"""A form's list: its columns, its rows as texts, how many there are, and where it goes on."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from babel.numbers import format_decimal

from runtime import access
from runtime.accounts.models import User
from runtime.definitions import lookup
from runtime.definitions.documents import AppInfo, Form
from runtime.fields import Field, Reader
from runtime.forms.lists import grouping, totals
from runtime.forms.lists.cells import counted, texts
from runtime.forms.lists.columns import Column, is_numeric, order_of, shown, sortable, turned
from runtime.forms.lists.grouping import Heading
from runtime.forms.lists.kinds._base import Shown
from runtime.forms.lists.kinds._cards import Mark, marks
from runtime.forms.lists.places import MOST_ROWS, PER_PAGE, Asked, Places
from runtime.forms.lists.totals import Figure
from runtime.records import orders, query
from runtime.records.query import Page
from runtime.records.rows import Record
from runtime.text import localized

UNASKED = 3  # pages that come as they are looked for, before the next one is asked for: what is below stays in reach


@dataclass(frozen=True)
class Row:
    """A record as its cells, each with its column."""

    id: int
    cells: tuple[tuple[Column, str], ...]
    heading: Heading | None = None
    """Above the first record of a group."""
    mark: Mark | None = None
    """The choice that colours it, where there is one."""


@dataclass(frozen=True, kw_only=True)
class Listing(Shown):
    """What the list shows. `more` is the address of the next rows for htmx, `further` for a browser.
    `unasked` says that they come as soon as the end of the list is seen.
    """

    columns: tuple[Column, ...]
    rows: list[Row]
    more: str = ""
    further: str = ""
    unasked: bool = False
    full: bool = False
    totals: tuple[Figure, ...] = ()
    """Of all records of the list."""


@dataclass(frozen=True)
class Card:
    """A form on the page of its app."""

    form: Form
    title: str
    count: str
    may_read: bool
    may_create: bool


def cards(user: User, app: AppInfo, reader: Reader) -> list[Card]:
    """The forms of an app that the user may read or fill, with the number of records."""
    found = []
    for form in lookup.forms(app.key):
        may_read, may_create = access.can(user, "read", form), access.can(user, "create", form)
        if may_read or may_create:
            title = localized(form.title, reader.locale, app.default_locale)
            count = _number(user, form, reader) if may_read else ""
            found.append(Card(form, title, count, may_read, may_create))
    return found


def _number(user: User, form: Form, reader: Reader) -> str:
    page = query.page(user, form, limit=1)
    return counted(page.total, page.capped, reader)


def listing(user: User, form: Form, asked: Asked, reader: Reader) -> Listing:
    """The asked part of the list."""
    hidden = access.fields(user, form).hidden
    page = page_of(user, form, asked, grouping.order(form, asked.look, hidden))
    fields = shown(form, asked.look.columns, hidden)
    shared = paged(form, asked, page, hidden, reader)
    head = tuple(_columns(user, form, fields, plain_places(form, asked), shared["order"], reader))
    drawn = rows(user, form, head, page.items, reader, asked.look.colour)
    headings = grouping.headings(user, form, asked, page.items, reader) if asked.look.group_by else {}
    return Listing(
        columns=head,
        rows=[replace(each, heading=headings.get(each.id)) for each in drawn] if headings else drawn,
        totals=totals.totals(user, form, asked, reader) if page.items else (),
        **shared,
    )


def plain_places(form: Form, asked: Asked) -> Places:
    """The addresses of what is asked for, from its beginning and with nothing open."""
    return Places(form, replace(asked, panel="", after=""))


def paged(form: Form, asked: Asked, page: Page, hidden: frozenset[str], reader: Reader) -> dict[str, Any]:
    """What every kind says that shows records page by page: how many there are, and where it goes on."""
    places, upto = plain_places(form, asked), asked.upto + PER_PAGE
    goes_on = bool(page.next) and asked.upto < MOST_ROWS
    return {
        "is_empty": not page.items,
        "count": counted(page.total, page.capped, reader),
        "places": Places(form, asked) if asked.panel or asked.after else places,
        "order": order_of(form, asked.look.sort, hidden),
        "address": places.to(),
        "more": places.on(page.next or "", upto=upto) if goes_on else "",
        "further": places.to(upto=upto) if goes_on else "",
        "unasked": bool(asked.upto // PER_PAGE % (UNASKED + 1)),
        "full": bool(page.next) and not goes_on,
    }


def page_of(user: User, form: Form, asked: Asked, sort: str | None = None) -> Page:
    """The rows from the cursor, or all from the first one up to where the person had come."""
    wanted: dict[str, Any] = {
        "sort": sort or asked.look.sort or form.sort,
        "search": asked.search,
        "condition": asked.look.condition,
    }
    if asked.after:
        return query.page(user, form, limit=PER_PAGE, after=asked.after, total=False, **wanted)
    return query.page(user, form, limit=asked.upto, **wanted)


def one_row(user: User, form: Form, asked: Asked, record: Record, reader: Reader) -> Listing:
    """The list with this record alone, wherever it stands in it."""
    fields, places = shown(form, asked.look.columns, access.fields(user, form).hidden), Places(form, asked)
    head = plain_columns(form, fields, reader)
    return Listing(
        columns=head,
        rows=rows(user, form, head, [record], reader, asked.look.colour),
        is_empty=False,
        count="",
        places=places,
        order="",
        address=places.to(),
    )


def editable(user: User, form: Form, one: Field) -> bool:
    """Whether the person may write this field of records, as far as the rights tell: rules may still refuse."""
    closed = access.fields(user, form).closed
    return one.type.writable and one.key not in closed and access.can(user, "update", form)


def _columns(
    user: User, form: Form, fields: list[Field], places: Places, now: str, reader: Reader
) -> Iterator[Column]:
    leading = _leading(form, fields)
    sorts = orders.read(now) if now else ()
    for one in fields:
        place = next((number for number, each in enumerate(sorts, start=1) if each.key == one.key), 0)
        order = "" if not place else "descending" if sorts[place - 1].descending else "ascending"
        is_link = sortable(one)
        yield Column(
            key=one.key,
            title=localized(one.title, reader.locale),
            numeric=is_numeric(form, one),
            address=places.to(upto=PER_PAGE, sort=turned(now, one.key)) if is_link else "",
            sorted=order if is_link else "",
            place=place if len(sorts) > 1 else 0,
            leads=one.key == leading,
            editable=editable(user, form, one),
        )


def plain_columns(form: Form, fields: list[Field], reader: Reader) -> tuple[Column, ...]:
    """The columns of a list that cannot be sorted."""
    leading = _leading(form, fields)
    return tuple(
        Column(one.key, localized(one.title, reader.locale), is_numeric(form, one), leads=one.key == leading)
        for one in fields
    )


def _leading(form: Form, fields: list[Field]) -> str:
    keys = [one.key for one in fields]
    return form.title_field if form.title_field in keys else next(iter(keys), "")


def rows(
    user: User,
    form: Form,
    columns: tuple[Column, ...],
    records: list[Record],
    reader: Reader,
    colour: str = "",
) -> list[Row]:
    """The records as their cells, coloured by a choice."""
    coloured = marks(form, colour, records, reader)
    fields = [form.fields[column.key] for column in columns]
    drawn = texts(user, form, fields, records, reader)
    return [
        Row(record.id, tuple(zip(columns, cells, strict=True)), mark=coloured.get(record.id))
        for record, cells in zip(records, drawn, strict=True)
    ]


def number(count: int, reader: Reader) -> str:
    """How many there are, where only so many are counted."""
    told = format_decimal(min(count, query.MAX_COUNTED), locale=reader.locale)
    return f"{told}+" if count > query.MAX_COUNTED else told
