"""The conditions of a document, each with the fields that it looks at."""

from collections.abc import Iterator, Mapping
from typing import Any

from builder.checks import Context, _places
from builder.checks._context import form_of_rows, outer_form
from builder.checks._places import ConditionPlace
from runtime.definitions.documents import Document
from runtime.fields import Field

Looked = tuple[ConditionPlace, Mapping[str, Field]]


def conditions(document: Document, context: Context) -> Iterator[Looked]:
    """Those of an automation, a message, a view, or of a form and of the rows of its sub-tables; the fields by path."""
    yield from _conditions(document, context)
    for key, table in document.get("properties", {}).items():
        if "items" in table:
            for place, fields in _conditions(form_of_rows(document, key), context):
                yield place._replace(path=("properties", key, "items", *place.path)), fields


def compared(part: Any, fields: Mapping[str, Field], path: str = "") -> Iterator[tuple[Field, list[Any]]]:
    """The known fields that a condition speaks of, each with the constants that it is compared with there."""
    if isinstance(part, list):
        for each in part:
            yield from compared(each, fields, path)
    if not isinstance(part, Mapping):
        return
    if path in fields:
        yield fields[path], _constants(part)
    for keyword in ("allOf", "anyOf", "not"):
        yield from compared(part.get(keyword), fields, path)
    for name, inner in (part.get("properties") or {}).items():
        yield from compared(inner, fields, f"{path}.{name}".removeprefix("."))


def _constants(part: Mapping[str, Any]) -> list[Any]:
    inner = part.get("contains", {})
    return [part.get("const"), inner.get("const"), *part.get("enum", ()), *inner.get("enum", ())]


def _conditions(document: Document, context: Context) -> Iterator[Looked]:
    if "actions" in document:
        fields = context.fields(str(document["trigger"].get("form")))
        known = {f"{name}.{key}": field for name in ("record", "before") for key, field in fields.items()}
        yield from ((place, known) for place in _places.conditions_of_automation(document, context))
        return
    if "$id" not in document:
        fields = context.fields(str(document.get("form")))
        yield from ((place, fields) for place in _places.conditions_of_message(document, context))
        yield from ((place, fields) for place in _places.conditions_of_view(document, context))
        return
    form = _places.form_key(document)
    fields = context.fields(form)
    around = {f"record.{key}": field for key, field in context.fields(outer_form(form)).items()}
    for place in _places.conditions_of_form(document, context):
        is_rule = place.path[0] == "fw"
        other = "" if is_rule else str(fields[str(place.path[1])].options.get("form"))
        yield place, {**fields, **around} if is_rule else context.fields(other)
