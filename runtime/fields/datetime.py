"""The datetime field type: a moment."""

import re
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time
from sqlalchemy.types import TypeEngine

from runtime import times
from runtime.fields._base import N_, Field, FieldError, FieldType, JsonValue, Names, Reader, ValueType
from runtime.fields._columns import Instant
from runtime.fields._dates import DAY, FIRST_DAY, LAST_DAY, read_date, read_time
from runtime.fields._texts import plain

_LONGEST = 60
_MOMENT = re.compile(
    r"[1-9][0-9]{3}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?"
    r"(?P<offset>[Zz]|[+-][0-9]{2}:[0-9]{2})?"
)


class DateTimeField(FieldType):
    """A moment, stored in UTC to the second and shown in the reader's zone.

    Typed times are the reader's wall clock. A time in a daylight-saving gap means the first minute after
    it, a time that occurs twice the first of the two. The API must send an offset
    (`2026-11-21T09:00:00+08:00`); fractions of a second are dropped.
    """

    name = "datetime"
    label = N_("Date and time")
    icon = "calendar-clock"
    group = "common"
    value_type = ValueType.DATETIME
    examples = (
        ("2026-11-21T09:00", "2026-11-21T01:00:00Z"),
        ("2026-11-21 09:00:30", "2026-11-21T01:00:30Z"),
        ("2026年11月21日 ９：００", "2026-11-21T01:00:00Z"),
        ("2026-11-21T09:00:00+14:00", "2026-11-20T19:00:00Z"),
        ("2026-11-21T09:00:00-12:00", "2026-11-21T21:00:00Z"),
    )
    counterexamples = (
        "2026-11-21",
        "2026-11-21T24:00",
        "2026-11-21T23:59:60",
        "2026-02-30T09:00",
        "0000-01-01T00:00",
        "9999-12-31T23:59-12:00",
        "tomorrow",
    )

    def read(self, text: str, field: Field, reader: Reader) -> JsonValue:
        typed = plain(text[: _LONGEST + 1])
        found = _MOMENT.fullmatch(typed)
        return _instant(typed) if found and found["offset"] else _from_wall(typed, reader.zone)

    def normalise(self, value: JsonValue, field: Field) -> JsonValue:
        if not isinstance(value, str):
            return value
        found = _MOMENT.fullmatch(value)
        if found is None or not found["offset"]:
            raise FieldError("offset" if found else "datetime")
        return _instant(value)

    def value_schema(self, field: Field) -> dict[str, Any]:
        # No format "date-time": jsonschema judges it only with a further package, jsonschema-rs always.
        pattern = f"^({DAY})T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z$"
        return {"type": "string", "maxLength": 20, "pattern": pattern}

    def to_raw(self, value: JsonValue | None, field: Field, reader: Reader) -> str:
        """The reader's wall clock; the second of two equal times comes back as the first."""
        if value is None:
            return ""
        local = _local(value, reader.zone)
        return local.strftime("%Y-%m-%dT%H:%M:%S" if local.second else "%Y-%m-%dT%H:%M")

    def show(self, value: JsonValue, field: Field, reader: Reader, names: Names) -> str:
        local = _local(value, reader.zone)
        day = format_date(local.date(), "medium", locale=reader.locale)
        return f"{day} {format_time(local.time(), 'short', locale=reader.locale)}"

    def column(self, field: Field) -> TypeEngine[Any]:
        return Instant()

    def attributes(self, field: Field, reader: Reader) -> dict[str, str]:
        limits = {"min": f"{FIRST_DAY}T00:00", "max": f"{LAST_DAY}T23:59"}
        return {"type": "datetime-local", **limits, "autocomplete": "off"}


def _local(value: str, zone: str) -> datetime:
    return times.parse_iso(value).astimezone(ZoneInfo(zone))


def _from_wall(typed: str, zone: str) -> str:
    day, _, clock = typed.replace("T", " ").rpartition(" ")
    try:
        return _in_range(times.from_wall(datetime.combine(read_date(day), read_time(clock)), zone))
    except (FieldError, OverflowError):
        raise FieldError("datetime") from None


def _instant(text: str) -> str:
    try:
        return _in_range(times.parse_iso(text.upper()))
    except (ValueError, OverflowError):
        raise FieldError("datetime") from None


def _in_range(moment: datetime) -> str:
    """The canonical text of a moment that has a date in every zone, with room for a day on both sides."""
    if not (1000, 1, 2) <= (moment.year, moment.month, moment.day) <= (9999, 12, 30):
        raise FieldError("datetime")
    return times.iso(moment)


plugin = DateTimeField()
