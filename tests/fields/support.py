"""Short ways to make a field and to read with it."""

from typing import Any

from runtime.definitions.documents import parse_field
from runtime.fields import FIELD_TYPES, Field, FieldError, Raw, Reader

READER = Reader("en", "Asia/Shanghai")
CHINESE = Reader("zh", "Asia/Shanghai")


class Everybody:
    """Names of a world in which everything exists."""

    def record(self, form: str, record_id: int) -> str:
        return f"{form} {record_id}"

    def member(self, user_id: int) -> str:
        return f"Person {user_id}"

    def file(self, key: str) -> str:
        return f"file {key[:3]}"

    def department(self, department_id: int) -> str:
        return f"Department {department_id}"


def field_of(kind: str, schema: dict[str, Any] | None = None, **options: Any) -> Field:
    """A field of a type, with the JSON Schema part and the options of its property."""
    return parse_field("field", {**(schema or {}), "fw": {"type": kind, **options}})


def example_field(kind: str) -> Field:
    """A field as the type's own examples need it."""
    return field_of(kind, dict(FIELD_TYPES[kind].example_schema), **FIELD_TYPES[kind].example_options)


def parse(field: Field, raw: Raw, reader: Reader = READER) -> Any:
    """The value of a raw text."""
    return field.type.parse(raw, field, reader)


def refusal(field: Field, raw: Raw, reader: Reader = READER) -> str | None:
    """The code with which the field refuses a raw text, None when it takes it."""
    try:
        field.type.parse(raw, field, reader)
    except FieldError as error:
        return error.code
    return None


def show(field: Field, value: Any, reader: Reader = READER) -> str:
    """What people read."""
    return field.type.display(value, field, reader, Everybody())
