"""Keys that mean something else, or that stand twice in one list."""

from collections.abc import Iterable, Iterator
from typing import Any

from flask_babel import gettext as _

from builder.checks import Context
from runtime.definitions.documents import Document
from runtime.errors import Problem

RESERVED = frozenset(
    (
        *("id", "revision", "version_id", "created_at", "created_by", "updated_at", "updated_by"),
        *("owner_id", "department_id", "search_text", "version"),
        *("record", "before", "changed", "user", "days", "now", "today", "fact"),
        *("app", "starter", "recipient", "link", "constructor", "prototype", "csrf_token", "class"),
        # Columns that PostgreSQL and SQLite give every table.
        *("ctid", "oid", "tableoid", "xmin", "xmax", "cmin", "cmax", "rowid"),
    )
)
_LISTS = (
    ("fw", "rules"),
    ("fw", "checks"),
    ("fw", "tabs"),
    ("fw", "layout"),
    ("actions",),
    ("conditions",),
    ("roles",),
    ("panels",),
)


class Keys:
    """A field may not have a reserved key; rules, checks, actions, conditions, roles and panels differ in theirs."""

    name = "keys"
    kinds = ("form", "automation", "message", "app", "dashboard")

    def check(self, document: Document, context: Context) -> list[Problem]:
        return [*_reserved(document), *_twice(document)]


def _reserved(document: Document) -> Iterator[Problem]:
    for key in document.get("properties", {}):
        if key in RESERVED:
            sentence = _("The key “%(key)s” is used by the product itself. Choose another one.", key=key)
            yield Problem(("properties", key), "reserved_key", sentence)


def _twice(document: Document) -> Iterator[Problem]:
    for path in _LISTS:
        yield from _repeated(path, _at(document, path))


def _at(document: Any, path: tuple[str, ...]) -> Iterable[Document]:
    for part in path:
        document = document.get(part, {})
    return document or ()


def _repeated(path: tuple[str, ...], items: Iterable[Document]) -> Iterator[Problem]:
    seen: set[str] = set()
    for index, item in enumerate(items):
        key = item.get("key")
        if key is not None and key in seen:
            sentence = _("The key “%(key)s” stands here twice. Give this one another key.", key=key)
            yield Problem((*path, index, "key"), "key_twice", sentence)
        seen.add(str(key))


plugin = Keys()
