"""The operator's virus scanner, asked about each file before any of it is kept."""

import subprocess
from typing import IO

from flask import current_app

from runtime.fields import FieldError

TIMEOUT = 60  # seconds
FOUND = 1  # as clamscan, clamdscan and most others end then; 0 means clean


class ScannerError(Exception):
    """The scanner cannot tell: then no file is taken."""


def refuse_infected(name: str, content: IO[bytes]) -> None:
    """FieldError for bytes in which the scanner found something, ScannerError when it did not look.

    It reads them from its standard input; what it prints goes into the log of the operator alone.
    """
    command = current_app.config["SETTINGS"].scanner
    if not command:
        return
    content.seek(0)
    content.fileno()  # has what is still in memory written to disk
    content.flush()
    try:
        done = subprocess.run(command, stdin=content, capture_output=True, timeout=TIMEOUT)  # noqa: PLW1510
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ScannerError(f"{command[0]}: {error}") from error
    if done.returncode == FOUND:
        raise FieldError("file_infected", name=name)
    if done.returncode:
        raise ScannerError(f"{command[0]} ended with {done.returncode}: {done.stderr[:200]!r}")
