"""The yes_no field type."""

from typing import Any

from sqlalchemy import Boolean
from sqlalchemy.types import TypeEngine

from runtime.fields._base import (
    N_,
    Field,
    FieldError,
    FieldType,
    JsonValue,
    Names,
    Raw,
    Reader,
    ValueType,
    one_text,
)
from runtime.fields._texts import plain
from runtime.text import localized

_YES = frozenset(("yes", "y", "true", "on", "1", "是"))
_NO = frozenset(("no", "n", "false", "off", "0", "否"))
_WORDS = {True: {"en": "Yes", "zh": "是"}, False: {"en": "No", "zh": "否"}}


class YesNoField(FieldType):
    """Yes or no: `yes, y, true, on, 1, 是` in any case, or `no, n, false, off, 0, 否` and nothing.

    A browser posts nothing for an unchecked box, so an empty raw value of a field that was on the page is
    no. Values of the API are true and false only; a field that was never answered is empty.
    """

    name = "yes_no"
    label = N_("Yes or no")
    icon = "toggle-right"
    group = "common"
    template = "fields/yes_no.html"
    value_type = ValueType.BOOL
    examples = (
        ("yes", True),
        ("on", True),
        ("TRUE", True),
        ("１", True),
        ("", False),
        ("0", False),
        ("否", False),
    )
    counterexamples = ("maybe", "2", "nul\x00")

    def parse(self, raw: Raw, field: Field, reader: Reader) -> JsonValue:
        text = plain(one_text(raw)).lower()
        if text not in _YES and text not in _NO and text:
            raise FieldError("yes_no")
        return text in _YES

    def value_schema(self, field: Field) -> dict[str, Any]:
        return {"type": "boolean"}

    def to_raw(self, value: JsonValue | None, field: Field, reader: Reader) -> str:
        return "" if value is None else "yes" if value else "no"

    def show(self, value: JsonValue, field: Field, reader: Reader, names: Names) -> str:
        return localized(_WORDS[bool(value)], reader.locale)

    def column(self, field: Field) -> TypeEngine[Any]:
        return Boolean()


plugin = YesNoField()
