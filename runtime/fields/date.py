"""The date field type."""

import re
from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from babel.dates import format_date
from sqlalchemy.types import TypeEngine

from runtime.fields._base import N_, Field, FieldError, FieldType, JsonValue, Names, Raw, Reader, ValueType
from runtime.fields._columns import CalendarDate
from runtime.fields._dates import DAY, FIRST_DAY, LAST_DAY, read_date
from runtime.fields._options import option, own_options
from runtime.fields._texts import plain

_CANONICAL = re.compile(DAY)
_YEAR_FIRST = (N_("Year"), N_("Month"), N_("Day"))
_LONGEST, _SHORT = 40, 2


class DateField(FieldType):
    """A calendar date without a zone, years 1000 to 9999: `2026-11-21`.

    The browser's own date control sends that form; `2026/11/21`, `2026.11.21`, `2026年11月21日` and
    full-width digits are read too. `11/21/2026` is refused: half of the world would read another day.

    With `parts` day, month and year are typed into a box each, in the order of the reader's language. A year has
    four digits, so what was typed in one order is never read in another.
    """

    name = "date"
    label = N_("Date")
    icon = "calendar"
    group = "common"
    value_type = ValueType.DATE
    options = own_options(
        parts=option(
            N_("Ask for day, month and year apart"),
            N_(
                "Three boxes to type into instead of a calendar: for a date that people know by heart, "
                "such as that of a birth."
            ),
            True,
            {"type": "boolean", "default": False},
        )
    )
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

    def parse(self, raw: Raw, field: Field, reader: Reader) -> JsonValue | None:
        if isinstance(raw, list) and _in_parts(field) and len(raw) == len(_YEAR_FIRST):
            raise FieldError("date_parts")
        return super().parse(raw, field, reader)

    def joined(self, texts: list[str], field: Field) -> Raw:
        if not _in_parts(field) or len(texts) != len(_YEAR_FIRST):
            return texts
        typed = [plain(text[:_LONGEST]) for text in texts]
        filled = list(filter(None, typed))
        whole = filled[0] if len(filled) == 1 else "-".join(_year_first(typed, False))
        try:
            return read_date(whole).isoformat() if filled else ""
        except FieldError:
            return texts

    def parts(self, field: Field, raw: Raw, reader: Reader) -> list[tuple[str, str]]:
        if not _in_parts(field):
            return []
        is_year_first = reader.locale == "zh"
        named = list(zip(_YEAR_FIRST, _in_three(raw, is_year_first), strict=True))
        return named if is_year_first else named[::-1]

    def normalise(self, value: JsonValue, field: Field) -> JsonValue:
        if isinstance(value, str) and not _CANONICAL.fullmatch(value):
            raise FieldError("date")
        return value

    def value_schema(self, field: Field) -> dict[str, Any]:
        # The pattern says all, since many validators do not judge formats, or differ on the year 0000.
        return {"type": "string", "format": "date", "maxLength": 10, "pattern": f"^({DAY})$"}

    def show(self, value: JsonValue, field: Field, reader: Reader, names: Names) -> str:
        return _said(value, reader.locale)

    def column(self, field: Field) -> TypeEngine[Any]:
        return CalendarDate()

    def attributes(self, field: Field, reader: Reader) -> dict[str, str]:
        return {"type": "date", "min": FIRST_DAY, "max": LAST_DAY, "autocomplete": "off"}


def _in_parts(field: Field) -> bool:
    return bool(field.options.get("parts"))


def _in_three(raw: Raw, is_year_first: bool) -> list[str]:
    """Year, month and day of what the boxes hold; what is no date stands where it was typed."""
    if isinstance(raw, list) and len(raw) == len(_YEAR_FIRST):
        return _year_first(raw, is_year_first)
    text = raw if isinstance(raw, str) else ""
    if not _CANONICAL.fullmatch(text):
        return [text, "", ""] if is_year_first else ["", "", text]
    year, month, day = text.split("-")
    return [year, month.lstrip("0"), day.lstrip("0")]


def _year_first(texts: Sequence[str], otherwise: bool) -> list[str]:
    """The three texts with the year first: it is the long one; where none is, `otherwise` says whether it is so."""
    first, last = (len(texts[at].strip()) > _SHORT for at in (0, -1))
    return list(texts) if (first if first != last else otherwise) else list(reversed(texts))


@lru_cache(4096)
def _said(value: str, locale: str) -> str:
    # The same days come again and again, in a list and in the story of a record.
    return format_date(date.fromisoformat(value), "medium", locale=locale)


plugin = DateField()
