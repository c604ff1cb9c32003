"""Files of comments: taken in and kept as those of fields are, got by whoever may read the record."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import BinaryIO

from flask_babel import gettext as _

from runtime import files
from runtime.accounts.models import User
from runtime.comments.models import Comment
from runtime.definitions.documents import Form
from runtime.errors import Invalid, Problem
from runtime.fields import FIELD_TYPES, Field
from runtime.fields._files import ID
from runtime.files import StoredFile

MOST = 10  # files of one comment
FIELD = Field(
    key="_comment",  # no field of a form is called so
    type=FIELD_TYPES["file"],
    title={"en": "Files", "zh": "文件"},
    help={},
    schema={"maxItems": MOST},
    options={},
)
"""What comments hold, as a field: any kind of file. All of them are saved, none is opened in the browser."""


@dataclass(frozen=True)
class Attached:
    """A file of a comment; `size` in bytes."""

    key: str
    name: str
    size: int


def take(user: User, form: Form, name: str, stream: BinaryIO, once: str = "") -> StoredFile:
    """Keep a file for a comment that is not written yet; FieldError for one that is not taken. Commits."""
    return files.take(files.sender(user), form.definition_id, FIELD, name, stream, once)


def get(form: Form, record_id: int, key: str) -> StoredFile | None:
    """A file that a comment on this record holds."""
    found = _own(form, key)
    held = found is not None and found.record_id == record_id and found.expires_at is None
    return found if held else None


def get_waiting(user: User, form: Form, key: str) -> StoredFile | None:
    """A file that this person sent and no comment holds yet."""
    found = _own(form, key)
    waits = found is not None and found.record_id is None and files.sender(user).has_sent(found)
    return found if waits else None


def _own(form: Form, key: str) -> StoredFile | None:
    found = files.get([key]).get(key)
    return found if found and (found.form_id, found.field) == (form.definition_id, FIELD.key) else None


def withdraw(user: User, key: str) -> None:
    """Let a file go that its sender took away again."""
    files.withdraw(key, files.sender(user))


def fit(keys: Iterable[str]) -> tuple[str, ...]:
    """These keys, each once; Invalid for too many, and for what cannot be one."""
    found = tuple(dict.fromkeys(keys))
    if len(found) > MOST:
        raise _wrong("maxItems", _("Not more than %(most)s files.", most=MOST))
    if not all(re.fullmatch(ID, key) for key in found):
        raise _gone()
    return found


def hold(user: User, form: Form, record_id: int, keys: Collection[str]) -> None:
    """Let the record hold files that this person sent for comments; Invalid when one of them is not there."""
    if not keys:
        return
    place = (form.definition_id, FIELD.key)
    there = files.available(keys, *place, None, files.sender(user))
    if there != set(keys) or not files.hold(keys, *place, record_id):
        raise _gone()


def release(keys: Iterable[str]) -> None:
    """No comment holds these files any more: they go at once."""
    if keys := list(keys):
        files.end(keys)


def move(form: Form, record_id: int, into: int, written: Iterable[Comment]) -> None:
    """Let another record hold the files of these comments."""
    if keys := [key for each in written for key in each.files]:
        files.move(keys, form.definition_id, record_id, into)


def of(written: Iterable[Comment]) -> dict[int, tuple[Attached, ...]]:
    """The files of comments by the ids of these, in one statement; none where no comment has any."""
    holding = [each for each in written if each.files]
    there = files.get(key for each in holding for key in each.files) if holding else {}
    return {each.id: tuple(_shown(there[key]) for key in each.files if key in there) for each in holding}


def _shown(found: StoredFile) -> Attached:
    return Attached(found.key, found.name, found.size)


def _gone() -> Invalid:
    return _wrong("file_gone", _("A file is no longer there. Choose it once more."))


def _wrong(code: str, message: str) -> Invalid:
    return Invalid([Problem(("files",), code, str(message))])
