"""Conditions that name a record, a person or a department of this server, which an exported app does not take along."""

from collections.abc import Iterator, Mapping
from typing import Any

from flask_babel import gettext as _

from builder.advice import _looked_at
from builder.checks import Context
from runtime.definitions.documents import Document
from runtime.errors import Problem
from runtime.fields import Field
from runtime.text import localized

POINTERS = frozenset(("reference", "references", "member", "department"))


class FixedIds:
    """What a condition compares a reference with is the number of a record. Where the app is installed from a package,
    that number means another record, or none; a field of the record it points to says what is meant everywhere.
    """

    name = "fixed_ids"
    kinds = ("form", "automation", "message")

    def check(self, document: Document, context: Context) -> list[Problem]:
        return [
            Problem(place.path, "fixed_id", _sentence(field))
            for place, fields in _looked_at.conditions(document, context)
            for field in {each.key: each for each in _compared(place.document, fields, "")}.values()
        ]


def _compared(part: Any, fields: Mapping[str, Field], path: str) -> Iterator[Field]:
    """The pointing fields that are compared with numbers."""
    if isinstance(part, list):
        for each in part:
            yield from _compared(each, fields, path)
    if not isinstance(part, Mapping):
        return
    field = fields.get(path)
    if field is not None and field.type.name in POINTERS and _has_number(part):
        yield field
    for keyword in ("allOf", "anyOf", "not"):
        yield from _compared(part.get(keyword), fields, path)
    for name, inner in (part.get("properties") or {}).items():
        yield from _compared(inner, fields, f"{path}.{name}".removeprefix("."))


def _has_number(part: Mapping[str, Any]) -> bool:
    inner = part.get("contains", {})
    constants = [part.get("const"), inner.get("const"), *part.get("enum", ()), *inner.get("enum", ())]
    return any(isinstance(each, int) and not isinstance(each, bool) for each in constants)


def _sentence(field: Field) -> str:
    title = localized(field.title, "en")
    return str(
        _(
            "“%(field)s” is compared with an entry of this server, which an exported app does not take along.",
            field=title,
        )
    )


plugin = FixedIds()
