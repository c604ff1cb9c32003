"""The department field type."""

from typing import Any

from sqlalchemy import Integer
from sqlalchemy.types import TypeEngine

from runtime.fields import _ids
from runtime.fields._base import N_, Field, FieldType, JsonValue, Names, Reader, ValueType


class DepartmentField(FieldType):
    """A department of the organisation. The value is its id."""

    name = "department"
    label = N_("Department")
    icon = "sitemap"
    group = "people"
    template = "fields/picker.html"
    value_type = ValueType.NUMBER
    examples = (("7", 7), ("１２", 12))
    counterexamples = ("0", "-1", "Li", "1.5", "2147483648", "9223372036854775808", "1 OR 1=1")

    def read(self, text: str, field: Field, reader: Reader) -> JsonValue:
        return _ids.read_id(text, "department")

    def normalise(self, value: JsonValue, field: Field) -> JsonValue:
        return _ids.whole(value)

    def value_schema(self, field: Field) -> dict[str, Any]:
        return _ids.id_schema()

    def show(self, value: JsonValue, field: Field, reader: Reader, names: Names) -> str:
        return _ids.shown(names.department(value), reader.locale)

    def column(self, field: Field) -> TypeEngine[Any]:
        return Integer()


plugin = DepartmentField()
