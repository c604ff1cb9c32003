"""A record as it is read: the visible fields of its form as titles and texts."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from flask import url_for

from runtime.accounts.models import User
from runtime.definitions.documents import Form
from runtime.definitions.layout import Section, visible_rows
from runtime.fields import Field, JsonValue, Reader, ValueType, note
from runtime.forms import downloads
from runtime.forms.names import Titles, kind_of, titles_for
from runtime.forms.row_tables import stretch
from runtime.forms.shown import WHOLE, ShownFile, Stretch
from runtime.records import lookups, query, store
from runtime.records.rows import Record
from runtime.records.store import Judged
from runtime.text import localized

LINKED = {"email": "mailto:", "phone": "tel:"}


@dataclass(frozen=True)
class Column:
    """The title of a column of a sub-table, and whether it stands on paper, too."""

    title: str
    printed: bool = True


@dataclass(frozen=True)
class Line:
    """One answer; `address` is where it leads, if anywhere. `static` is the template of what holds no answer."""

    key: str
    title: str
    text: str
    address: str = ""
    long: bool = False
    static: str = ""
    help: str = ""
    span: int = 12
    files: tuple[ShownFile, ...] = ()
    rows: tuple[tuple["Line | None", ...], ...] = ()
    """The cells of each row of a sub-table; None for one that a rule hides."""
    headings: tuple[Column, ...] = ()
    here: Stretch = WHOLE
    """Which rows of a sub-table these are."""
    rich: str = ""
    """Formatted text, which `rich` makes fit for a page."""
    printed: bool = True
    """Whether it stands on paper, too."""

    @property
    def display(self) -> str:
        """The text, as templates of fields know it."""
        return self.text


@dataclass(frozen=True)
class Block:
    """A section with its answers; `tab` is the key of the tab that it stands in, if any."""

    key: str
    title: str
    rows: tuple[tuple[Line, ...], ...]
    tab: str = ""
    tab_title: str = ""
    errors: int = 0

    @property
    def printed(self) -> bool:
        """Whether anything of it stands on paper."""
        return any(line.printed for row in self.rows for line in row)


@dataclass(frozen=True)
class Reading:
    """The page of a record: its title, its sections, and its number where that is not the title."""

    title: str
    blocks: tuple[Block, ...]
    number: str = ""


def reading(
    user: User, form: Form, record: Record, reader: Reader, pages: Mapping[str, int] | None = None
) -> Reading:
    """The record as this person reads it; fields that a rule hides are not there. Of the rows of sub-tables those of
    the `pages` that are named, counted from 0, else the first; all of them where `pages` is None.
    """
    judged = store.judge(store.Actor(user=user, origin="page"), form, {}, record=record, as_stored=True)
    here = {key: _stretch(key, len(rows), pages) for key, rows in judged.rows.items()}
    in_sight = {key: judged.values.get(key, [])[each.start : each.end] for key, each in here.items()}
    names = titles_for(user, form, form.fields.values(), [{**judged.values, **in_sight}])
    tabs = {tab.key: localized(tab.title, reader.locale) for tab in form.tabs}
    blocks = [
        Block(
            section.key,
            localized(section.title, reader.locale),
            _rows(form, record, section, judged, here, reader, names),
            section.tab,
            tabs.get(section.tab, ""),
        )
        for section in form.layout
    ]
    title = query.title(form, record)
    number = _number(form, record, judged)
    return Reading(title, tuple(block for block in blocks if block.rows), number if number != title else "")


def _number(form: Form, record: Record, judged: Judged) -> str:
    """What people call the record by: its serial number if they see one, else that of its page."""
    serials = (key for key, one in form.fields.items() if one.type.name == "serial" and key in judged.visible)
    given = (str(judged.values[key]) for key in serials if judged.values.get(key))
    return next(given, f"#{record.id}")


def _stretch(key: str, count: int, pages: Mapping[str, int] | None) -> Stretch:
    return Stretch(0, 0, count, count) if pages is None else stretch(count, pages.get(key, 0))


def _rows(
    form: Form,
    record: Record,
    section: Section,
    judged: Judged,
    here: Mapping[str, Stretch],
    reader: Reader,
    names: Titles,
) -> tuple[tuple[Line, ...], ...]:
    return tuple(
        tuple(
            replace(
                _line(form, record, form.fields[key], judged, reader, names, span),
                **_table(form, record, key, judged, here, reader, names),
            )
            for key, span in row
        )
        for row in visible_rows(section, judged.visible)
    )


def _line(
    form: Form, record: Record, one: Field, judged: Judged, reader: Reader, names: Titles, span: int
) -> Line:
    value, (_home, shown) = judged.values.get(one.key), lookups.origin(form, one)
    return Line(
        key=one.key,
        title=localized(one.title, reader.locale),
        text=note.text_of(one, reader.locale) or shown.type.display(value, shown, reader, names),
        address=_address(form, shown, value, names),
        long=shown.type.name == "long_text",
        static=one.type.template if one.type.value_type is ValueType.NOTHING else "",
        help=localized(one.help, reader.locale) if one.help else "",
        span=span,
        files=_files(form, record, one, value, reader, names),
        rich=value if shown.type.name == "rich_text" and value else "",
        printed=_is_printed(one),
    )


def _is_printed(one: Field) -> bool:
    return bool(one.options.get("print", True))


def _table(
    form: Form,
    record: Record,
    key: str,
    judged: Judged,
    here: Mapping[str, Stretch],
    reader: Reader,
    names: Titles,
) -> dict[str, Any]:
    """The rows of a sub-table, and the titles of their columns."""
    if key not in here:
        return {}
    of_rows, rows = form.rows[key], judged.rows.get(key, ())
    columns = [one for one in of_rows.fields.values() if any(one.key in row.visible for row in rows)]
    return {
        "headings": tuple(Column(localized(one.title, reader.locale), _is_printed(one)) for one in columns),
        "rows": tuple(
            tuple(
                _line(of_rows, record, one, row, reader, names, 12) if one.key in row.visible else None
                for one in columns
            )
            for row in rows[here[key].start : here[key].end]
        ),
        "here": here[key],
    }


def _files(
    form: Form, record: Record, one: Field, value: JsonValue, reader: Reader, names: Titles
) -> tuple[ShownFile, ...]:
    if one.type.value_type is not ValueType.FILES:
        return ()
    return tuple(downloads.shown(form, each, record.id, reader) for each in names.stored(value or ()))


def _address(form: Form, one: Field, value: JsonValue, names: Titles) -> str:
    """Where an answer leads: to the record it points to, a mail, a call."""
    kind = kind_of(one)
    if value is None:
        return ""
    if kind == "url":
        return str(value)
    if kind in LINKED:
        return LINKED[kind] + quote(str(value), safe="+@")
    if kind == "reference" and names.record(one.options["form"], value):
        return url_for("forms.show_record", app=form.app, form=one.options["form"], record_id=value)
    return ""
