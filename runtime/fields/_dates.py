"""Reading of dates and times of day, shared by the types date and datetime."""

import re
from datetime import date, time

from runtime.fields._base import FieldError
from runtime.fields._texts import plain

# Years below 1000 are typing errors, and do not survive the formatting functions of every platform.
FIRST_DAY, LAST_DAY = "1000-01-01", "9999-12-31"
# A day of the Gregorian calendar, leap years included, in the regular expressions that every validator knows.
DAY = (
    "[1-9][0-9]{3}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)"
    "|02-(?:0[1-9]|1[0-9]|2[0-8]))"
    "|(?:[1-9][0-9](?:0[48]|[2468][048]|[13579][26])|(?:[2468][048]|[13579][26])00)-02-29"
)
_DATE = re.compile(r"([1-9][0-9]{3}) ?([-/.年]) ?([0-9]{1,2}) ?([-/.月]) ?([0-9]{1,2}) ?(日?)")
_TIME = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:\.0+)?)?")


def read_date(text: str) -> date:
    """The date of `2026-11-21`, `2026/11/21`, `2026.11.21` or `2026年11月21日`; else FieldError."""
    found = _DATE.fullmatch(plain(text)) if len(text) <= 40 else None
    if found is None or (found[2], found[4], found[6]) not in _SEPARATORS:
        raise FieldError("date")
    try:
        return date(int(found[1]), int(found[3]), int(found[5]))
    except ValueError:
        raise FieldError("date") from None


def read_time(text: str) -> time:
    """The time of day of `9:00` or `09:00:30`; FieldError else, also for 24:00 and a second of 60."""
    found = _TIME.fullmatch(plain(text)) if len(text) <= 40 else None
    if found is None:
        raise FieldError("datetime")
    try:
        return time(int(found[1]), int(found[2]), int(found[3] or 0))
    except ValueError:
        raise FieldError("datetime") from None


_SEPARATORS = frozenset((("-", "-", ""), ("/", "/", ""), (".", ".", ""), ("年", "月", "日")))
