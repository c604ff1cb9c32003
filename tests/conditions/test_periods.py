"""Weeks, months, quarters and years around a day, in the zone of the app."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.conditions.days import PERIODS, Days, bounds, type_of
from runtime.fields import ValueType


@given(st.dates(date(1900, 1, 1), date(9990, 1, 1)), st.sampled_from(["week", "month", "quarter", "year"]))
def test_today_is_in_this_period_and_the_others_lie_right_beside_it(today: date, unit: str) -> None:
    last, this, following = (bounds(f"{which}_{unit}", today) for which in ("last", "this", "next"))

    assert this[0] <= today < this[1]
    assert (last[1], following[0]) == this
    assert all(first < after for first, after in (last, this, following))


@pytest.mark.parametrize(
    ("period", "first", "last"),
    [
        ("this_week", "2026-11-23", "2026-11-29"),
        ("last_week", "2026-11-16", "2026-11-22"),
        ("last_month", "2026-10-01", "2026-10-31"),
        ("next_month", "2026-12-01", "2026-12-31"),
        ("this_quarter", "2026-10-01", "2026-12-31"),
        ("next_quarter", "2027-01-01", "2027-03-31"),
        ("last_year", "2025-01-01", "2025-12-31"),
    ],
)
def test_a_period_has_the_days_that_a_calendar_shows(period: str, first: str, last: str) -> None:
    # In Shanghai it is Monday, in London still Sunday.
    days = Days(datetime(2026, 11, 22, 17, 0, tzinfo=UTC), "Asia/Shanghai")

    assert (days[f"{period}_first"], days[f"{period}_last"]) == (first, last)
    after = date.fromisoformat(last) + timedelta(days=1)
    midnight = datetime(after.year, after.month, after.day) - timedelta(hours=8, seconds=1)
    assert days[f"{period}_end"] == f"{midnight.isoformat()}Z"


def test_a_week_of_another_zone_is_another_week() -> None:
    assert Days(datetime(2026, 11, 22, 17, 0, tzinfo=UTC), "Europe/London")["this_week_first"] == "2026-11-16"


def test_each_edge_has_its_type_and_there_are_no_others() -> None:
    assert {type_of(f"days.{each}_first") for each in PERIODS} == {ValueType.DATE}
    assert {type_of(f"days.{each}_begin") for each in PERIODS} == {ValueType.DATETIME}
    for odd in (
        "days.this_day_first",
        "days.this_week",
        "days.this_week_",
        "days.THIS_week_end",
        "this_week_end",
    ):
        assert type_of(odd) is None
