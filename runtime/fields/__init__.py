"""Field types: one file each, found by the registry; see `_base.FieldType` for the contract.

Pure: no Flask, no session, no clock. May import runtime.text, documents, times and registry.
"""

from collections.abc import Mapping
from typing import Any

from runtime.fields._base import (
    N_,
    Field,
    FieldError,
    FieldType,
    JsonValue,
    Names,
    Raw,
    Reader,
    ValueType,
)
from runtime.registry import Registry

FIELD_TYPES: Registry[FieldType] = Registry("runtime.fields")

__all__ = [
    "FIELD_TYPES",
    "N_",
    "Field",
    "FieldError",
    "FieldType",
    "JsonValue",
    "Names",
    "Raw",
    "Reader",
    "ValueType",
    "read_field",
]


def read_field(key: str, document: Mapping[str, Any], *, required: bool = False) -> Field:
    """The field that one property of a form document describes; KeyError for an unknown type."""
    options = document["fw"]
    return Field(
        key=key,
        type=FIELD_TYPES[options["type"]],
        title=options.get("title", key),
        help=options.get("help", ""),
        schema={name: part for name, part in document.items() if name != "fw"},
        options=options,
        required=required,
        default=document.get("default"),
    )
