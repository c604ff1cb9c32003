"""Serial numbers: drawn in the transaction that writes the record, so a failed save gives its number back.

The counter's row stays locked until the commit, which makes a series without gaps. The period of a counter
(`2026-11` when numbers begin again each month) is counted in the app's zone.
"""

import re
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import case
from sqlalchemy.dialects import postgresql, sqlite

from runtime.db import db
from runtime.definitions.documents import Form
from runtime.fields import Field
from runtime.fields.serial import format_serial, period, reset_of
from runtime.records.models import Counter

_PART = re.compile(r"\{(yyyy|yy|mm|dd|n)(?::[1-9])?\}")
_MAX_COUNT = 10**9  # that a brought number may move a series to: behind it the column still has room
_counters: Any = Counter.__table__


def draw(form: Form, field: Field, now: datetime) -> str:
    """The next number of the series, like `FU-202611-0001`; a large one has more digits than the pattern."""
    today = _today(form, now)
    count = _advance(form, field, today, None)
    return format_serial(str(field.options["pattern"]), count, today)


def keep_up(form: Form, field: Field, number: str, now: datetime) -> None:
    """Note a number that an import brought along: the series goes on after the highest."""
    found = _reader(str(field.options["pattern"])).fullmatch(number)
    if found is None or int(found["n"]) > _MAX_COUNT:
        return
    day = _day(found.groupdict(), _today(form, now))
    if day is not None:
        _advance(form, field, day, int(found["n"]))


def skip(form: Form, field: Field, now: datetime) -> None:
    """Leave out one number: records numbered under an older pattern have it already."""
    _advance(form, field, _today(form, now), None)


def _today(form: Form, now: datetime) -> date:
    return now.astimezone(ZoneInfo(form.zone)).date()


def _advance(form: Form, field: Field, day: date, at_least: int | None) -> int:
    """The counter's new value: one more, or `at_least` when it was below; safe under concurrency."""
    postgres = db.session.connection().dialect.name == "postgresql"
    row = {
        "form_id": form.definition_id,
        "field": field.key,
        "period": period(reset_of(field), day),
        "value": 1 if at_least is None else at_least,
    }
    return int(db.session.scalar(_upsert(postgres, at_least is not None), row))


@lru_cache
def _upsert(postgres: bool, jump: bool) -> Any:
    row: Any = (postgresql.insert if postgres else sqlite.insert)(_counters)
    following = _counters.c.value + 1
    if jump:
        following = case(
            (_counters.c.value < row.excluded.value, row.excluded.value), else_=_counters.c.value
        )
    key = ["form_id", "field", "period"]
    return row.on_conflict_do_update(index_elements=key, set_={"value": following}).returning(
        _counters.c.value
    )


@lru_cache(512)
def _reader(pattern: str) -> re.Pattern[str]:
    """The expression that finds the parts in a number; a part that comes twice is read once."""
    seen: set[str] = set()
    written, position = "", 0
    for token in _PART.finditer(pattern):
        name = token[1]
        digits = "[0-9]+" if name == "n" else f"[0-9]{{{len(name)}}}"
        written += re.escape(pattern[position : token.start()])
        written += digits if name in seen else f"(?P<{name}>{digits})"
        seen.add(name)
        position = token.end()
    return re.compile(written + re.escape(pattern[position:]))


def _day(found: dict[str, str], today: date) -> date | None:
    """The day that a number names; parts it does not name are today's."""
    year = int(found["yyyy"]) if "yyyy" in found else today.year
    if "yyyy" not in found and "yy" in found:
        year = today.year // 100 * 100 + int(found["yy"])
    try:
        return date(year, int(found.get("mm", today.month)), int(found.get("dd", 1)))
    except ValueError:
        return None
