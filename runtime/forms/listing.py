"""A form's list: its columns, its rows as texts, and the addresses that sort, search and go on."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from babel.numbers import format_decimal
from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from runtime import access
from runtime.accounts.models import User
from runtime.definitions import lookup
from runtime.definitions.documents import AppInfo, Form
from runtime.fields import LISTED, NOBODY, Field, Reader, ValueType
from runtime.forms.names import POINTERS, kind_of, titles_for
from runtime.records import lookups, query
from runtime.records.query import Page
from runtime.records.rows import Record
from runtime.text import localized

PER_PAGE = 50
MOST_ROWS = 1000
AT_ONCE = 200
LONGEST_SEARCH = 100
LONGEST_CELL = 120
FORMATTED = frozenset((ValueType.NUMBER, ValueType.DATE, ValueType.DATETIME, ValueType.TIME))


@dataclass(frozen=True)
class Asked:
    """What the address asks for; all that makes no sense counts as not asked."""

    search: str = ""
    sort: str = ""
    after: str = ""
    upto: int = PER_PAGE

    @classmethod
    def of(cls, args: Mapping[str, str]) -> "Asked":
        upto = args.get("upto", "")
        rows = int(upto) if upto.isascii() and upto.isdecimal() and len(upto) < 6 else PER_PAGE
        return cls(
            search=args.get("q", "").strip()[:LONGEST_SEARCH],
            sort=args.get("sort", "")[:60],
            after=args.get("after", ""),
            upto=max(PER_PAGE, min(rows, MOST_ROWS)),
        )


@dataclass(frozen=True)
class Column:
    """A column and where its heading leads; `sorted` is ascending, descending or empty. `leads` says that its
    cells lead to the records.
    """

    key: str
    title: str
    numeric: bool
    address: str = ""
    sorted: str = ""
    leads: bool = False


@dataclass(frozen=True)
class Row:
    """A record as its cells, each with its column."""

    id: int
    cells: tuple[tuple[Column, str], ...]


@dataclass(frozen=True)
class Listing:
    """What the list shows. `more` is the address of the next rows for htmx, `further` for a browser."""

    columns: tuple[Column, ...]
    rows: list[Row]
    count: str
    asked: Asked
    address: str
    more: str = ""
    further: str = ""
    full: bool = False


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
            count = _count(query.page(user, form, limit=1), reader) if may_read else ""
            found.append(Card(form, title, count, may_read, may_create))
    return found


def listing(user: User, form: Form, asked: Asked, reader: Reader) -> Listing:
    """The asked part of the list; what does not exist (a column, a cursor) falls back to the usual."""
    fields = _shown_fields(user, form)
    asked = replace(asked, sort=asked.sort if _may_sort(fields, asked.sort) else "")
    page = _page(user, form, asked)
    leading = _leading(form, fields)
    columns = tuple(_column(form, one, asked, reader, leads=one.key == leading) for one in fields)
    further = replace(asked, upto=asked.upto + PER_PAGE)
    goes_on = bool(page.next) and asked.upto < MOST_ROWS
    shown_so_far = replace(asked, after="")
    return Listing(
        columns=columns,
        rows=_rows(user, form, columns, page.items, reader),
        count=_count(page, reader),
        asked=asked,
        address=address(form, shown_so_far),
        more=address(form, replace(further, after=page.next or "")) if goes_on else "",
        further=address(form, replace(further, after="")) if goes_on else "",
        full=bool(page.next) and not goes_on,
    )


def _page(user: User, form: Form, asked: Asked) -> Page:
    """The rows from the cursor, or all from the first one up to where the person had come."""
    sort = asked.sort or form.sort
    if asked.after:
        return query.page(
            user, form, sort=sort, limit=PER_PAGE, after=asked.after, search=asked.search, total=False
        )
    page = query.page(user, form, sort=sort, limit=min(asked.upto, AT_ONCE), search=asked.search)
    while page.next and len(page.items) < asked.upto:
        limit = min(asked.upto - len(page.items), AT_ONCE)
        further = query.page(
            user, form, sort=sort, limit=limit, after=page.next, search=asked.search, total=False
        )
        page = replace(page, items=[*page.items, *further.items], next=further.next)
    return page


def address(form: Form, asked: Asked) -> str:
    """The address of a list in this state; what is usual is left out."""
    state = {"q": asked.search, "sort": asked.sort, "after": asked.after}
    query_string = {key: text for key, text in state.items() if text}
    if asked.upto != PER_PAGE:
        query_string["upto"] = str(asked.upto)
    path = url_for("forms.list_records", app=form.app, form=form.key)
    return f"{path}?{urlencode(query_string)}" if query_string else path


def _shown_fields(user: User, form: Form) -> list[Field]:
    """The columns that the user may see; where he may see none of them, the first other field."""
    hidden = access.fields(user, form).hidden
    shown = [form.fields[key] for key in form.list_columns if key in form.fields and key not in hidden]
    others = (one for key, one in form.fields.items() if one.type.stored and key not in hidden)
    return shown or list(others)[:1]


def _may_sort(fields: list[Field], sort: str) -> bool:
    return any(one.key == sort.removeprefix("-") and _sortable(one) for one in fields)


def _sortable(one: Field) -> bool:
    # References and people are stored as ids: their order would look like none.
    # What a list holds has no order.
    apart = one.type.name in ("reference", "member", "department", "long_text")
    return one.type.stored and not apart and one.type.value_type not in LISTED


def _column(form: Form, one: Field, asked: Asked, reader: Reader, *, leads: bool) -> Column:
    _home, shown = lookups.origin(form, one)
    numeric = shown.type.value_type_of(shown) is ValueType.NUMBER and kind_of(shown) not in POINTERS
    title = localized(one.title, reader.locale)
    if not _sortable(one):
        return Column(one.key, title, numeric, leads=leads)
    now = asked.sort or form.sort
    following = f"-{one.key}" if now == one.key else one.key
    link = address(form, Asked(search=asked.search, sort=following))
    order = {one.key: "ascending", f"-{one.key}": "descending"}.get(now, "")
    return Column(one.key, title, numeric, link, order, leads)


def _leading(form: Form, fields: list[Field]) -> str:
    keys = [one.key for one in fields]
    return form.title_field if form.title_field in keys else next(iter(keys), "")


def _rows(
    user: User, form: Form, columns: tuple[Column, ...], records: list[Record], reader: Reader
) -> list[Row]:
    fields = [form.fields[column.key] for column in columns]
    names = titles_for(user, form, fields, [record.values for record in records])
    shown = [
        (column, home, one, _is_formatted(one))
        for column, (home, one) in zip(columns, (lookups.origin(form, each) for each in fields), strict=True)
    ]

    def text(home: Form, one: Field, formatted: bool, value: Any) -> str:
        if formatted and value is not None:
            return _formatted(home, one.key, value, reader)
        return _short(one.type.display(value, one, reader, names))

    return [
        Row(
            record.id,
            tuple(
                (column, text(home, one, formatted, record.values.get(column.key)))
                for column, home, one, formatted in shown
            ),
        )
        for record in records
    ]


def _is_formatted(one: Field) -> bool:
    return one.type.value_type_of(one) in FORMATTED and kind_of(one) not in POINTERS


@lru_cache(maxsize=20_000)
def _formatted(form: Form, key: str, value: Any, reader: Reader) -> str:
    # Formatting numbers and dates took most of the time of a list; the same ones come again and again.
    one = form.fields[key]
    return one.type.display(value, one, reader, NOBODY)


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_CELL else text[: LONGEST_CELL - 1] + "…"


def _count(page: Page, reader: Reader) -> str:
    if page.total is None:
        return ""
    number = format_decimal(page.total, locale=reader.locale)
    if page.capped:
        return str(_("more than %(number)s records", number=number))
    return str(ngettext("%(number)s record", "%(number)s records", page.total, number=number))
