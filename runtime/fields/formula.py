"""The formula field type: a value computed from the record."""

from decimal import Decimal
from typing import Any

from sqlalchemy.types import TypeEngine

from runtime.fields import _numbers, money, number, percent
from runtime.fields._base import N_, Field, FieldType, JsonValue, Names, Raw, Reader, ValueType
from runtime.fields._options import option, own_options
from runtime.fields._results import FORMULA_RESULTS, NUMBER_OPTIONS, result_option, result_type


class FormulaField(FieldType):
    """A value that the product computes on every save and stores, of the type `result` (number without it).

    Computed numbers are rounded half up to the decimals that the field keeps: 6, for money 2, for percent 2 of
    what people read.
    """

    name = "formula"
    label = N_("Formula")
    icon = "math-function"
    group = "link"
    template = "fields/output.html"
    writable = False
    value_type = ValueType.NUMBER
    keywords = number.plugin.keywords + FORMULA_RESULTS["text"].keywords
    options = own_options(
        "formula",
        formula=option(
            N_("Formula"),
            N_("Computes the value from other fields, by their keys."),
            "qty * price",
            {"type": "string", "minLength": 1, "maxLength": 2000},
        ),
        result=result_option(FORMULA_RESULTS, "number"),
        **NUMBER_OPTIONS,
    )
    example_options = {"formula": "qty * price"}
    examples = (("12.5", Decimal("12.5")),)
    counterexamples = ("x", "1e400")

    def read(self, text: str, field: Field, reader: Reader) -> JsonValue | None:
        return _result(field).read(text, field, reader)

    def normalise(self, value: JsonValue, field: Field) -> JsonValue | None:
        found = _result(field).normalise(value, field)
        return _numbers.rounded(found, decimals_of(field)) if isinstance(found, Decimal) else found

    def check(self, value: JsonValue, field: Field) -> None:
        _result(field).check(value, field)

    def value_schema(self, field: Field) -> dict[str, Any]:
        return _result(field).value_schema(field)

    def to_raw(self, value: JsonValue | None, field: Field, reader: Reader) -> Raw:
        return _result(field).to_raw(value, field, reader)

    def show(self, value: JsonValue, field: Field, reader: Reader, names: Names) -> str:
        return _result(field).show(value, field, reader, names)

    def value_type_of(self, field: Field) -> ValueType:
        return _result(field).value_type

    def column(self, field: Field) -> TypeEngine[Any] | None:
        return _result(field).column(field)


def decimals_of(field: Field) -> int:
    """How many digits after the point a computed number keeps."""
    if _result(field) is money.plugin:
        return money.decimals_of(field)
    if _result(field) is percent.plugin:
        return percent.decimals_of(field) + 2
    return number.decimals_of(field)


def _result(field: Field) -> FieldType:
    return result_type(field, FORMULA_RESULTS, "number")


plugin = FormulaField()
