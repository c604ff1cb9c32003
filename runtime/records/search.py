"""The text that a quick search of a list looks through, and how it looks."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as own_field
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, false, func, literal_column, or_

from runtime import grams
from runtime.db import db
from runtime.definitions.documents import Form
from runtime.fields import Field, ValueType
from runtime.records import search_index
from runtime.records.search_index import Pieces
from runtime.records.tables import is_stored, table
from runtime.text import normalised, search_key

MAX_SEARCH = 200  # characters of a search that are looked at
MAX_WORDS = 8
MAX_LONG = 1000  # characters of a long text that can be found

Conditions = list[ColumnElement[bool]]


@dataclass(frozen=True)
class Search:
    """What a quick search asks of the records: `pieces` asks the index, which may find too many, and `beside` what it
    leaves open. `plain` asks the same of the text alone: the better way through a list of which much is found, as
    `common` says beforehand.
    """

    plain: Conditions
    pieces: Pieces | None = None
    beside: Conditions = own_field(default_factory=list)
    common: bool = False

    def among(self, chosen: Select[Any]) -> Select[Any]:
        """Those of the chosen records that are found, one by one: a limit spares the rest."""
        if self.pieces is None:
            return chosen.where(*self.plain)
        return self.pieces.among(chosen).where(*self.beside)


def text_of(form: Form, values: Mapping[str, Any]) -> str:
    """The search text of a record: its short texts with pinyin, then the beginnings of its long ones."""
    short = [form.fields[key].type.words(values[key]) for key in _keys(form, long=False) if key in values]
    whole = [form.fields[key].type.words(values[key]) for key in _keys(form, long=True) if key in values]
    long = [_plain(text[:MAX_LONG]) for text in whole]
    return " ".join(filter(None, [search_key(*short), *long]))


def keys(form: Form) -> tuple[str, ...]:
    """The fields that a search looks through."""
    return *_keys(form, long=False), *_keys(form, long=True)


def searched(fields: Mapping[str, Field]) -> Iterator[str]:
    """Those of the fields that a search looks through."""
    for key, field in fields.items():
        is_text = is_stored(field) and field.type.value_type_of(field) is ValueType.TEXT
        if is_text and field.type.name != "choice":
            yield key


@lru_cache(1024)
def _keys(form: Form, *, long: bool) -> tuple[str, ...]:
    found = [
        key
        for key in searched(form.fields)
        if (form.fields[key].type.name in ("long_text", "rich_text")) == long
    ]
    # The title first: of many texts only the beginning is kept.
    return tuple(sorted(found, key=lambda key: key != form.title_field))


def sought(form: Form, search: str, hidden: frozenset[str]) -> Search:
    """What a quick search asks: every word stands somewhere in the record's search text.

    The search text holds the hidden fields too, and so does its index, so who may not see one of them searches the
    other fields one by one, by their letters and not by pinyin: not even how long it takes may tell of the hidden ones.
    """
    words = words_of(search)
    if not words:
        return Search([])
    if hidden.intersection(keys(form)):
        return _by_fields(form, words, hidden)
    contains = _instr if db.engine.dialect.name == "sqlite" else _like
    plain = {word: contains(table(form).c.search_text, word) for word in words}
    state, common = search_index.standing(form, words, contains)
    if state == search_index.STALE:
        return _by_fields(form, words, hidden)
    pieces = search_index.pieces(form, words) if state == "ready" and not common else None
    if pieces is None:
        return Search([_rarely(each) for each in plain.values()], common=common)
    return Search(list(plain.values()), pieces, [plain[word] for word in words if not grams.says_all(word)])


def _by_fields(form: Form, words: Sequence[str], hidden: frozenset[str]) -> Search:
    own = [table(form).c[key] for key in keys(form) if key not in hidden]
    return Search([_in_one_of(own, word) for word in words])


def words_of(search: str) -> list[str]:
    """The words of a quick search, as they stand in search texts."""
    storable = search[:MAX_SEARCH].encode("utf-8", "ignore").decode().replace("\x00", " ")
    return list(dict.fromkeys(_plain(storable).split()[:MAX_WORDS]))


def _in_one_of(columns: Sequence[ColumnElement[str]], word: str) -> ColumnElement[bool]:
    return or_(false(), *(column.icontains(word, autoescape=True) for column in columns))


def _like(column: ColumnElement[str], word: str) -> ColumnElement[bool]:
    return column.contains(word, autoescape=True)


def _instr(column: ColumnElement[str], word: str) -> ColumnElement[bool]:
    return func.instr(column, word) > 0


def _rarely(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    # Told to expect few hits, as PostgreSQL does of LIKE: else SQLite walks through the order of the list, row by
    # row, until a page is full.
    if db.engine.dialect.name != "sqlite":
        return condition
    return func.likelihood(condition, literal_column("0.0001"))


def _plain(text: str) -> str:
    return normalised(text, "NFKC").lower()
