"""Conditions that name a record, a person or a department of this server, which an exported app does not take along."""

from collections.abc import Iterator, Mapping
from typing import Any

from flask_babel import gettext as _

from builder.advice import _looked_at
from builder.checks import Context
from runtime.conditions import departments
from runtime.definitions.documents import Document
from runtime.errors import Problem
from runtime.fields import ALL_POINTERS, Field
from runtime.forms.conditions.sights import TITLES, plain_field
from runtime.records.wording import said

_OF_EVERY_RECORD = {
    **dict.fromkeys(("created_by", "updated_by", "owner_id"), "member"),
    "department_id": "department",
}
_SYSTEM = {key: plain_field(key, kind) for key, kind in _OF_EVERY_RECORD.items()}


class FixedIds:
    """What a condition compares a reference with is the number of a record. Where the app is installed from a package,
    that number means another record, or none; a field of the record it points to says what is meant everywhere.
    """

    name = "fixed_ids"
    kinds = ("form", "automation", "message", "view")

    def check(self, document: Document, context: Context) -> list[Problem]:
        return [
            Problem(place.path, "fixed_id", _sentence(field))
            for place, fields in _looked_at.conditions(document, context)
            for field in {each.key: each for each in _fixed(place.document, fields)}.values()
        ]


def count(context: Context) -> int:
    """How many conditions of an app name entries of a server by their number."""
    return sum(
        len(plugin.check(document, context))
        for (kind, _key), document in context.documents.items()
        if kind in plugin.kinds
    )


def _all(fields: Mapping[str, Field]) -> Mapping[str, Field]:
    """The fields, and what every record has, under the same names."""
    before = {path.rpartition(".")[0] for path in fields} | {""}
    system = {f"{name}.{key}".removeprefix("."): one for name in before for key, one in _SYSTEM.items()}
    return {**system, **fields}


def _fixed(part: Any, fields: Mapping[str, Field]) -> Iterator[Field]:
    """The pointing fields that are compared with numbers."""
    for field, constants in _looked_at.compared(part, _all(fields)):
        if field.type.name in ALL_POINTERS and any(map(_is_id, constants)):
            yield field


def _is_id(constant: Any) -> bool:
    """Whether a constant is a number, or a fact that has the number of a department in its name."""
    path = str(constant.get("fact")) if isinstance(constant, Mapping) else ""
    named = departments.department(path) if path else constant
    return isinstance(named, int) and not isinstance(named, bool)


def _sentence(field: Field) -> str:
    title = _(TITLES[field.key]) if field.key in _SYSTEM else said(field.title)
    return str(
        _(
            "“%(field)s” is compared with an entry of this server, which an exported app does not take along.",
            field=title,
        )
    )


plugin = FixedIds()
