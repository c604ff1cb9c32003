"""The next moments of an automation that a date starts, for one record: what its editor shows. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from runtime.automations.moments import moments

SHOWN = 5


@dataclass(frozen=True)
class Planned:
    """One moment: its offset, the time on the wall in the rule's zone, and the day that it was `moved` from
    because nobody works on it. `over` says that it is past.
    """

    offset: str
    wall: datetime
    moved: date | None
    over: bool


def next_moments(
    value: str | None, trigger: Mapping[str, Any], zone: str, calendar: Mapping[date, bool], now: datetime
) -> list[Planned]:
    """The first five moments to come for a record's date, soonest first; where none is left, the last past one.

    Nothing for a blank date, or a trigger that is not complete.
    """
    if not value or not trigger.get("offsets"):
        return []
    try:
        found = [_planned(value, offset, trigger, zone, calendar, now) for offset in trigger["offsets"]]
    except (ValueError, ZoneInfoNotFoundError, OSError, KeyError):
        return []
    known = sorted((each for each in found if each is not None), key=lambda each: each.wall)
    coming = [each for each in known if not each.over]
    return coming[:SHOWN] or known[-1:]


def _planned(
    value: str,
    offset: str,
    trigger: Mapping[str, Any],
    zone: str,
    calendar: Mapping[date, bool],
    now: datetime,
) -> Planned | None:
    one = {**trigger, "offsets": [offset]}
    found = moments(value, one, zone, calendar)
    if not found:
        return None
    (plain,) = moments(value, {**one, "holidays": "none"}, zone, calendar)
    moment = found[0]
    moved = plain.local_date if plain.local_date != moment.local_date else None
    return Planned(offset, moment.due_at.astimezone(ZoneInfo(zone)), moved, moment.due_at <= now)
