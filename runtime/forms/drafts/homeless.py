"""Answers of a draft for which the form has no field any more: told, so that nothing that was typed is lost."""

from collections.abc import Container, Iterator
from typing import Protocol

from flask import g
from flask_babel import gettext as _

from runtime.definitions import lookup
from runtime.definitions.documents import Form
from runtime.fields import NOBODY, POINTERS, Field, FieldError, ValueType
from runtime.text import localized


class Typed(Protocol):
    """A draft: what was posted, in which version of the form."""

    @property
    def version_id(self) -> int: ...
    @property
    def posted(self) -> list[list[str]]: ...


def answers(form: Form, draft: Typed, but: Container[str] = ()) -> list[tuple[str, str]]:
    """Title and answer of each, in words; `but` are names of controls that a page posts still."""
    if draft.version_id == form.version_id:
        return []
    old = lookup.form_of_version(draft.version_id)
    return [(title, text) for title, text in _left(form, old, draft, but) if text]


def _left(form: Form, old: Form, draft: Typed, but: Container[str]) -> Iterator[tuple[str, str]]:
    for name, text in draft.posted:
        key, _dot, rest = name.partition(".")
        column = rest.partition(".")[2]
        if name in but or name.startswith("_") or (key in old.rows and not rest):
            continue
        if not rest and key in old.fields and key not in form.fields:
            yield _title(old.fields[key]), _in_words(old.fields[key], text)
        elif column and _is_gone(form, old, key, column):
            one = old.rows[key].fields[column]
            yield f"{_title(old.fields[key])}: {_title(one)}", _in_words(one, text)


def _is_gone(form: Form, old: Form, key: str, column: str) -> bool:
    was = key in old.rows and column in old.rows[key].fields
    return was and not (key in form.rows and column in form.rows[key].fields)


def _title(one: Field) -> str:
    return localized(one.title, g.reader.locale)


def _in_words(one: Field, text: str) -> str:
    if not text.strip():
        return ""
    if one.type.name in (*POINTERS, "references") or one.type.value_type is ValueType.FILES:
        return str(_("what was chosen"))
    try:
        return one.type.display(one.type.parse(text, one, g.reader), one, g.reader, NOBODY)
    except FieldError:
        return text
