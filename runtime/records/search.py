"""The text that a quick search of a list looks through, and how it looks."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, false, func, literal_column, or_

from runtime.db import db
from runtime.definitions.documents import Form
from runtime.fields import ValueType
from runtime.records.tables import stored, table
from runtime.text import normalised, search_key

MAX_SEARCH = 200  # characters of a search that are looked at
MAX_WORDS = 8
MAX_LONG = 1000  # characters of a long text that can be found


def text_of(form: Form, values: Mapping[str, Any]) -> str:
    """The search text of a record: its short texts with pinyin, then the beginnings of its long ones."""
    short = [form.fields[key].type.words(values[key]) for key in _keys(form, long=False) if key in values]
    whole = [form.fields[key].type.words(values[key]) for key in _keys(form, long=True) if key in values]
    long = [_plain(text[:MAX_LONG]) for text in whole]
    return " ".join(filter(None, [search_key(*short), *long]))


@lru_cache(1024)
def _keys(form: Form, *, long: bool) -> tuple[str, ...]:
    found = [
        key
        for key, field in stored(form).items()
        if field.type.value_type_of(field) is ValueType.TEXT
        and field.type.name != "choice"
        and (field.type.name in ("long_text", "rich_text")) == long
    ]
    # The title first: of many texts only the beginning is kept.
    return tuple(sorted(found, key=lambda key: key != form.title_field))


def matches(form: Form, search: str, hidden: frozenset[str]) -> list[ColumnElement[bool]]:
    """The conditions of a quick search: every word stands somewhere in the record's search text.

    The search text holds the hidden fields too, so who may not see one of them searches the other fields one by
    one, by their letters and not by pinyin.
    """
    storable = search[:MAX_SEARCH].encode("utf-8", "ignore").decode().replace("\x00", " ")
    words = _plain(storable).split()[:MAX_WORDS]
    if hidden.intersection(searched := [*_keys(form, long=False), *_keys(form, long=True)]):
        own = [table(form).c[key] for key in searched if key not in hidden]
        return [or_(false(), *(column.icontains(word, autoescape=True) for column in own)) for word in words]
    contains = _instr if db.engine.dialect.name == "sqlite" else _like
    return [contains(table(form).c.search_text, word) for word in words]


def _like(column: ColumnElement[str], word: str) -> ColumnElement[bool]:
    return column.contains(word, autoescape=True)


def _instr(column: ColumnElement[str], word: str) -> ColumnElement[bool]:
    # Told to expect few hits, as PostgreSQL does of LIKE: else SQLite walks through the order of the list, row by
    # row, until a page is full.
    return func.likelihood(func.instr(column, word) > 0, literal_column("0.0001"))


def _plain(text: str) -> str:
    return normalised(text, "NFKC").lower()
