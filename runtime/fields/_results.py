"""What the types formula, lookup and roll_up share: their value is found by the product, and of another type."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy.types import TypeEngine

from runtime.fields import (
    _numbers,
    barcode,
    date,
    datetime,
    department,
    email,
    location,
    long_text,
    member,
    money,
    number,
    percent,
    phone,
    rating,
    time,
    url,
    yes_no,
)
from runtime.fields._base import N_, Field, FieldType, JsonValue, Names, Raw, Reader, ValueType
from runtime.fields._options import option

FORMULA_RESULTS: Mapping[str, FieldType] = {
    "number": number.plugin,
    "money": money.plugin,
    "percent": percent.plugin,
    "text": long_text.plugin,  # a computed text may be longer than one typed line
    "date": date.plugin,
    "datetime": datetime.plugin,
    "time": time.plugin,
    "yes_no": yes_no.plugin,
}
ROLL_UP_RESULTS: Mapping[str, FieldType] = {
    name: FORMULA_RESULTS[name] for name in ("number", "money", "percent", "date", "datetime", "time")
}
LOOKUP_RESULTS: Mapping[str, FieldType] = {
    **FORMULA_RESULTS,
    "email": email.plugin,
    "phone": phone.plugin,
    "url": url.plugin,
    "rating": rating.plugin,
    "barcode": barcode.plugin,
    "location": location.plugin,
    "member": member.plugin,
    "department": department.plugin,
}
NUMBER_OPTIONS = {name: money.plugin.options["properties"][name] for name in ("currency", "decimals")}


class ResultField(FieldType):
    """A value of one of the types `results`, which the option `result` names; without it, of the type `usual`.

    Computed numbers are rounded half up to the decimals that the field keeps.
    """

    template = "fields/output.html"
    writable = False
    results: Mapping[str, FieldType]
    usual: str

    def result(self, field: Field) -> FieldType:
        """The field type that the value has."""
        return self.results[field.options.get("result", self.usual)]

    def read(self, text: str, field: Field, reader: Reader) -> JsonValue | None:
        return self.result(field).read(text, field, reader)

    def normalise(self, value: JsonValue, field: Field) -> JsonValue | None:
        found = self.result(field).normalise(value, field)
        return _numbers.rounded(found, self._decimals(field)) if isinstance(found, Decimal) else found

    def check(self, value: JsonValue, field: Field) -> None:
        self.result(field).check(value, field)

    def value_schema(self, field: Field) -> dict[str, Any]:
        return self.result(field).value_schema(field)

    def to_raw(self, value: JsonValue | None, field: Field, reader: Reader) -> Raw:
        return self.result(field).to_raw(value, field, reader)

    def show(self, value: JsonValue, field: Field, reader: Reader, names: Names) -> str:
        return self.result(field).show(value, field, reader, names)

    def value_type_of(self, field: Field) -> ValueType:
        return self.result(field).value_type

    def column(self, field: Field) -> TypeEngine[Any] | None:
        return self.result(field).column(field)

    def _decimals(self, field: Field) -> int:
        """How many digits after the point a computed number keeps."""
        kind = self.result(field)
        if kind is money.plugin:
            return money.decimals_of(field)
        if kind is percent.plugin:
            return percent.decimals_of(field) + 2
        return number.decimals_of(field)


def result_option(results: Mapping[str, FieldType], default: str) -> dict[str, object]:
    """The option that names the type of the result."""
    about = N_("How the value is shown, stored and compared: the name of a field type.")
    return option(N_("Result"), about, default, {"enum": list(results)})
