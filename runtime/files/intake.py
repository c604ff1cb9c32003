"""Taking a file in: its size, its kind and its bytes are judged before anything of it is kept.

First comes the row, then the bytes, then the mark that both are there. So whatever happens in between, the row
tells of the bytes, and both go when the row's time is over.
"""

import hashlib
import json
import logging
import secrets
import tempfile
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from typing import IO, Any, BinaryIO, cast

from sqlalchemy import ColumnElement, and_, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from runtime import outbox
from runtime.db import db, transaction
from runtime.fields import Field, FieldError
from runtime.fields._files import FilesField
from runtime.files import naming, pictures, scanning, signing, sniffing
from runtime.files.models import StoredFile
from runtime.files.senders import Sender
from runtime.files.storage import StorageError, storage
from runtime.sizes import MEGABYTE
from runtime.times import now

log = logging.getLogger(__name__)

KIND = "file"
UNHELD = timedelta(days=1)
MOST_WAITING = 200  # files of one person that no record holds
MOST_WAITING_BYTES = 1000 * MEGABYTE
MOST_OF_VISIT, MOST_BYTES_OF_VISIT = 30, 100 * MEGABYTE  # of one guest
MOST_OF_GUESTS, MOST_BYTES_OF_GUESTS = 5_000, 10_000 * MEGABYTE  # of all guests of one form
MOST_BYTES_OF_GUEST = 20 * MEGABYTE  # of one file, whatever the field allows
CHUNK = 64 * 1024


@dataclass
class _Content:
    """What came, on disk when it is large; `small` is the small picture of a picture."""

    name: str
    file: IO[bytes]
    size: int
    sha256: str
    type: str
    small: BinaryIO | None = None


@dataclass(frozen=True)
class _Whose:
    """Who sends a file, for which field; `once` is the token of the form that it came with, if it did."""

    sender: Sender
    form_id: int
    field: str
    once: str

    def key(self, content: _Content) -> str:
        """The key of a file: the same for one that the same form sends again."""
        if not self.once:
            return secrets.token_hex(16)
        who = self.sender.visit if self.sender.is_guest else self.sender.user_id
        said = json.dumps([who, self.form_id, self.field, self.once, content.name, content.sha256])
        return hashlib.sha256(said.encode()).hexdigest()[:32]


def take(
    sender: Sender, form_id: int, field: Field, name: str, stream: BinaryIO, once: str = ""
) -> StoredFile:
    """Keep an uploaded file that no record holds yet. FieldError for one that the field does not take.

    The same file that comes again with the same `once` is the one that is there. Commits by itself, for no
    transaction may be open while bytes come.
    """
    db.session.commit()
    kind = cast(FilesField, field.type)
    name = naming.cleaned(name)
    extensions = kind.extensions(field)
    if extensions and naming.ending(name) not in extensions:
        raise FieldError("file_kind", kinds=", ".join(extensions).upper())
    _refuse_flood(sender, form_id)
    most = kind.most_bytes(field)
    with tempfile.SpooledTemporaryFile(MEGABYTE) as spool:
        content = _received(name, stream, spool, min(most, MOST_BYTES_OF_GUEST) if sender.is_guest else most)
        if kind.is_picture:
            content = _as_picture(content)
        return _kept(_Whose(sender, form_id, field.key, once), content)


def take_name(sender: Sender, form_id: int, field: Field, name: str, once: str = "") -> StoredFile:
    """Keep a name that was typed as a signature, as a picture of it."""
    db.session.commit()
    _refuse_flood(sender, form_id)
    made = signing.drawn(name)
    digest = hashlib.sha256(made).hexdigest()
    file = f"{naming.cleaned(name)}.svg"
    content = _Content(file, BytesIO(made), len(made), digest, "image/svg+xml", BytesIO(made))
    return _kept(_Whose(sender, form_id, field.key, once), content)


def _refuse_flood(sender: Sender, form_id: int) -> None:
    """FieldError when a person lets too many files wait, or all guests of a form together."""
    if not sender.is_guest:
        full = _is_full(sender.sent(), MOST_WAITING, MOST_WAITING_BYTES)
    else:
        of_form = StoredFile.form_id == form_id
        full = _is_full(and_(of_form, sender.sent()), MOST_OF_VISIT, MOST_BYTES_OF_VISIT) or _is_full(
            and_(of_form, StoredFile.visit.is_not(None)), MOST_OF_GUESTS, MOST_BYTES_OF_GUESTS
        )
    db.session.commit()
    if full:
        raise FieldError("file_flood")


