"""Values that point to a row by its id, shared by the types reference, member and department."""

import re
from decimal import Decimal
from typing import Any

from sqlalchemy import Integer
from sqlalchemy.types import TypeEngine

from runtime.fields._base import N_, Field, FieldError, FieldType, JsonValue, Names, Reader, ValueType
from runtime.fields._options import option
from runtime.fields._texts import plain
from runtime.text import localized

MAX_ID = 2**31 - 1
ID_SCHEMA = {"type": "integer", "minimum": 1, "maximum": MAX_ID}
OFFER = option(
    N_("Offer only"),
    N_("A condition that a record must meet to be offered."),
    {"properties": {"customer": {"const": {"fact": "record.customer"}}}},
    {"type": "object"},
)
_ID = re.compile(r"[1-9][0-9]{0,9}")
_GONE = {"en": "(not available)", "zh": "（不可用）"}


def read_id(text: str, code: str) -> int:
    """The id that a picker posts; FieldError(code) for anything else."""
    digits = plain(text) if len(text) <= 20 else ""
    if not _ID.fullmatch(digits) or int(digits) > MAX_ID:
        raise FieldError(code)
    return int(digits)


def whole(value: JsonValue) -> JsonValue:
    """A JSON number without a fraction as an int, since 12.0 is an integer to JSON Schema; else as it is."""
    if isinstance(value, Decimal):  # it has no is_integer before Python 3.12
        return int(value) if value == value.to_integral_value() else value
    return int(value) if isinstance(value, float) and value.is_integer() else value


def shown(title: str | None, locale: str) -> str:
    """The title of what is pointed to; one text for gone and for hidden, so that it tells neither."""
    return localized(_GONE, locale) if title is None else title


class IdField(FieldType):
    """Points to a row; whether it may be chosen is judged by the save."""

    template = "fields/picker.html"
    value_type = ValueType.NUMBER
    examples = (("7", 7), ("１２", 12))
    counterexamples = ("0", "-1", "Acme", "1.5", "2147483648", "9223372036854775808", "1 OR 1=1")

    def named(self, value: int, field: Field, names: Names) -> str | None:
        """The title of what the value points to; None when it is gone or may not be seen."""
        raise NotImplementedError

    def read(self, text: str, field: Field, reader: Reader) -> JsonValue:
        return read_id(text, self.name)

    def normalise(self, value: JsonValue, field: Field) -> JsonValue:
        return whole(value)

    def value_schema(self, field: Field) -> dict[str, Any]:
        return dict(ID_SCHEMA)

    def show(self, value: JsonValue, field: Field, reader: Reader, names: Names) -> str:
        return shown(self.named(value, field, names), reader.locale)

    def column(self, field: Field) -> TypeEngine[Any]:
        return Integer()
