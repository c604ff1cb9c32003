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

POINTERS = ("reference", "member", "department")
"""Types whose value is the id of a record, a person or a department: a number with which nobody counts."""
ALL_POINTERS = (*POINTERS, "references")

FIELD_TYPES: Registry[FieldType] = Registry("runtime.fields")

__all__ = [
    "ALL_POINTERS",
    "FIELD_TYPES",
    "LISTED",
    "NOBODY",
    "N_",
    "POINTERS",
    "Field",
    "FieldError",
    "FieldType",
    "JsonValue",
    "Names",
    "Raw",
    "Reader",
    "ValueType",
]
