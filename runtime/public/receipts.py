"""What somebody without an account has sent, as he may read it back."""

from dataclasses import replace

from flask import render_template

from runtime import access, paper
from runtime.accounts.models import User
from runtime.db import db
from runtime.definitions.documents import Form
from runtime.fields import Reader
from runtime.forms import reading
from runtime.i18n import moment_text
from runtime.records import history, rows
from runtime.records.rows import Record
from runtime.records.tables import table
from runtime.text import localized


def as_sent(form: Form, guest: User, record_id: int) -> Record | None:
    """The record as it was sent, whatever became of it since; None for one that was deleted."""
    row = db.session.execute(rows.select_all(form).where(table(form).c.id == record_id)).one_or_none()
    if row is None:
        return None
    sent = replace(rows.record(form, row), values=dict(history.values_at(form, record_id, 1)))
    return sent.without(access.fields(guest, form).hidden)


def as_pdf(form: Form, guest: User, record: Record, reader: Reader) -> bytes:
    """The same on paper. PermanentError where the library is not installed."""
    html = render_template(
        "records/paper.html",
        form_title=localized(form.title, reader.locale),
        record=None,  # how many there are is none of a guest's business
        read=reading.reading(guest, form, record, reader),
        printed=moment_text(record.created_at),
        locale=reader.locale,
    )
    db.session.commit()  # it takes a second, for which no transaction stays open
    return paper.pdf(html)
