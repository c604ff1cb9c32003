"""Field types: one file each, found by the registry; see `_base.FieldType` for the contract.

Pure: no Flask, no session, no clock. May import runtime.text, documents, times and registry.
"""

from runtime.fields._base import (
    LISTED,
    N_,
    NOBODY,
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
    "LISTED",
    "NOBODY",
    "N_",
    "Field",
    "FieldError",
    "FieldType",
    "JsonValue",
    "Names",
    "Raw",
    "Reader",
    "ValueType",
]
