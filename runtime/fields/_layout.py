"""What stands between fields: drawn, never filled."""

from typing import Any

from runtime.fields._base import Field, FieldError, FieldType, JsonValue, Reader, ValueType


class LayoutField(FieldType):
    """Holds no value, and refuses every one."""

    group = "layout"
    stored = False
    writable = False
    value_type = ValueType.NOTHING
    counterexamples = ("anything",)

    def read(self, text: str, field: Field, reader: Reader) -> JsonValue:
        raise FieldError("no_value")

    def value_schema(self, field: Field) -> dict[str, Any]:
        return {"not": {}}

    def column(self, field: Field) -> None:
        return None
