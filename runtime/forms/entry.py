"""What a person sent: WTForms reads the posted texts, the field types make values of them."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms.fields.core import UnboundField
from wtforms.form import BaseForm

from runtime.definitions.documents import Form
from runtime.definitions.keeping import kept
from runtime.errors import Problem
from runtime.fields import Field, FieldError, JsonValue, Raw, Reader
from runtime.forms import row_posts
from runtime.problems import sentence
from runtime.records.reads import fills
from runtime.text import localized

log = logging.getLogger(__name__)

# Their controls post a blank of their own before the answer, so that "nothing chosen" arrives too.
LAST_COUNTS = frozenset(
    ("fields/choice.html", "fields/yes_no.html", "fields/picker.html", "fields/rating.html")
)


@dataclass(frozen=True)
class Entry:
    """`raw` is each field as typed, `values` what was meant (None clears), `problems` what cannot be read.

    `left` are filled fields that nobody has answered, so that a reference may fill them again: they stand as
    the server drew them (`was`), or were emptied before another record was picked.
    """

    raw: dict[str, Raw] = field(default_factory=dict)
    values: dict[str, JsonValue] = field(default_factory=dict)
    problems: dict[str, Problem] = field(default_factory=dict)
    left: frozenset[str] = frozenset()
    was: dict[str, str] = field(default_factory=dict)
    rows: dict[str, tuple["RowEntry", ...]] = field(default_factory=dict)
    next: dict[str, int] = field(default_factory=dict)
    """The number of the next new row of each sub-table."""
    at: dict[str, int] = field(default_factory=dict)
    """Which page of rows of each sub-table is shown, counted from 0."""
    row: str = ""
    """The row that a button was just pressed for, as `lines.n1`, or the cell that is looked for."""
    told: dict[str, str] = field(default_factory=dict)
    """What to say of what was just pasted into the rows of each sub-table."""

    @property
    def every_problem(self) -> dict[str, Problem]:
        """The problems of the fields and of the cells in rows, these as `lines.n1.price`."""
        found = dict(self.problems)
        for key, rows in self.rows.items():
            for index, row in enumerate(rows):
                for column, each in row.entry.problems.items():
                    path = (key, index, column)
                    found[row.name_of(key, column)] = replace(each, path=path)
        return found

    def raw_at(self, name: str) -> Raw | None:
        """What the control of this name held: of a field, or of a cell."""
        row, _dot, column = name.rpartition(".")
        found = self.by_row.get(row)
        return found.raw.get(column) if found else self.raw.get(name)

    @cached_property
    def by_row(self) -> dict[str, "Entry"]:
        """What was sent of each row, by `lines.n1`."""
        return {f"{key}.{row.handle}": row.entry for key, rows in self.rows.items() for row in rows}


@dataclass(frozen=True)
class RowEntry:
    """A row of a sub-table as it was sent. Its handle names it on the page: `r5` the stored row 5, `n1` a new one."""

    handle: str
    entry: Entry

    @property
    def id(self) -> int | None:
        """The id of the stored row."""
        return int(self.handle[1:]) if self.handle.startswith("r") else None

    def name_of(self, key: str, column: str) -> str:
        """What the control of a cell is called."""
        return f"{key}.{self.handle}.{column}"


def controls(form: Form, keys: Iterable[str]) -> BaseForm:
    """The WTForms form of these fields: no validators, names are the keys."""
    known = _unbound(form)
    return BaseForm([(key, known[key]) for key in keys])


@kept(1024)
def _unbound(form: Form) -> "dict[str, UnboundField[Any]]":
    return {key: one.type.control(one) for key, one in form.fields.items() if one.type.writable}


def read(
    form: Form,
    posted: MultiDict[str, str],
    reader: Reader,
    closed: frozenset[str] = frozenset(),
    bound: BaseForm | None = None,
) -> Entry:
    """The entry of a posted form; names that are no writable field of this version are not looked at, nor those
    of fields that are `closed` to whoever sent it. `bound` are the controls of all its fields, where several such
    forms are read one after the other.
    """
    forged = closed & posted.keys()
    if forged:
        log.info("form %s: ignored %s, which the sender may not write", form.key, ", ".join(sorted(forged)))
    sent = [
        key for key, one in form.fields.items() if one.type.writable and key in posted and key not in forged
    ]
    keys = [key for key in sent if key not in form.rows]
    bound = bound or controls(form, keys)
    bound.process(posted)
    raw = {key: raw_of(form.fields[key], bound[key].raw_data or []) for key in keys}
    raw |= {key: row_posts.handles(key, posted) for key in sent if key in form.rows}
    was = {key: posted[name].replace("\r\n", "\n") for key in keys if (name := f"_was.{key}") in posted}
    left = frozenset(
        key
        for key, text in was.items()
        if as_one(raw[key]) == text or _emptied_before(form, key, raw, posted)
    )
    answered = {key: raw[key] for key in keys if key not in left}
    values, problems = _parsed(form, answered, reader)
    rows = {key: _rows(form, key, posted, reader, closed) for key in sent if key in form.rows}
    values |= {key: as_value(form.rows[key], each) for key, each in rows.items()}
    following = {key: row_posts.next_number(key, posted) for key in rows}
    pages = {key: row_posts.page_of(key, posted) for key in form.rows}
    return Entry(raw, values, problems, left, was, rows, following, pages)


def pressed(
    form: Form, posted: MultiDict[str, str], reader: Reader, closed: frozenset[str] = frozenset()
) -> Entry:
    """The entry after what the pressed button does to rows, if it is one of theirs."""
    after, row = row_posts.done(posted, posted.getlist("_do"), form.rows.keys() - closed)
    return replace(read(form, after, reader, closed), row=row)


def _rows(
    form: Form, key: str, posted: MultiDict[str, str], reader: Reader, closed: frozenset[str]
) -> tuple[RowEntry, ...]:
    """The rows of a sub-table in the order in which they were sent."""
    apart = row_posts.by_row(key, posted)
    shut = frozenset(path.removeprefix(f"{key}.") for path in closed if path.startswith(f"{key}."))
    rows, untouched = form.rows[key], Entry()
    bound = controls(rows, _unbound(rows))
    return tuple(
        RowEntry(handle, read(rows, apart[handle], reader, shut, bound) if handle in apart else untouched)
        for handle in row_posts.handles(key, posted)
    )


def as_value(form: Form, rows: tuple[RowEntry, ...]) -> list[dict[str, JsonValue]]:
    """The rows as they are saved: without the empty ones at the end."""
    filled = list(rows)
    while filled and _is_blank_row(form, filled[-1]):
        filled.pop()
    return [
        {
            **({} if row.id is None else {"id": row.id}),
            **row.entry.values,
            **dict.fromkeys(row.entry.problems),
        }
        for row in filled
    ]


def _is_blank_row(form: Form, row: RowEntry) -> bool:
    is_as_stored = row.id is not None and not row.entry.raw
    return not is_as_stored and is_blank(form, row.entry)


def is_blank(form: Form, entry: Entry) -> bool:
    """Whether nothing was entered into a row: every cell is empty, or as it is in a new row."""
    known = {key: (None, False, form.fields[key].default) for key in entry.values}
    return not entry.problems and all(value in known[key] for key, value in entry.values.items())


def as_one(raw: Raw) -> str:
    """What a control holds as one text."""
    return raw if isinstance(raw, str) else ", ".join(filter(None, raw))


def _emptied_before(form: Form, key: str, raw: Mapping[str, Raw], posted: Mapping[str, str]) -> bool:
    """Whether the field is empty and a record that fills it was picked since the page was drawn."""

    def picked_anew(reference: str) -> bool:
        return (
            bool(raw.get(reference)) and posted.get(f"_picked.{reference}", raw[reference]) != raw[reference]
        )

    return not raw[key] and any(picked_anew(reference) for reference, _source in fills(form).get(key, ()))


def raw_of(one: Field, texts: Sequence[str]) -> Raw:
    """What the control of a field holds, from all that it posts."""
    texts = [text.replace("\r\n", "\n") for text in texts]
    if len(texts) > 1 and one.type.template not in LAST_COUNTS:
        return one.type.joined(texts, one)
    return texts[-1]


def _parsed(
    form: Form, raw: Mapping[str, Raw], reader: Reader
) -> tuple[dict[str, JsonValue], dict[str, Problem]]:
    values: dict[str, Any] = {}
    problems: dict[str, Problem] = {}
    for key, text in raw.items():
        one = form.fields[key]
        try:
            values[key] = one.type.parse(text, one, reader)
        except FieldError as error:
            problems[key] = problem_of(one, error, reader)
    return values, problems


def problem_of(one: Field, error: FieldError, reader: Reader) -> Problem:
    """A field's refusal as a problem at this field, in the reader's words."""
    message = sentence(error.code, error.params, localized(one.title, reader.locale))
    return Problem((one.key,), error.code, message, error.params)
