"""Uploaded files: taken in, kept in a storage, held by records, removed when nobody holds them.

Knows fields by their limits and records by their ids, and nobody's rights: who may send or get a file is asked
before, where the address of a record is (`runtime/forms/files.py`, `runtime/api/files.py`).
"""

import re
from collections.abc import Iterable

from sqlalchemy import select

from runtime.db import db
from runtime.fields._files import ID
from runtime.files import going as _going  # noqa: F401  (registers what removes files)
from runtime.files.holding import available, drop, end, hold, let_go, move, wait, withdraw
from runtime.files.intake import MOST_BYTES_OF_GUEST, UNHELD, take, take_name
from runtime.files.models import StoredFile
from runtime.files.senders import Sender, sender
from runtime.files.storage import StorageError, storage

__all__ = [
    "MOST_BYTES_OF_GUEST",
    "UNHELD",
    "Sender",
    "StorageError",
    "StoredFile",
    "available",
    "drop",
    "end",
    "get",
    "hold",
    "let_go",
    "move",
    "sender",
    "storage",
    "take",
    "take_name",
    "wait",
    "withdraw",
]

AT_ONCE = 1000  # keys in one statement; both databases bound its parameters


def get(keys: Iterable[str]) -> dict[str, StoredFile]:
    """The files with these keys that are there; what cannot be a key is left out before the database is asked."""
    wanted = [key for key in keys if re.fullmatch(ID, key)]
    found: dict[str, StoredFile] = {}
    for begin in range(0, len(wanted), AT_ONCE):
        these = StoredFile.key.in_(wanted[begin : begin + AT_ONCE])
        rows = db.session.scalars(select(StoredFile).where(these, StoredFile.state == "ready"))
        found.update((row.key, row) for row in rows)
    return found
