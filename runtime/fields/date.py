"""The date field type."""

import re
from datetime import date
from typing import Any

from babel.dates import format_date
from sqlalchemy.types import TypeEngine

from runtime.fields._base import N_, Field, FieldError, FieldType, JsonValue, Names, Reader, ValueType
from runtime.fields._columns import CalendarDate
from runtime.fields._dates import DAY, FIRST_DAY, LAST_DAY, read_date

_CANONICAL = re.compile(DAY)


class DateField(FieldType):
    """A calendar date without a zone, years 1000 to 9999: `2026-11-21`.

    The browser's own date control sends that form; `2026/11/21`, `2026.11.21`, `2026年11月21日` and
    full-width digits are read too. `11/21/2026` is refused: half of the world would read another day.
    """

    name = "date"
    label = N_("Date")
    icon = "calendar"
    group = "common"
    value_type = ValueType.DATE
    examples = (
        ("2026-11-21", "2026-11-21"),
        ("2026/11/2", "2026-11-02"),
        ("2026年11月21日", "2026-11-21"),
        ("２０２６．１１．２１", "2026-11-21"),
        ("9999-12-31", "9999-12-31"),
        ("2024-02-29", "2024-02-29"),
    )
    counterexamples = (
        "2026-02-30",
        "0000-01-01",
        "10000-01-01",
        "2026-11",
        "21.11.2026",
        "2026-11/21",
        "soon",
    )

    def read(self, text: str, field: Field, reader: Reader) -> JsonValue:
        return read_date(text).isoformat()

    def normalise(self, value: JsonValue, field: Field) -> JsonValue:
        if isinstance(value, str) and not _CANONICAL.fullmatch(value):
            raise FieldError("date")
        return value

    def value_schema(self, field: Field) -> dict[str, Any]:
        # The pattern says all, since many validators do not judge formats, or differ on the year 0000.
        return {"type": "string", "format": "date", "maxLength": 10, "pattern": f"^({DAY})$"}

    def show(self, value: JsonValue, field: Field, reader: Reader, names: Names) -> str:
        return format_date(date.fromisoformat(value), "medium", locale=reader.locale)

    def column(self, field: Field) -> TypeEngine[Any]:
        return CalendarDate()

    def attributes(self, field: Field, reader: Reader) -> dict[str, str]:
        return {"type": "date", "min": FIRST_DAY, "max": LAST_DAY, "autocomplete": "off"}


plugin = DateField()
