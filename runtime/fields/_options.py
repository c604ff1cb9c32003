"""Small pieces of options schemas."""

from collections.abc import Mapping
from typing import Any

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
