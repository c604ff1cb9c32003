"""The schema of a field when it becomes one of another type: what both types know stays."""

from typing import Any

from builder import converting
from builder.commands import _defaults
from builder.commands._adding import options_from
from builder.commands._workspace import Target, Workspace
from runtime.definitions.documents import parse_field
from runtime.fields import FIELD_TYPES, FieldError, FieldType, Reader

Schema = dict[str, Any]
SHARED = ("title", "help", "access", "print", "converted_from")
MAX_OPTIONS = 200


def retyped(key: str, old: Schema, name: str, work: Workspace, target: Target, texts: list[str]) -> Schema:
    """The schema of a field `key` as a field of the type `name`; `texts` are options for a type that has some."""
    before, field_type = parse_field(key, old), FIELD_TYPES[name]
    own = {option: old["fw"][option] for option in _kept(before.type, field_type) if option in old["fw"]}
    if not field_type.writable:
        _leave_reading(own)
    alike = before.type.limits_are_typed is field_type.limits_are_typed  # 100 % is kept as 1
    kept = [word for word in field_type.keywords if alike and word in before.type.keywords and word in old]
    schema: Schema = {**{word: old[word] for word in kept}, "fw": {"type": name, **own}}
    if "title" not in own:
        schema["fw"]["title"] = before.title
    if "enum" in field_type.keywords and "enum" not in schema and texts:
        found = options_from(texts[:MAX_OPTIONS], work, "")
        schema["enum"], schema["fw"]["labels"] = [*found], found
    _defaults.complete(schema, work, target)
    _default(key, old, schema)
    return schema


def _leave_reading(options: dict[str, Any]) -> None:
    """What nobody can write is hidden from a role or not."""
    hidden = {role: right for role, right in options.pop("access", {}).items() if right == "hidden"}
    if hidden:
        options["access"] = hidden


def _kept(old: FieldType, new: FieldType) -> list[str]:
    known, own = old.options.get("properties", {}), new.options.get("properties", {})
    initial = ["initial"] if old.value_type is new.value_type else []
    return [*SHARED, *initial, *(name for name in own if known.get(name) == own[name])]


def _default(key: str, old: Schema, schema: Schema) -> None:
    """The value of a new record, where the new type can hold it."""
    if "default" not in old:
        return
    try:
        before, after = parse_field(key, old), parse_field(key, schema)
        schema["default"] = converting.convert(old["default"], before, after, Reader("en", "UTC"))
    except FieldError:
        return
