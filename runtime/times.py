"""The one clock of the product: every other module asks here what time it is."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


def now() -> datetime:
    """The present moment, aware and UTC, to the microsecond."""
    return datetime.now(UTC)


def today(zone: str) -> date:
    """The calendar date that people in `zone` (IANA name) read off the wall now."""
    return now().astimezone(ZoneInfo(zone)).date()


def is_zone(name: str) -> bool:
    """Whether there is a time zone of this name."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # a folder of the data base is an OSError
        return False
    return True


def iso(moment: datetime) -> str:
    """The canonical text of a moment: UTC, whole seconds, `2026-11-21T09:00:00Z`; sorts as time does."""
    # Not strftime: on Linux it writes the year 1 without its zeros, and the text would no longer sort.
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def parse_iso(text: str) -> datetime:
    """The moment of an ISO 8601 text with an offset or Z; ValueError without one."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a moment needs an offset")
    return moment.astimezone(UTC)


def from_wall(local: datetime, zone: str) -> datetime:
    """The moment at which clocks in `zone` show the naive `local` time.

    In an overlap (clocks go back) the first of the two; in a gap (clocks go forward), which no clock
    shows, the first minute after it.
    """
    place = ZoneInfo(zone)
    first, second = (local.replace(tzinfo=place, fold=fold).astimezone(UTC) for fold in (0, 1))
    if first <= second:
        return first
    before = second.astimezone(place).utcoffset()
    while first - second > timedelta(seconds=1):  # in a gap the change lies between the two
        middle = second + (first - second) // 2
        if middle.astimezone(place).utcoffset() == before:
            second = middle
        else:
            first = middle
    return first.replace(microsecond=0)
