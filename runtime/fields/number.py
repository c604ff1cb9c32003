"""The number field type."""

from decimal import Decimal
from functools import lru_cache
from typing import Any

from babel.numbers import format_decimal
from sqlalchemy.types import TypeEngine

from runtime.documents import plain_number
from runtime.fields import _numbers
from runtime.fields._base import N_, Field, FieldType, JsonValue, Names, Reader, ValueType
from runtime.fields._columns import ExactNumber
from runtime.fields._options import PLACEHOLDER, option, own_options


class NumberField(FieldType):
    """An exact decimal number with up to 6 digits after the point and 18 in all.

    What may be typed: see `_numbers.read_number`. More decimals than are kept are refused, not rounded.
    """

    name = "number"
    label = N_("Number")
    icon = "number"
    group = "common"
    value_type = ValueType.NUMBER
    keywords = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
    options = own_options(
        decimals=option(
            N_("Decimals"),
            N_("How many digits after the point are kept, 0 to 6. Without it, 6."),
            2,
            {"type": "integer", "minimum": 0, "maximum": 6},
        ),
        placeholder=PLACEHOLDER,
    )
    examples = (("12", 12), ("１２", 12), ("1,500.25", Decimal("1500.25")), ("-0", 0))
    counterexamples = ("NaN", "1e400", "0x10", "1_000", "Infinity", "9223372036854775808", "0.1234567")

    def read(self, text: str, field: Field, reader: Reader) -> JsonValue:
        return _numbers.read_number(text)

    def normalise(self, value: JsonValue, field: Field) -> JsonValue:
        return _numbers.normalised(value)

    def check(self, value: JsonValue, field: Field) -> None:
        _numbers.judge(value, decimals_of(field))

    def value_schema(self, field: Field) -> dict[str, Any]:
        return _numbers.number_schema(field, decimals_of(field))

    def to_raw(self, value: JsonValue | None, field: Field, reader: Reader) -> str:
        return "" if value is None else plain_number(Decimal(value))

    def show(self, value: JsonValue, field: Field, reader: Reader, names: Names) -> str:
        return _said(str(value), reader.locale)

    def column(self, field: Field) -> TypeEngine[Any]:
        return ExactNumber(decimals_of(field))

    def attributes(self, field: Field, reader: Reader) -> dict[str, str]:
        whole = decimals_of(field) == 0 and field.schema.get("minimum", -1) >= 0
        return {"type": "text", "inputmode": "numeric" if whole else "decimal", "autocomplete": "off"}


def decimals_of(field: Field) -> int:
    """How many digits after the point a number field keeps."""
    return int(field.options.get("decimals", 6))


@lru_cache(4096)
def _said(value: str, locale: str) -> str:
    return format_decimal(Decimal(value), locale=locale, decimal_quantization=False)


plugin = NumberField()
