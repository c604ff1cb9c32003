"""Files that somebody imported before: a second time would make every record twice."""

from datetime import timedelta

from sqlalchemy import delete, select

from runtime.db import db
from runtime.times import now
from runtime.transfer.models import Import, ImportedFile

KEPT = timedelta(days=365)


def before(own: Import) -> ImportedFile | None:
    """When this person imported the same file into the form the last time, not counting this import; None for never,
    and where the rows only change records.
    """
    if own.options.get("mode") == "update" or not own.digest:
        return None
    same = (
        ImportedFile.user_id == own.user_id,
        ImportedFile.form_id == own.form_id,
        ImportedFile.digest == own.digest,
        ImportedFile.import_id != own.id,
    )
    return db.session.scalar(select(ImportedFile).where(*same).order_by(ImportedFile.at.desc()).limit(1))


def note(own: Import) -> None:
    """Remember that its rows are written from now on; the caller commits."""
    forget(own)
    db.session.execute(delete(ImportedFile).where(ImportedFile.at < now() - KEPT))
    whose = {"import_id": own.id, "user_id": own.user_id, "form_id": own.form_id}
    db.session.add(ImportedFile(**whose, digest=own.digest, name=own.name))


def forget(own: Import) -> None:
    """It was taken back; the caller commits."""
    db.session.execute(delete(ImportedFile).where(ImportedFile.import_id == own.id))
