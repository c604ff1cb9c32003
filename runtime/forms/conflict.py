"""Two people changed one record: what of each survives, and what the second one has to decide."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TypeVar

from flask_babel import gettext as _

from runtime.definitions.documents import Form
from runtime.fields import JsonValue, Names, Reader
from runtime.forms import row_conflicts
from runtime.forms.entry import Entry, as_one
from runtime.forms.shown import Clash
from runtime.records.rows import Record

T = TypeVar("T")


def merge(
    form: Form, entry: Entry, opened: Mapping[str, JsonValue], record: Record, hidden: frozenset[str]
) -> tuple[Entry, frozenset[str]]:
    """The entry without the fields that its writer left as they were, and the names of what both changed: of fields,
    of cells and of rows (`row_conflicts`). `hidden` are the fields that he does not see.
    """
    plain, both = _merged(without(entry, form.rows), opened, record.values)
    tables = [key for key in form.rows if key in entry.rows]
    mine = replace(
        plain,
        raw={**plain.raw, **_only(entry.raw, tables)},
        values={**plain.values, **_only(entry.values, tables)},
        rows=_only(entry.rows, tables),
        next=_only(entry.next, tables),
    )
    for key in tables:
        held = (opened.get(key) or (), record.values.get(key) or ())
        unseen = frozenset(path.removeprefix(f"{key}.") for path in hidden if path.startswith(f"{key}."))
        mine, asked = row_conflicts.Table(form.rows[key], key, *held, unseen, _merged).merged(mine)
        both |= asked
        if (
            not asked
            and all(not row.entry.raw for row in mine.rows[key])
            and _handles(held[1]) == mine.raw[key]
        ):
            mine = without(mine, [key])
    return mine, both


def _only(part: Mapping[str, T], keys: Iterable[str]) -> dict[str, T]:
    return {key: part[key] for key in keys if key in part}


def _handles(rows: Iterable[Mapping[str, JsonValue]]) -> list[str]:
    return ["", *(f"r{row['id']}" for row in rows)]


def _merged(
    entry: Entry, opened: Mapping[str, JsonValue], held: Mapping[str, JsonValue]
) -> tuple[Entry, frozenset[str]]:
    untouched = [key for key, value in entry.values.items() if is_same(value, opened.get(key))]
    mine = without(entry, untouched)
    both = frozenset(
        key for key in mine.raw if held.get(key) != opened.get(key) and _differs(mine, held, key)
    )
    return mine, both


def decided(form: Form, entry: Entry, name: str, deed: str) -> Entry:
    """The entry once the person said that a field, cell or row is to be `mine` or `theirs`."""
    if name.partition(".")[0] in form.rows and "." in name:
        return row_conflicts.decided(form, entry, name, deed, without)
    return without(entry, [name]) if deed == "theirs" else entry


def without(entry: Entry, keys: Iterable[str]) -> Entry:
    """The entry as if these fields had not been posted: the stored values stand."""
    gone = frozenset(keys)

    def rest(part: Mapping[str, T]) -> dict[str, T]:
        return {key: value for key, value in part.items() if key not in gone}

    return replace(
        entry,
        raw=rest(entry.raw),
        values=rest(entry.values),
        problems=rest(entry.problems),
        was=rest(entry.was),
        left=entry.left - gone,
        rows=rest(entry.rows),
        next=rest(entry.next),
    )


def clashes(
    form: Form, entry: Entry, record: Record, keys: Iterable[str], reader: Reader, names: Names
) -> dict[str, Clash]:
    """Both answers, in words, of the fields, cells and rows that still have to be decided."""
    who = (names.member(record.updated_by) if record.updated_by else None) or "–"
    found = {}
    for name in keys:
        key, _dot, rest = name.partition(".")
        told: tuple[str, str] | None
        if not rest:
            told = _of_field(form, entry, record.values, name, reader, names)
        elif key in form.rows and key in entry.rows:
            told = _in_rows(form.rows[key], entry, record.values.get(key) or (), name, reader, names)
        else:
            told = None
        if told is not None:
            found[name] = Clash(mine=told[0], theirs=told[1], who=who, at=record.updated_at)
    return found


def _of_field(
    form: Form, entry: Entry, held: Mapping[str, JsonValue], key: str, reader: Reader, names: Names
) -> tuple[str, str] | None:
    """What I typed and what they stored, where these still differ."""
    one = form.fields.get(key)
    if one is None or key not in entry.raw or not _differs(entry, held, key):
        return None
    return _mine(form, entry, key, reader, names), one.type.display(held.get(key), one, reader, names)


def _mine(form: Form, entry: Entry, key: str, reader: Reader, names: Names) -> str:
    if key not in entry.values:
        return as_one(entry.raw[key])
    return form.fields[key].type.display(entry.values[key], form.fields[key], reader, names)


def _in_rows(
    form: Form,
    entry: Entry,
    rows: Iterable[Mapping[str, JsonValue]],
    name: str,
    reader: Reader,
    names: Names,
) -> tuple[str, str] | None:
    key, handle, *column = name.split(".", 2)
    held: Mapping[str, JsonValue] = next((row for row in rows if f"r{row['id']}" == handle), {})
    mine = entry.by_row.get(f"{key}.{handle}")
    if mine is None:
        return None
    if column:
        return _of_field(form, mine, held, column[0], reader, names)
    removed = str(_("Row removed"))
    if handle.startswith("n"):
        typed = (_mine(form, mine, each, reader, names) for each in form.fields if each in mine.raw)
        return " · ".join(filter(None, typed)), removed
    shown = (one.type.display(held.get(each), one, reader, names) for each, one in form.fields.items())
    return removed, " · ".join(filter(None, shown))


def _differs(entry: Entry, held: Mapping[str, JsonValue], key: str) -> bool:
    return key in entry.problems or not is_same(entry.values.get(key), held.get(key))


def is_same(sent: JsonValue, held: JsonValue) -> bool:
    """Whether a value that was sent is the one that is held."""
    return bool(sent == held) or (sent == [] and held is None)
