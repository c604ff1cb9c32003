"""What somebody without an account has sent, as he may read it back."""

from dataclasses import replace

from runtime import access
from runtime.accounts.models import User
from runtime.db import db
from runtime.definitions.documents import Form
from runtime.forms.conflict import values_at
from runtime.records import rows
from runtime.records.rows import Record
from runtime.records.tables import table


def as_sent(form: Form, guest: User, record_id: int) -> Record | None:
    """The record as it was sent, whatever became of it since; None for one that was deleted."""
    row = db.session.execute(rows.select_all(form).where(table(form).c.id == record_id)).one_or_none()
    if row is None:
        return None
    sent = replace(rows.record(form, row), values=dict(values_at(form, record_id, 1)))
    return sent.without(access.fields(guest, form).hidden)
