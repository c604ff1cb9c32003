"""Two people changed one record: what of each survives, and what the second one has to decide."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TypeVar

from sqlalchemy import select

from runtime.db import db
from runtime.definitions.documents import Form
from runtime.fields import JsonValue, Names, Reader
from runtime.forms.entry import Entry, as_one
from runtime.forms.shown import Clash
from runtime.records.models import Event
from runtime.records.rows import Record

T = TypeVar("T")


def values_at(form: Form, record_id: int, revision: int) -> Mapping[str, JsonValue]:
    """The values that a person saw who opened the record at this revision; empty when history has none."""
    found = db.session.scalar(
        select(Event.after).where(
            Event.form_id == form.definition_id, Event.record_id == record_id, Event.revision == revision
        )
    )
    return found or {}


def merge(entry: Entry, opened: Mapping[str, JsonValue], record: Record) -> tuple[Entry, frozenset[str]]:
    """The entry without the fields that its writer left as they were, and the fields that both changed."""
    untouched = [key for key, value in entry.values.items() if is_same(value, opened.get(key))]
    mine = without(entry, untouched)
    both = frozenset(
        key for key in mine.raw if record.values.get(key) != opened.get(key) and _differs(mine, record, key)
    )
    return mine, both


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
    """Both answers, in words, of the fields that still have to be decided."""
    found = {}
    for key in keys:
        one = form.fields.get(key)
        if one is None or key not in entry.raw or not _differs(entry, record, key):
            continue
        raw = entry.raw[key]
        typed = as_one(raw)
        found[key] = Clash(
            mine=one.type.display(entry.values[key], one, reader, names) if key in entry.values else typed,
            theirs=one.type.display(record.values.get(key), one, reader, names),
            who=(names.member(record.updated_by) if record.updated_by else None) or "–",
            at=record.updated_at,
        )
    return found


def _differs(entry: Entry, record: Record, key: str) -> bool:
    return key in entry.problems or not is_same(entry.values.get(key), record.values.get(key))


def is_same(sent: JsonValue, held: JsonValue) -> bool:
    """Whether a value that was sent is the one that is held; rows are sent without what is worked out in them."""
    if not (isinstance(sent, list) and sent and isinstance(sent[0], dict)):
        return bool(sent == held) or (sent == [] and held is None)
    rows = held or []
    return len(rows) == len(sent) and all(
        row.get(name) == cell for line, row in zip(sent, rows, strict=True) for name, cell in line.items()
    )
