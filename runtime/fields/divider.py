"""The divider: a line between fields."""

from typing import Any

from runtime.fields._base import N_, Field, FieldError, FieldType, JsonValue, Reader, ValueType


class DividerField(FieldType):
    """A line across the form that sets fields apart; it holds no value, and its title is for designers only."""

    name = "divider"
    label = N_("Divider")
    icon = "separator"
    group = "layout"
    template = "fields/divider.html"
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


plugin = DividerField()
