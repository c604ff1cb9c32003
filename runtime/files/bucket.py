"""Files in a bucket of S3-compatible storage; people get them through us, so their rights are asked each time."""

import io
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, BinaryIO, cast

import obstore
from obstore.exceptions import BaseError, NotFoundError
from obstore.store import S3Store

from runtime.config import S3
from runtime.files.storage import StorageError

if TYPE_CHECKING:
    from obstore import ReadableFile

SOON = timedelta(seconds=15)  # for all tries of one request; a person waits


class Bucket:
    """Files by their names, in one folder of the bucket. Large ones are sent in parts, and are there once all are."""

    def __init__(self, place: S3) -> None:
        self._folder = place.folder
        self._store = S3Store(
            place.bucket,
            endpoint=place.endpoint or None,
            region=place.region,
            access_key_id=place.key,
            secret_access_key=place.secret,
            virtual_hosted_style_request=not place.endpoint,
            client_options={
                "allow_http": place.endpoint.startswith("http://"),
                "connect_timeout": timedelta(seconds=5),
                "timeout": timedelta(seconds=60),
            },
            retry_config={"max_retries": 2, "retry_timeout": SOON},
        )

    def put(self, name: str, content: BinaryIO) -> None:
        try:
            obstore.put(self._store, self._path(name), content)
        except (BaseError, OSError) as error:
            raise _failure(error) from error

    def open(self, name: str) -> BinaryIO:
        try:
            found = obstore.open_reader(self._store, self._path(name))
        except (BaseError, OSError) as error:
            raise _failure(error) from error
        return cast(BinaryIO, io.BufferedReader(_Reader(found)))

    def delete(self, name: str) -> None:
        try:
            obstore.delete(self._store, self._path(name))
        except (NotFoundError, FileNotFoundError):
            return
        except (BaseError, OSError) as error:
            raise _failure(error) from error

    def names(self, before: datetime) -> Iterator[str]:
        try:
            for page in obstore.list(self._store, self._folder or None, chunk_size=1000):
                found = (
                    (each["path"], each["path"].rpartition("/")[2])
                    for each in page
                    if each["last_modified"] < before
                )
                # The bucket may hold what others put there, below our folder too.
                yield from (name for path, name in found if path == self._path(name))
        except (BaseError, OSError) as error:
            raise _failure(error) from error

    def _path(self, name: str) -> str:
        return f"{self._folder}{name[:2]}/{name}"


def _failure(error: Exception) -> StorageError:
    return StorageError(str(error).partition("\n")[0])  # below stands what only its makers can read


class _Reader(io.RawIOBase):
    """What the bucket sends, as Python reads files."""

    def __init__(self, found: "ReadableFile") -> None:
        self._found = found

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        try:
            read = bytes(self._found.read(len(buffer)))
        except BaseError as error:
            raise OSError(str(error)) from error
        buffer[: len(read)] = read
        return len(read)
