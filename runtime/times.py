"""The one clock of the product: every other module asks here what time it is."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo


def now() -> datetime:
    """The present moment, aware and UTC, to the microsecond."""
    return datetime.now(UTC)


def today(zone: str) -> date:
    """The calendar date that people in `zone` (IANA name) read off the wall now."""
    return now().astimezone(ZoneInfo(zone)).date()


def iso(moment: datetime) -> str:
    """The canonical text of a moment: UTC, whole seconds, `2026-11-21T09:00:00Z`; sorts as time does."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def parse_iso(text: str) -> datetime:
    """The moment of an ISO 8601 text with an offset or Z; ValueError without one."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a moment needs an offset")
    return moment.astimezone(UTC)
