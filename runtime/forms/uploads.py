"""Files that come with a form: taken in at once, and from then on posted by their ids as other answers are."""

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import BinaryIO, cast

from flask import g, request
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from runtime import access, endpoints, files, limits
from runtime.accounts.models import User
from runtime.definitions.documents import Form
from runtime.errors import NotFound, Problem
from runtime.fields import Field, FieldError, Reader, ValueType, signature
from runtime.fields._files import FilesField
from runtime.files import StoredFile
from runtime.forms import entry, row_paste, row_posts
from runtime.forms.entry import Entry

CHOSEN, TYPED = "_file.", "_typed."  # before the key of a field, in the names of its other controls


def read(user: User, form: Form, reader: Reader, closed: frozenset[str]) -> Entry:
    """The entry of this request with the files that came with it, and after what its buttons do to rows; a file that
    is refused is a problem of its field.
    """
    posted, problems = _once_received(user, form, reader, closed)
    posted, told = row_paste.done(user, form, posted, reader, closed)
    typed = entry.pressed(form, posted, reader, closed)
    return replace(typed, problems={**typed.problems, **problems}, told=told)


def sent(user: User, form: Form, reader: Reader, closed: frozenset[str]) -> MultiDict[str, str]:
    """What this request posts, the files that came with it by their ids, after what its buttons do to rows."""
    received, _problems = _once_received(user, form, reader, closed)
    posted, _told = row_paste.done(user, form, received, reader, closed)
    return row_posts.done(posted, posted.getlist("_do"), form.rows.keys() - closed)[0]


def refused(user: User, form: Form, reader: Reader, closed: frozenset[str]) -> dict[str, Problem]:
    """The files of this request that were not taken, by their fields."""
    return _once_received(user, form, reader, closed)[1]


def _once_received(
    user: User, form: Form, reader: Reader, closed: frozenset[str]
) -> tuple[MultiDict[str, str], dict[str, Problem]]:
    if "received" not in g:
        g.received = _received(user, form, reader, closed)
    found: tuple[MultiDict[str, str], dict[str, Problem]] = g.received
    return found


def may_send(user: User, form: Form) -> bool:
    """Whether this person can have a use for files of the form: only who may save records of it."""
    return any(access.can(user, action, form) for action in ("create", "update"))


def takes(form: Form, key: str, closed: frozenset[str]) -> bool:
    """Whether this is a field of files that is none of the closed ones."""
    one = form.fields.get(key)
    return one is not None and one.type.value_type is ValueType.FILES and key not in closed


def require(form: Form, key: str, closed: frozenset[str]) -> None:
    """NotFound for what is no field of files, or one that is closed to whoever asks."""
    if not takes(form, key, closed):
        raise NotFound(_("There is no such file."))


def _received(
    user: User, form: Form, reader: Reader, closed: frozenset[str]
) -> tuple[MultiDict[str, str], dict[str, Problem]]:
    posted = row_posts.unpacked(MultiDict(request.form), form.rows)
    problems: dict[str, Problem] = {}
    if not endpoints.marked("takes_files") or not may_send(user, form):
        return posted, problems  # what is only looked at leaves nothing behind
    for key in filter(lambda key: takes(form, key, closed), form.fields):
        one = form.fields[key]
        for take in (*_chosen(user, form, one), *_typed(user, form, one)):
            try:
                _add(posted, one, take)
            except FieldError as error:
                problems.setdefault(key, entry.problem_of(one, error, reader))
    return posted, problems


def _add(posted: MultiDict[str, str], one: Field, take: Callable[[], StoredFile]) -> None:
    """Take a file in and post its id; where there may be one only, in the place of the one before."""
    most = cast(FilesField, one.type).most_files(one)
    there = [text for text in posted.getlist(one.key) if text]
    if most > 1 and len(there) >= most:
        raise FieldError("maxItems", limit=most)
    posted.setlist(one.key, ["", *(there if most > 1 else ()), take().key])


def _chosen(user: User, form: Form, one: Field) -> Iterator[Callable[[], StoredFile]]:
    """The files that were sent for a field."""
    for sent in request.files.getlist(f"{CHOSEN}{one.key}"):
        if sent.filename:
            stream = cast(BinaryIO, sent.stream)
            yield partial(take, user, form, one, sent.filename, stream)


def take(user: User, form: Form, one: Field, name: str, stream: BinaryIO) -> StoredFile:
    """Keep a file that this person sends for a field; FieldError for one that is not taken."""
    _count(user, form, _size(stream))
    return files.take(files.sender(user), form.definition_id, one, name, stream, _once())


def _count(user: User, form: Form, size: int) -> None:
    """FieldError when too many files of guests, or too much, come from one address."""
    if any(user.guest_of) and not limits.takes_another_file(form.definition_id, size):
        raise FieldError("file_flood")


def _size(stream: BinaryIO) -> int:
    """The bytes of a file: of a part of the body, or of all of it."""
    if not stream.seekable():
        return min(request.content_length or files.MOST_BYTES_OF_GUEST, files.MOST_BYTES_OF_GUEST)
    size = stream.seek(0, os.SEEK_END)
    stream.seek(0)
    return size


def _once() -> str:
    """By what a form that is sent again is known, for the files that come with it."""
    return request.form.get("_once", "")


def _typed(user: User, form: Form, one: Field) -> Iterator[Callable[[], StoredFile]]:
    """The name that somebody typed as a signature."""
    text = request.form.get(f"{TYPED}{one.key}", "")
    if one.type.name == "signature" and text.strip():

        def take_name() -> StoredFile:
            _count(user, form, len(text))
            name = signature.typed_name(text)
            return files.take_name(files.sender(user), form.definition_id, one, name, _once())

        yield take_name
