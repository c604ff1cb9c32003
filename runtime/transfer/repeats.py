"""Files that somebody imported before: a second time would make every record twice, unless only the rows are imported
that became none then. Which row became which record is told by the token of its save.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select

from runtime.db import db
from runtime.definitions.documents import Form
from runtime.records import tokens
from runtime.times import now
from runtime.transfer.models import Import, ImportedFile

KEPT = timedelta(days=365)


def token(import_id: int, number: int) -> str:
    """That of the save of a row: whatever becomes of a worker, there is no second save of it."""
    return f"import:{import_id}:{number}"


def before(own: Import) -> ImportedFile | None:
    """When this person imported the same file into the form the last time, not counting this import; None for never,
    and where the rows only change records.
    """
    if own.options.get("mode") == "update" or not own.digest:
        return None
    same = select(ImportedFile).where(*_same(own))
    return db.session.scalar(same.order_by(ImportedFile.at.desc()).limit(1))


def doubled(own: Import, same: int) -> ImportedFile | None:
    """The import whose records there would be twice; None where the rows that became records then are left out, which
    are `same`. Of imports of earlier releases nobody knows which these are.
    """
    return None if own.options.get("rest") and same else before(own)


def made(own: Import, form: Form, numbers: Sequence[int]) -> dict[int, int]:
    """The records that these rows of the same file became before, by the row; none where all are wanted once more, and
    where rows only change records.
    """
    if not own.options.get("rest") or own.options.get("mode") == "update" or not own.digest:
        return {}
    ids = db.session.scalars(select(ImportedFile.import_id).where(*_same(own))).all()
    wanted = {token(each, number): number for each in ids for number in numbers}
    found = tokens.records_of(form, own.user_id, list(wanted))
    return {wanted[each]: record_id for each, record_id in found.items()}


def _same(own: Import) -> tuple[Any, ...]:
    return (
        ImportedFile.user_id == own.user_id,
        ImportedFile.form_id == own.form_id,
        ImportedFile.digest == own.digest,
        ImportedFile.import_id != own.id,
    )


def note(own: Import) -> None:
    """Remember that its rows are written from now on; the caller commits."""
    forget(own)
    db.session.execute(delete(ImportedFile).where(ImportedFile.at < now() - KEPT))
    whose = {"import_id": own.id, "user_id": own.user_id, "form_id": own.form_id}
    db.session.add(ImportedFile(**whose, digest=own.digest, name=own.name))


def forget(own: Import) -> None:
    """It was taken back; the caller commits."""
    db.session.execute(delete(ImportedFile).where(ImportedFile.import_id == own.id))
