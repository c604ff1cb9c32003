"""The rows of a sub-table as a page shows them: fifty at a time, and in short all that the others must not lose."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol, TypeVar

from runtime.fields import Field, JsonValue, Raw
from runtime.forms import row_posts
from runtime.forms.entry import Entry, as_one
from runtime.forms.row_posts import ON_PAGE
from runtime.forms.shown import Heading, Shown, ShownRow, ShownTable, Stretch
from runtime.forms.situation import Situation
from runtime.records.store import Judged
from runtime.text import localized

NOTHING = Entry()
T = TypeVar("T")


class Cells(Protocol):
    """How a field is drawn, what its control holds, and what the server filled in last: of a cell as of any field."""

    def shown(self, now: Situation, key: str) -> Shown: ...
    def raw(self, now: Situation, one: Field) -> Raw: ...
    def was(self, now: Situation, one: Field, value: JsonValue) -> str | None: ...


def stretch(count: int, at: int) -> Stretch:
    """The rows of a page, of so many; of the last one where there are fewer."""
    last = max(0, (count - 1) // ON_PAGE)
    at = min(at, last)
    back, on = ((0, at - 1) if at else (None, None)), ((at + 1, last) if at < last else (None, None))
    return Stretch(at, at * ON_PAGE, min(count, (at + 1) * ON_PAGE), count, (*back, *on) if last else ())


def table(now: Situation, key: str, cells: Cells) -> ShownTable:
    """The rows of a sub-table; one that has none begins with an empty row."""
    untouched, is_open = _untouched(now, key), key not in now.judged.locked
    names = now.handles[key]
    if is_open and not names and key not in now.entry.rows:
        names = ["n1"]
    columns = [column for column in now.form.rows[key].fields if column not in untouched.hidden]
    fields = [now.form.rows[key].fields[column] for column in columns]
    headings = (
        Heading(localized(one.title, now.reader.locale), is_open and one.key in untouched.required)
        for one in fields
    )
    here = stretch(len(names), now.entry.at.get(key, 0))
    on_page = enumerate(names[here.start : here.end], start=here.start)
    return ShownTable(
        tuple(headings),
        tuple(_row(now, key, handle, index, columns, cells) for index, handle in on_page),
        now.entry.next.get(key, len(names) + 1),
        is_open,
        now.entry.told.get(key, ""),
        here,
        row_posts.in_short(names[: here.start]),
        row_posts.in_short(names[here.end :]),
        _rest(now, key, here, cells) if is_open else "",
    )


def _rest(now: Situation, key: str, here: Stretch, cells: Cells) -> str:
    """The cells of the rows that are not on the page and are not as they are stored."""
    stored = {f"r{row['id']}": row for row in now.stored.get(key) or ()}
    apart = [
        (index, row)
        for index, row in enumerate(now.entry.rows.get(key, ()))
        if not here.start <= index < here.end and _is_changed(row.entry, stored.get(row.handle))
    ]
    pairs = (pair for index, row in apart for pair in _pairs(now, key, row.handle, index, cells))
    return row_posts.packed(pairs)


def _is_changed(entry: Entry, stored: Mapping[str, Any] | None) -> bool:
    if stored is None or entry.problems:
        return bool(entry.raw)
    return any(stored.get(name) != value for name, value in entry.values.items())


def _pairs(now: Situation, key: str, handle: str, index: int, cells: Cells) -> Iterable[tuple[str, str]]:
    """What the controls of a row would post, were it on the page."""
    inner, start = _situation_of_row(now, key, handle, index), f"{key}.{handle}."
    for column in inner.entry.raw:
        one = inner.form.fields[column]
        raw, was = cells.raw(inner, one), cells.was(inner, one, inner.judged.values.get(column))
        yield from ((start + column, text) for text in ([raw] if isinstance(raw, str) else raw))
        if was is not None:
            yield f"_was.{start}{column}", was
        if "fill" in one.options:
            yield f"_picked.{start}{column}", as_one(raw)


def _row(now: Situation, key: str, handle: str, index: int, columns: Sequence[str], draw: Cells) -> ShownRow:
    """A row is drawn as a form of its own, its controls under longer names."""
    name, inner = f"{key}.{handle}", _situation_of_row(now, key, handle, index)
    cells = [
        replace(draw.shown(inner, column), key=f"{name}.{column}", static=False)
        if column in inner.judged.visible
        else None
        for column in columns
    ]
    at = _sought(now.entry.row, name, inner, columns, cells)
    if at is not None and (cell := cells[at]):
        cells[at] = replace(cell, attributes=(*cell.attributes, ("autofocus", "autofocus")))
    return ShownRow(name, handle, tuple(cells), now.clashes.get(name))


def _sought(
    sought: str, name: str, inner: Situation, columns: Sequence[str], cells: Sequence[Shown | None]
) -> int | None:
    """The cell of the row that gets the focus: the one that is looked for, else the first that can be typed into."""
    if sought != name and not sought.startswith(f"{name}."):
        return None
    column = sought.removeprefix(f"{name}.")
    if column in columns and cells[columns.index(column)]:
        return columns.index(column)
    typed = (at for at, cell in enumerate(cells) if cell and inner.form.fields[columns[at]].type.writable)
    return next(typed, None)


def _situation_of_row(now: Situation, key: str, handle: str, index: int) -> Situation:
    form, start = now.form.rows[key], f"{key}.{handle}."
    judged = _judged_row(now, key, index)
    if key in now.judged.locked:
        judged = replace(judged, locked=frozenset(form.fields))
    return Situation(
        form=form,
        judged=judged,
        reader=now.reader,
        names=now.names,
        picker=lambda column, text: now.picker(start + column, text),
        entry=now.entry.by_row.get(f"{key}.{handle}", NOTHING),
        errors=_of_row(now.errors, start),
        warnings=_of_row(now.warnings, start),
        clashes=_of_row(now.clashes, start),
        exact=now.exact,
        is_new_row=handle.startswith("n"),
        in_cell=True,
    )


def _untouched(now: Situation, key: str) -> Judged:
    form = now.form.rows[key]
    plain = Judged({}, frozenset(form.fields), form.required, frozenset(), (), (), (), {})
    return now.judged.untouched.get(key, plain)


def _judged_row(now: Situation, key: str, index: int) -> Judged:
    """The judgement on a row; that of a new one where nothing was entered yet."""
    rows, values = now.judged.rows.get(key, ()), now.judged.values.get(key, ())
    if index < len(rows):
        return rows[index]
    untouched = _untouched(now, key)
    return replace(untouched, values=values[index]) if index < len(values) else untouched


def _of_row(messages: Mapping[str, T], start: str) -> dict[str, T]:
    return {name.removeprefix(start): text for name, text in messages.items() if name.startswith(start)}
