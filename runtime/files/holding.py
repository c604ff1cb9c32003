"""Which record holds a file: said in the transaction that writes the record."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_, select, update

from runtime import outbox
from runtime.db import db
from runtime.files.intake import KIND
from runtime.files.models import StoredFile
from runtime.files.senders import Sender
from runtime.times import now

LEFT = timedelta(days=30)
"""How long a file stays that no record holds any more, so that an earlier state of a record can be brought back."""


def available(
    keys: Iterable[str], form_id: int, field: str, record_id: int | None, sender: Sender | None
) -> frozenset[str]:
    """Of these files those that the field of this record may hold: its own, and those that this person uploaded
    for it and no record holds yet; of nobody in particular (None), those of all people.
    """
    free: ColumnElement[bool] = StoredFile.record_id.is_(None)
    if sender is not None:
        free = and_(free, sender.sent())
    own = StoredFile.record_id == record_id if record_id is not None else None
    wanted = _of(form_id, field, keys, free if own is None else or_(own, free))
    return frozenset(db.session.scalars(select(StoredFile.key).where(*wanted)))


def hold(keys: Iterable[str], form_id: int, field: str, record_id: int) -> bool:
    """Let a record hold these files; False when one of them went or another record was faster."""
    asked = set(keys)
    free = or_(StoredFile.record_id.is_(None), StoredFile.record_id == record_id)
    wanted = _of(form_id, field, asked, free)
    held = update(StoredFile).where(*wanted).values(record_id=record_id, expires_at=None)
    done = db.session.execute(held, execution_options={"synchronize_session": False})
    return bool(done.rowcount == len(asked))  # type: ignore[attr-defined]


def let_go(keys: Iterable[str]) -> None:
    """The record that held these files holds them no more."""
    _expire(StoredFile.key.in_(list(keys)), now() + LEFT)


def end(keys: Iterable[str]) -> None:
    """What held these files is gone for good: they go at once."""
    _expire(StoredFile.key.in_(list(keys)), now())


def move(keys: Iterable[str], form_id: int, record_id: int, into: int) -> None:
    """Let another record of the form hold these files of a record, in the same field; it has to take them at once."""
    own = (StoredFile.key.in_(list(keys)), StoredFile.form_id == form_id, StoredFile.record_id == record_id)
    moved = update(StoredFile).where(*own, StoredFile.state == "ready").values(record_id=into)
    db.session.execute(moved, execution_options={"synchronize_session": False})


def drop(form_id: int, record_id: int) -> None:
    """Let all files go at once that a record held, or ever did: it is gone for good."""
    _expire(and_(StoredFile.form_id == form_id, StoredFile.record_id == record_id), now())


def _expire(gone: ColumnElement[bool], due: datetime) -> None:
    ids = list(db.session.scalars(select(StoredFile.id).where(gone)))
    db.session.execute(
        update(StoredFile).where(gone).values(expires_at=due),
        execution_options={"synchronize_session": False},
    )
    for file_id in ids:
        if not outbox.revive(db.session(), KIND, file_id, due_at=due):
            outbox.put(db.session(), KIND, file_id, due_at=due)


def withdraw(key: str, sender: Sender) -> None:
    """Let a file go at once that its sender took away again, unless a record holds it by now."""
    wait([key], sender, now())


def wait(keys: Iterable[str], sender: Sender, until: datetime) -> None:
    """Let files that this person sent, and that no record holds, wait until then and no longer."""
    mine = (StoredFile.key.in_(list(keys)), sender.sent(), StoredFile.record_id.is_(None))
    moved = update(StoredFile).where(*mine, StoredFile.state == "ready").values(expires_at=until)
    ids = db.session.scalars(moved.returning(StoredFile.id), execution_options={"synchronize_session": False})
    for file_id in ids.all():
        outbox.revive(db.session(), KIND, file_id, due_at=until)


def _of(
    form_id: int, field: str, keys: Iterable[str], whose: ColumnElement[bool]
) -> tuple[ColumnElement[bool], ...]:
    return (
        StoredFile.key.in_(list(keys)),
        StoredFile.form_id == form_id,
        StoredFile.field == field,
        StoredFile.state == "ready",
        whose,
    )
