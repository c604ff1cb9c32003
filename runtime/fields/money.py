"""The money field type."""

import re
from decimal import Decimal
from functools import lru_cache
from typing import Any

from babel.numbers import format_currency, get_currency_symbol
from sqlalchemy.types import TypeEngine

from runtime.documents import plain_number
from runtime.fields import _numbers
from runtime.fields._base import N_, Field, FieldType, JsonValue, Names, Reader, ValueType
from runtime.fields._columns import ExactNumber
from runtime.fields._options import PLACEHOLDER, option, own_options
from runtime.fields._texts import plain

_SIGNS = re.compile(r"^(-?) ?(?:CN¥|US\$|HK\$|NT\$|[¥$€£₩₹元])? ?|(?<=[0-9.]) ?[元圆]$")


class MoneyField(FieldType):
    """An exact amount in one currency. Amounts are added and compared as decimals, never as floats.

    A currency sign or the field's currency code around the number is allowed; nothing is converted.
    """

    name = "money"
    label = N_("Money")
    icon = "coin"
    group = "common"
    template = "fields/money.html"
    value_type = ValueType.NUMBER
    keywords = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
    options = own_options(
        currency=option(
            N_("Currency"),
            N_("Three letters of ISO 4217. Without it, CNY."),
            "CNY",
            {"type": "string", "pattern": "^[A-Z]{3}$"},
        ),
        decimals=option(
            N_("Decimals"),
            N_("How many digits after the point are kept, 0 to 6. Without it, 2."),
            2,
            {"type": "integer", "minimum": 0, "maximum": 6},
        ),
        placeholder=PLACEHOLDER,
    )
    examples = (
        ("¥1,200.50", Decimal("1200.5")),
        ("￥１２", 12),
        ("-3元", -3),
        ("CNY 8", 8),
        ("0.1", Decimal("0.1")),
    )
    counterexamples = ("1.005", "twelve", "$", "10000000000000000", "1e3")

    def read(self, text: str, field: Field, reader: Reader) -> JsonValue:
        amount = plain(text).upper().replace(currency_of(field), "", 1).strip() if len(text) < 100 else text
        return _numbers.read_number(_SIGNS.sub(r"\1", amount))

    def normalise(self, value: JsonValue, field: Field) -> JsonValue:
        return _numbers.normalised(value)

    def check(self, value: JsonValue, field: Field) -> None:
        _numbers.judge(value, decimals_of(field))

    def value_schema(self, field: Field) -> dict[str, Any]:
        return _numbers.number_schema(field, decimals_of(field))

    def to_raw(self, value: JsonValue | None, field: Field, reader: Reader) -> str:
        return "" if value is None else plain_number(Decimal(value))

    def show(self, value: JsonValue, field: Field, reader: Reader, names: Names) -> str:
        return _said(str(value), currency_of(field), decimals_of(field), reader.locale)

    def column(self, field: Field) -> TypeEngine[Any]:
        return ExactNumber(decimals_of(field))

    def attributes(self, field: Field, reader: Reader) -> dict[str, str]:
        return {"type": "text", "inputmode": "decimal", "autocomplete": "off"}

    def prefix(self, field: Field, reader: Reader) -> str:
        return get_currency_symbol(currency_of(field), reader.locale)


@lru_cache(4096)
def _said(value: str, currency: str, digits: int, locale: str) -> str:
    pattern = "¤#,##0" + ("." + "0" * digits if digits else "")
    return format_currency(Decimal(value), currency, pattern, locale, currency_digits=False)


def decimals_of(field: Field) -> int:
    """How many digits after the point a money field keeps."""
    return int(field.options.get("decimals", 2))


def currency_of(field: Field) -> str:
    """The ISO 4217 code of a money field."""
    return str(field.options.get("currency", "CNY"))


plugin = MoneyField()
