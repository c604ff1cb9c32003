"""Conditions that name a record, a person or a department of this server, which an exported app does not take along."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from flask_babel import gettext as _

from builder.checks import Context, _places
from builder.checks._context import form_of_rows, outer_form
from builder.checks._places import ConditionPlace
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
        found = list(_told(document, context))
        for key, table in document.get("properties", {}).items():
            if "items" in table:
                inner = _told(form_of_rows(document, key), context)
                found += (replace(each, path=("properties", key, "items", *each.path)) for each in inner)
        return found


def _told(document: Document, context: Context) -> Iterator[Problem]:
    """Of an automation, of a form, or of the rows of a sub-table as one."""
    for place, fields in _conditions(document, context):
        for field in {each.key: each for each in _compared(place.document, fields, "")}.values():
            yield Problem(place.path, "fixed_id", _sentence(field))


def _conditions(document: Document, context: Context) -> Iterator[tuple[ConditionPlace, Mapping[str, Field]]]:
    """Each condition with the fields that it looks at, by path."""
    if "actions" in document:
        fields = context.fields(str(document["trigger"].get("form")))
        known = {f"{name}.{key}": field for name in ("record", "before") for key, field in fields.items()}
        yield from ((place, known) for place in _places.conditions_of_automation(document, context))
        return
    if "$id" not in document:
        fields = context.fields(str(document.get("form")))
        yield from ((place, fields) for place in _places.conditions_of_message(document, context))
        return
    form = _places.form_key(document)
    fields = context.fields(form)
    around = {f"record.{key}": field for key, field in context.fields(outer_form(form)).items()}
    for place in _places.conditions_of_form(document, context):
        is_rule = place.path[0] == "fw"
        other = "" if is_rule else str(fields[str(place.path[1])].options.get("form"))
        yield place, {**fields, **around} if is_rule else context.fields(other)


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
