"""Files whose time is over go: first nobody can hold them any more, then their bytes, then their row."""

from typing import cast

from sqlalchemy import CursorResult, delete, update
from sqlalchemy.orm import Session

from runtime import jobs
from runtime.db import transaction
from runtime.errors import TemporaryError
from runtime.files.intake import KIND
from runtime.files.models import StoredFile
from runtime.files.storage import StorageError, storage
from runtime.jobs import Lease
from runtime.times import now


@jobs.handler(KIND)
def go(lease: Lease) -> None:
    """Remove a file, unless a record holds it."""
    with transaction() as session:
        lease.renew(session)
        key = _closed(session, lease.ref_id)
        if key is None:
            lease.finish(session)
            return
    try:
        storage().delete(key)
        storage().delete(f"{key}-small")
    except StorageError as error:
        raise TemporaryError(str(error)) from error
    with transaction() as session:
        lease.finish(session)
        session.execute(delete(StoredFile).where(StoredFile.id == lease.ref_id))


def _closed(session: Session, file_id: int) -> str | None:
    """The key of a file that goes now; None when it stays or is gone."""
    over = StoredFile.expires_at <= now()
    gone = update(StoredFile).where(StoredFile.id == file_id, over).values(state="going")
    done = cast("CursorResult[object]", session.execute(gone))
    row = session.get(StoredFile, file_id, populate_existing=True)
    return row.key if done.rowcount and row is not None else None
