"""Files that come with a form: taken in at once, and from then on posted by their ids as other answers are."""

from dataclasses import replace
from typing import BinaryIO, cast

from flask import g, request
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage, MultiDict

from runtime import files
from runtime.accounts.models import User
from runtime.definitions.documents import Form
from runtime.errors import NotFound, Problem
from runtime.fields import Field, FieldError, Reader, ValueType
from runtime.fields._files import FilesField
from runtime.forms import entry
from runtime.forms.entry import Entry

INPUT = "_file."  # what stands before the key of a field in the name of its control that chooses files


def read(user: User, form: Form, reader: Reader, closed: frozenset[str]) -> Entry:
    """The entry of this request with the files that came with it; one that is refused is a problem of its field."""
    if "received" not in g:
        g.received = _received(user, form, reader, closed)
    posted, problems = g.received
    typed = entry.read(form, posted, reader, closed)
    return replace(typed, problems={**typed.problems, **problems})


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
    posted: MultiDict[str, str] = MultiDict(request.form)
    problems: dict[str, Problem] = {}
    for name in request.files:
        key = name.removeprefix(INPUT)
        if not name.startswith(INPUT) or not takes(form, key, closed):
            continue
        one = form.fields[key]
        for sent in filter(lambda each: each.filename, request.files.getlist(name)):
            try:
                there = len([text for text in posted.getlist(key) if text])
                posted.add(key, _taken(user, form, one, sent, there))
            except FieldError as error:
                problems.setdefault(key, entry.problem_of(one, error, reader))
    return posted, problems


def _taken(user: User, form: Form, one: Field, sent: FileStorage, there: int) -> str:
    most = cast(FilesField, one.type).most_files(one)
    if there >= most:
        raise FieldError("maxItems", limit=most)
    stream = cast(BinaryIO, sent.stream)
    return files.take(user.id, form.definition_id, one, sent.filename or "", stream).key
