"""The percent field type."""

from decimal import Decimal
from typing import Any

from babel.numbers import format_percent
from sqlalchemy.types import TypeEngine

from runtime.documents import plain_number
from runtime.fields import _numbers
from runtime.fields._base import N_, Field, FieldError, FieldType, JsonValue, Names, Reader, ValueType
from runtime.fields._columns import ExactNumber
from runtime.fields._options import PLACEHOLDER, option, own_options
from runtime.fields._texts import plain

_HUNDRED = Decimal(100)
_SIGNS = ("%", "％", "﹪")


class PercentField(FieldType):
    """A part of the whole, kept as in spreadsheets: 15 % is 0.15, so that `price * discount` is right.

    People type and read `15` or `15%`; API, formulas and conditions know 0.15. `decimals` counts the digits
    after the point of what people read.
    """

    name = "percent"
    label = N_("Percent")
    icon = "percentage"
    group = "common"
    template = "fields/percent.html"
    value_type = ValueType.NUMBER
    limits_are_typed = True
    keywords = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
    options = own_options(
        decimals=option(
            N_("Decimals"),
            N_("How many digits after the point are kept, 0 to 4. Without it, 2."),
            1,
            {"type": "integer", "minimum": 0, "maximum": 4},
        ),
        placeholder=PLACEHOLDER,
    )
    examples = (
        ("15%", Decimal("0.15")),
        ("15", Decimal("0.15")),
        ("１２．５％", Decimal("0.125")),
        ("-0.01 %", Decimal("-0.0001")),
        ("250", Decimal("2.5")),
    )
    counterexamples = ("half", "%", "1.005", "15%%", "1e3", "100000000000000000%")

    def read(self, text: str, field: Field, reader: Reader) -> JsonValue:
        typed = plain(text).strip() if len(text) < 100 else text
        if typed.endswith(_SIGNS):
            typed = typed[:-1].rstrip()
        return _numbers.canonical(_numbers.read_number(typed).scaleb(-2))

    def normalise(self, value: JsonValue, field: Field) -> JsonValue:
        return _numbers.normalised(value)

    def check(self, value: JsonValue, field: Field) -> None:
        try:
            _numbers.judge(value, decimals_of(field) + 2)
        except FieldError:
            raise FieldError("decimals", limit=decimals_of(field)) from None

    def value_schema(self, field: Field) -> dict[str, Any]:
        return _numbers.number_schema(field, decimals_of(field) + 2)

    def limit(self, limit: JsonValue, field: Field) -> str:
        return f"{_typed(limit)}%"

    def to_raw(self, value: JsonValue | None, field: Field, reader: Reader) -> str:
        return "" if value is None else _typed(value)

    def show(self, value: JsonValue, field: Field, reader: Reader, names: Names) -> str:
        return format_percent(Decimal(value), locale=reader.locale, decimal_quantization=False)

    def column(self, field: Field) -> TypeEngine[Any]:
        return ExactNumber(decimals_of(field) + 2)

    def attributes(self, field: Field, reader: Reader) -> dict[str, str]:
        return {"type": "text", "inputmode": "decimal", "autocomplete": "off"}


def decimals_of(field: Field) -> int:
    """How many digits after the point of the percentage are kept."""
    return int(field.options.get("decimals", 2))


def _typed(value: JsonValue) -> str:
    return plain_number(Decimal(str(value)) * _HUNDRED)


plugin = PercentField()