def _is_full(whose: ColumnElement[bool], most: int, most_bytes: int) -> bool:
    """Whether as many of these files wait as may wait, or as much."""
    waiting = (whose, StoredFile.expires_at > now(), StoredFile.record_id.is_(None))
    count, size = db.session.execute(select(func.count(), func.sum(StoredFile.size)).where(*waiting)).one()
    return bool(count >= most or (size or 0) >= most_bytes)


def _received(name: str, stream: BinaryIO, spool: IO[bytes], most: int) -> _Content:
    size, digest = 0, hashlib.sha256()
    try:
        while chunk := stream.read(min(CHUNK, most + 1 - size)):
            size += len(chunk)
            if size > most:
                raise FieldError("file_size", limit=most // MEGABYTE)
            digest.update(chunk)
            spool.write(chunk)
    except OSError as error:
        raise _not_now(error) from error
    if not size:
        raise FieldError("file_empty", name=name)
    spool.seek(0)
    if not sniffing.agrees(naming.ending(name), spool.read(sniffing.HEAD)):
        raise FieldError("file_mismatch", name=name)
    try:
        scanning.refuse_infected(name, spool)
    except scanning.ScannerError as error:
        raise _not_now(error) from error
    spool.seek(0)
    return _Content(name, spool, size, digest.hexdigest(), sniffing.type_of(name))


def _as_picture(content: _Content) -> _Content:
    picture = pictures.made_anew(cast(BinaryIO, content.file))
    made = picture.whole.getbuffer()
    name = content.name
    written = sniffing.type_of(f"x.{picture.ending}")
    if sniffing.type_of(name) != written:
        name = naming.with_ending(name, picture.ending)
    digest = hashlib.sha256(made).hexdigest()
    return _Content(name, picture.whole, len(made), digest, written, picture.small)


def _kept(whose: _Whose, content: _Content) -> StoredFile:
    row = _begun(whose, content)
    if row.state == "ready":
        return row
    try:
        storage().put(row.key, cast(BinaryIO, content.file))
        if content.small is not None:
            storage().put(f"{row.key}-small", content.small)
    except StorageError as error:
        _forget(row.id)
        raise _not_now(error) from error
    with transaction() as session:
        _change(session, row.id, state="ready")
    row.state = "ready"
    return row


def _begun(whose: _Whose, content: _Content) -> StoredFile:
    """The row of a file: that of an earlier sending, unless its time is over, or a new one."""
    key = whose.key(content)
    try:
        with transaction() as session:
            row = session.scalar(select(StoredFile).where(StoredFile.key == key))
            if row is not None and (row.expires_at is None or row.expires_at > now()):
                return row
            return _row(session, secrets.token_hex(16) if row else key, whose, content)
    except IntegrityError:  # the same is sent twice at the same moment, and the other was faster
        return _begun(whose, content)


def _row(session: Session, key: str, whose: _Whose, content: _Content) -> StoredFile:
    row = StoredFile(
        key=key,
        form_id=whose.form_id,
        field=whose.field,
        name=content.name,
        size=content.size,
        type=content.type,
        sha256=content.sha256,
        small=content.small is not None,
        made_by=whose.sender.user_id,
        visit=whose.sender.visit or None,
        expires_at=now() + UNHELD,
    )
    session.add(row)
    session.flush()
    outbox.put(session, KIND, row.id, due_at=row.expires_at)
    return row


def _change(session: Session, file_id: int, **values: Any) -> None:
    session.execute(update(StoredFile).where(StoredFile.id == file_id).values(**values))


def _forget(file_id: int) -> None:
    """Take back the row of bytes that could not be kept; what may lie there of them goes later, with the row."""
    with transaction() as session:
        _change(session, file_id, expires_at=now())
        outbox.revive(session, KIND, file_id, due_at=now())


def _not_now(error: Exception) -> FieldError:
    log.error("files: %s", error)
    return FieldError("file_storage")
