"""Where the bytes of files lie: a folder of this machine, or a bucket (`bucket.py`)."""

import os
import secrets
import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Protocol

from flask import current_app

from runtime.config import Settings
from runtime.errors import FormwrightError


class StorageError(FormwrightError):
    """The storage cannot be written or read now: the disk is full, a folder is gone."""

    code, status = "storage", 503


class Storage(Protocol):
    """Keeps bytes by name: a file is there whole or not at all. Each method may raise StorageError."""

    def put(self, name: str, content: BinaryIO) -> None:
        """Keep what can be read from the present place on."""

    def open(self, name: str) -> BinaryIO:
        """The bytes of a file; whoever asked closes it."""

    def delete(self, name: str) -> None:
        """Forget a file; nothing when there is none."""

    def names(self, before: datetime) -> Iterator[str]:
        """All files that were last written before a moment, parts of files that a crash left too."""


class Folder:
    """Files below a folder of this machine, spread by the first letters of their names."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, name: str, content: BinaryIO) -> None:
        path = self._path(name)
        part = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")  # the same may come twice at a time
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            _write(part, content)
            part.replace(path)
            for folder in (path.parent, self._root, self._root.parent):
                _sync(folder)
        except OSError as error:
            _forget(part)
            raise StorageError(str(error)) from error

    def open(self, name: str) -> BinaryIO:
        try:
            return self._path(name).open("rb")
        except OSError as error:
            raise StorageError(str(error)) from error

    def delete(self, name: str) -> None:
        path = self._path(name)
        try:
            path.unlink(missing_ok=True)
            for part in path.parent.glob(f"{path.name}.*.part"):  # a crash may have left it
                part.unlink(missing_ok=True)
        except OSError as error:
            raise StorageError(str(error)) from error

    def names(self, before: datetime) -> Iterator[str]:
        try:
            folders = self._root.iterdir() if self._root.exists() else ()
            for folder in filter(Path.is_dir, folders):
                yield from (path.name for path in folder.iterdir() if _is_older(path, before))
        except OSError as error:
            raise StorageError(str(error)) from error

    def _path(self, name: str) -> Path:
        return self._root / name[:2] / name


def _is_older(path: Path, moment: datetime) -> bool:
    try:
        return path.stat().st_mtime < moment.timestamp()
    except FileNotFoundError:  # it went meanwhile
        return False


def _write(path: Path, content: BinaryIO) -> None:
    with path.open("wb") as file:
        path.chmod(0o600)
        shutil.copyfileobj(content, file)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    """Have the names in a folder survive a power cut, as the bytes do."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _forget(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError:
        return  # the folder itself is gone; what remains of it goes with the row


def storage() -> Storage:
    """The storage of this installation."""
    found: Storage | None = current_app.extensions.get("files")
    if found is None:
        found = current_app.extensions["files"] = _made(current_app.config["SETTINGS"])
    return found


def _made(settings: Settings) -> Storage:
    if settings.s3 is None:
        return Folder(settings.home / "files")
    from runtime.files.bucket import Bucket  # its library is loaded only where it is used

    return Bucket(settings.s3)
