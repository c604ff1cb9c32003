"""The spreadsheets of imports, in the data folder until they are read; texts until their rows are written, since they
may be read anew in another encoding.
"""

import hashlib
import os
from collections.abc import Collection
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO

from flask import current_app
from flask_babel import gettext as _

from runtime.sizes import MEGABYTE
from runtime.spreadsheets import refuse
from runtime.times import now

MOST = 200 * MEGABYTE


def place(key: str) -> Path:
    """Where the spreadsheet of an import lies."""
    folder = Path(current_app.config["SETTINGS"].home) / "imports"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder / key


def keep(key: str, file: BinaryIO) -> str:
    """Keep what was sent and say its digest; Invalid for nothing and for too much."""
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    if not size:
        raise refuse(_("The file is empty."))
    if size > MOST:
        raise refuse(_("This file has more than %(most)s MB. Split it.", most=MOST // MEGABYTE))
    path, digest = place(key), hashlib.sha256()
    with path.open("wb") as to:
        path.chmod(0o600)
        while piece := file.read(MEGABYTE):
            digest.update(piece)
            to.write(piece)
        to.flush()
        os.fsync(to.fileno())
    return digest.hexdigest()


def remove(key: str) -> None:
    """Forget the spreadsheet."""
    place(key).unlink(missing_ok=True)


def sweep(age: timedelta, known: Collection[str]) -> None:
    """Forget spreadsheets of this age that belong to no import: a crash came between the file and its row."""
    before = (now() - age).timestamp()
    for path in place("").iterdir():
        if path.name not in known and path.stat().st_mtime < before:
            path.unlink(missing_ok=True)
