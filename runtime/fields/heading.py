"""The heading: a title between fields."""

from typing import Any

from runtime.fields._base import N_, Field, FieldError, FieldType, JsonValue, Reader, ValueType


class HeadingField(FieldType):
    """A title and an explaining text between fields; it holds no value."""

    name = "heading"
    label = N_("Heading")
    icon = "heading"
    group = "layout"
    template = "fields/heading.html"
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


plugin = HeadingField()
