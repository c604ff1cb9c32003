"""The spreadsheets of imports, in the data folder until they are read; texts until their rows are written, since they
may be read anew in another encoding.
"""

import hashlib
import os
from pathlib import Path
from typing import BinaryIO

from flask import current_app
from flask_babel import gettext as _

from runtime.sizes import MEGABYTE
from runtime.spreadsheets import refuse

MOST = 64 * MEGABYTE


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
