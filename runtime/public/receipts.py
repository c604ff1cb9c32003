"""What somebody without an account has sent, as he may read it back: the questions that he was asked, whatever became
of the form, and his answers, whatever became of the record.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from flask import render_template

from runtime import access, documents, paper
from runtime.accounts.models import User
from runtime.db import db
from runtime.definitions import lookup
from runtime.definitions.documents import Form
from runtime.errors import NotFound
from runtime.fields import Reader
from runtime.forms import reading
from runtime.forms.reading import Block, Reading
from runtime.i18n import moment_text
from runtime.records import history, rows
from runtime.records.rows import Record, Values
from runtime.records.tables import table
from runtime.text import localized

MOST_ON_PAPER = 40_000  # characters of values; a table of so many takes seconds, and somebody waits


@dataclass(frozen=True)
class Receipt:
    """What was sent and when it came in; `prints` is whether a PDF is made of it."""

    title: str
    read: Reading
    at: datetime
    prints: bool


def of_record(form: Form, guest: User, record_id: int, reader: Reader) -> Receipt | None:
    """The record as it was sent, without what guests may not see by now; None for one that was deleted."""
    row = db.session.execute(rows.select_all(form).where(table(form).c.id == record_id)).one_or_none()
    first = _first(form, record_id) if row is not None else None
    if row is None or first is None:
        return None
    asked, values = first
    hidden = access.fields(guest, form).hidden
    sent = replace(rows.record(form, row), values=rows.seen(values, hidden))
    seen = sent.without(access.fields(guest, asked).hidden)
    read = reading.reading(guest, asked, seen, reader)
    blocks = tuple(kept for each in read.blocks if (kept := _without(each, hidden)).rows)
    return Receipt(
        localized(asked.title, reader.locale), replace(read, blocks=blocks), sent.created_at, _prints(seen)
    )


def _first(form: Form, record_id: int) -> tuple[Form, Values] | None:
    """The form as it was when the record was sent, and what was."""
    try:
        event = history.version(form, record_id, 1)
    except NotFound:
        return None
    return lookup.form_of_version(event.version_id), event.after or {}


def _without(block: Block, hidden: frozenset[str]) -> Block:
    kept = (tuple(line for line in row if line.key not in hidden) for row in block.rows)
    return replace(block, rows=tuple(row for row in kept if row))


def _prints(record: Record) -> bool:
    return paper.is_available() and len(documents.dumps(record.values)) <= MOST_ON_PAPER


def as_pdf(receipt: Receipt, reader: Reader) -> bytes:
    """The same on paper. PermanentError where the library is not installed."""
    html = render_template(
        "records/paper.html",
        form_title=receipt.title,
        record=None,  # how many there are is none of a guest's business
        read=receipt.read,
        printed=moment_text(receipt.at),
        locale=reader.locale,
    )
    db.session.commit()  # it takes a second, for which no transaction stays open
    return paper.pdf(html)
