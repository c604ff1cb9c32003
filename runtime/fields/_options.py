"""Small pieces of options schemas."""

from collections.abc import Mapping
from typing import Any

from runtime.fields._base import N_

TITLE: Mapping[str, Any] = {
    "anyOf": [
        {"type": "string", "minLength": 1},
        {"type": "object", "minProperties": 1, "additionalProperties": {"type": "string"}},
    ]
}
KEY: Mapping[str, Any] = {"type": "string", "pattern": "^[a-z][a-z0-9_]{0,39}$"}


def own_options(*required: str, **properties: Mapping[str, Any]) -> dict[str, Any]:
    """The JSON Schema of a type's own keys inside `fw`."""
    schema = {"type": "object", "properties": properties, "additionalProperties": False}
    return {**schema, "required": list(required)} if required else schema


def option(title: str, description: str, example: Any, schema: Mapping[str, Any]) -> dict[str, Any]:
    """One property of an options schema, as the property panel shows it."""
    return {"title": title, "description": description, **schema, "examples": [example]}


PLACEHOLDER = option(
    N_("Placeholder"),
    N_(
        "An example in the empty control. It goes as soon as somebody types, so what must be known "
        "belongs into the help."
    ),
    {"en": "AB-1234", "zh": "如 AB-1234"},
    TITLE,
)
"""Of the types whose control is typed into and shows it while it is empty."""
