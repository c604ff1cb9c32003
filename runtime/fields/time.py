"""The time field type."""

import re
from datetime import time
from typing import Any

from babel.dates import format_time
from sqlalchemy import String
from sqlalchemy.types import TypeEngine

from runtime.fields._base import N_, Field, FieldError, FieldType, JsonValue, Names, Reader, ValueType
from runtime.fields._dates import read_time
from runtime.fields._texts import plain

MINUTE = "(?:[01][0-9]|2[0-3]):[0-5][0-9]"
_CANONICAL = re.compile(MINUTE)
_HALF = re.compile(r"(上午|下午)? ?([0-9]{1,2}:[0-9]{2}(?::00)?) ?([AaPp]\.?[Mm]\.?)?")
_LATER = ("下午", "pm")


class TimeField(FieldType):
    """A time of day to the minute, without a date and a zone: `09:30`.

    The browser's own control sends that form; `9:30`, `9:30 pm`, `下午 9:30` and full-width digits are read too.
    """

    name = "time"
    label = N_("Time")
    icon = "clock"
    group = "common"
    value_type = ValueType.TIME
    examples = (
        ("09:30", "09:30"),
        ("9:05", "09:05"),
        ("12:00 am", "00:00"),
        ("下午3:05", "15:05"),
        ("２３：５９：００", "23:59"),
    )
    counterexamples = ("24:00", "9", "09:60", "9:30:15", "noon", "13:00 pm", "上午9:00pm", "0:30 pm")

    def read(self, text: str, field: Field, reader: Reader) -> JsonValue:
        found = _HALF.fullmatch(plain(text)) if len(text) <= 40 else None
        if found is None or (found[1] and found[3]):
            raise FieldError("time")
        try:
            read = read_time(found[2])
        except FieldError:
            raise FieldError("time") from None
        half = found[1] or (found[3] or "").replace(".", "").lower()
        return (_in_half(read, half) if half else read).isoformat("minutes")

    def normalise(self, value: JsonValue, field: Field) -> JsonValue:
        if isinstance(value, str) and not _CANONICAL.fullmatch(value):
            raise FieldError("time")
        return value

    def value_schema(self, field: Field) -> dict[str, Any]:
        return {"type": "string", "maxLength": 5, "pattern": f"^({MINUTE})$"}

    def show(self, value: JsonValue, field: Field, reader: Reader, names: Names) -> str:
        return format_time(time.fromisoformat(value), "short", locale=reader.locale)

    def column(self, field: Field) -> TypeEngine[Any]:
        return String(5)

    def attributes(self, field: Field, reader: Reader) -> dict[str, str]:
        return {"type": "time", "autocomplete": "off"}


def _in_half(read: time, half: str) -> time:
    """The time of a clock with twelve hours."""
    if not 1 <= read.hour <= 12:
        raise FieldError("time")
    return read.replace(hour=read.hour % 12 + (12 if half in _LATER else 0))


plugin = TimeField()
