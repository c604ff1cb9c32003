"""Files in the storage of which no row tells: a restored database is older than its files, or bytes outlived their row.

They are told, and removed by command alone: with the wrong database behind the same folder or bucket, every file has
no row.
"""

from collections.abc import Iterator
from datetime import timedelta
from itertools import islice

from sqlalchemy import select

from runtime.db import db
from runtime.files.models import StoredFile
from runtime.files.storage import storage
from runtime.times import now

AGE = timedelta(days=1)  # a row comes before its bytes, and may not be committed elsewhere yet
AT_ONCE = 1_000


def strays() -> Iterator[str]:
    """The names of the files that nothing tells of, a thousand at a time."""
    names = iter(storage().names(now() - AGE))
    while some := list(islice(names, AT_ONCE)):
        known = set(db.session.scalars(select(StoredFile.key).where(StoredFile.key.in_({*map(_key, some)}))))
        yield from (name for name in some if _key(name) not in known)


def _key(name: str) -> str:
    """The key of the row of a file, of its small picture, or of a part that a crash left."""
    return name.partition(".")[0].partition("-")[0]


def remove() -> Iterator[str]:
    """Remove them, and tell the name of each; StorageError when one stays."""
    for name in strays():
        storage().delete(name)
        yield name
