"""Uploaded files: taken in, kept in a storage, held by records, removed when nobody holds them.

Knows fields by their limits and records by their ids, and nobody's rights: who may send or get a file is asked
before, where the address of a record is (`runtime/forms/files.py`, `runtime/api/files.py`).
"""

from collections.abc import Iterable

from sqlalchemy import select

from runtime.db import db
from runtime.files import going as _going  # noqa: F401  (registers what removes files)
from runtime.files.holding import available, hold, let_go
from runtime.files.intake import take, take_name
from runtime.files.models import StoredFile
from runtime.files.storage import StorageError, storage

__all__ = ["StorageError", "StoredFile", "available", "get", "hold", "let_go", "storage", "take", "take_name"]


def get(keys: Iterable[str]) -> dict[str, StoredFile]:
    """The files with these keys that are there."""
    wanted = StoredFile.key.in_(list(keys))
    found = db.session.scalars(select(StoredFile).where(wanted, StoredFile.state == "ready"))
    return {each.key: each for each in found}
