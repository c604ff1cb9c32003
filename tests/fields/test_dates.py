"""Dates and moments, over zones and changes of the clock."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime import times
from runtime.fields import FieldError, Reader
from tests.fields.support import CHINESE, READER, field_of, parse, refusal, show

DATE = field_of("date")
MOMENT = field_of("datetime")
ZONES = ["UTC", "Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"]


@pytest.mark.parametrize(
    "raw",
    [
        "2026-11-02",
        "2026/11/2",
        "2026.11.02",
        "2026年11月2日",
        "２０２６年１１月２日",
        " 2026 年 11 月 2 日 ",
    ],
)
def test_a_date_is_read_leniently(raw: str) -> None:
    assert parse(DATE, raw) == "2026-11-02"


@pytest.mark.parametrize(
    "raw",
    [
        "2026-02-30",
        "2025-02-29",
        "0000-00-00",
        "0000-01-01",
        "0026-11-21",
        "10000-01-01",
        "2026-13-01",
        "11/21/2026",
        "20261121",
        "2026-W47-6",
        "2026-11-21T00:00",
        "٢٠٢٦-11-21",
        "2026年11月21",
        "x" * 5000,
    ],
)
def test_what_is_no_date_is_refused(raw: str) -> None:
    assert refusal(DATE, raw) == "date"


@pytest.mark.parametrize(
    "value", ["2026-02-30", "2026/11/21", "", " 2026-11-21", "2026-11-21\n", "0999-01-01"]
)
def test_the_api_sends_canonical_dates_only(value: str) -> None:
    with pytest.raises(FieldError):
        DATE.type.normalise(value, DATE)


@pytest.mark.parametrize("value", ["1900-01-01", "9999-12-31", "2000-02-29", "1000-01-01"])
def test_days_far_away_are_exact(value: str) -> None:
    assert parse(DATE, value) == DATE.type.normalise(value, DATE) == value


def test_dates_are_shown_so_that_nobody_swaps_day_and_month() -> None:
    assert show(DATE, "2026-11-02") == "Nov 2, 2026"
    assert show(DATE, "2026-11-02", CHINESE) == "2026年11月2日"
    assert show(MOMENT, "2026-11-21T01:00:00Z") == "Nov 21, 2026 9:00\u202fAM"
    assert show(MOMENT, "2026-11-21T01:00:00Z", CHINESE) == "2026年11月21日 09:00"


def test_a_typed_time_is_the_wall_clock_of_the_reader() -> None:
    assert parse(MOMENT, "2026-11-21T09:00", Reader("en", "Asia/Shanghai")) == "2026-11-21T01:00:00Z"
    assert parse(MOMENT, "2026-11-21T09:00", Reader("en", "America/New_York")) == "2026-11-21T14:00:00Z"


@pytest.mark.parametrize(
    "zone, raw, value",
    [
        ("Europe/Berlin", "2026-03-29T02:30", "2026-03-29T01:00:00Z"),  # 02:00 to 03:00 does not exist
        ("Europe/Berlin", "2026-03-29T02:00", "2026-03-29T01:00:00Z"),
        ("Europe/Berlin", "2026-03-29T03:00", "2026-03-29T01:00:00Z"),
        ("Europe/Berlin", "2026-10-25T02:30", "2026-10-25T00:30:00Z"),  # occurs twice
        ("Australia/Lord_Howe", "2026-10-04T02:15", "2026-10-03T15:30:00Z"),  # a gap of half an hour
        ("Pacific/Apia", "2011-12-30T12:00", "2011-12-30T10:00:00Z"),  # a day that was left out
        ("Asia/Shanghai", "1986-05-04T02:30", "1986-05-03T18:00:00Z"),
    ],
)
def test_gap_means_the_minute_after_it_and_overlap_the_first(zone: str, raw: str, value: str) -> None:
    assert parse(MOMENT, raw, Reader("en", zone)) == value


@pytest.mark.parametrize(
    "value, instant",
    [
        ("2026-11-21T09:00:00+14:00", "2026-11-20T19:00:00Z"),
        ("2026-11-20T07:00:00-12:00", "2026-11-20T19:00:00Z"),
        ("2026-11-20T19:00Z", "2026-11-20T19:00:00Z"),
        ("2026-11-20T19:00:00.999Z", "2026-11-20T19:00:00Z"),
    ],
)
def test_the_same_instant_is_stored_for_every_offset(value: str, instant: str) -> None:
    assert MOMENT.type.normalise(value, MOMENT) == instant


@pytest.mark.parametrize(
    "value, code",
    [
        ("2026-11-21T09:00:00", "offset"),
        ("2026-11-21", "datetime"),
        ("2026-02-30T09:00:00Z", "datetime"),
        ("2026-11-21T24:00:00Z", "datetime"),
        ("2026-11-21T23:59:60Z", "datetime"),
        ("9999-12-31T23:59:59-12:00", "datetime"),
        ("1000-01-01T00:00:00+14:00", "datetime"),
        ("20261121T090000Z", "datetime"),
        ("2026-11-21T09:00:00Z\n", "datetime"),
        ("", "datetime"),
    ],
)
def test_a_moment_of_the_api_needs_a_real_time_and_an_offset(value: str, code: str) -> None:
    with pytest.raises(FieldError) as caught:
        MOMENT.type.normalise(value, MOMENT)
    assert caught.value.code == code


@given(st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1)), st.sampled_from(ZONES))
def test_a_moment_survives_its_control(local: datetime, zone: str) -> None:
    reader = Reader("en", zone)
    value = parse(MOMENT, local.replace(microsecond=0).isoformat(), reader)
    assert parse(MOMENT, MOMENT.type.to_raw(value, MOMENT, reader), reader) == value


@given(st.datetimes(datetime(1970, 1, 1), datetime(2037, 1, 1)), st.sampled_from(ZONES))
def test_the_wall_clock_is_right_wherever_it_shows_the_time(local: datetime, zone: str) -> None:
    local = local.replace(second=0, microsecond=0)
    moment = times.from_wall(local, zone)
    shown = moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    assert shown >= local
    if shown > local:  # a gap: the minute before belongs to the time before it
        before = (moment - timedelta(seconds=1)).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        assert before < local


@given(st.datetimes(datetime(1000, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC)))
def test_a_canonical_moment_is_left_alone(moment: datetime) -> None:
    value = times.iso(moment)
    assert MOMENT.type.normalise(value, MOMENT) == value


@given(st.text(max_size=40))
def test_any_text_is_a_moment_or_refused_by_name(text: str) -> None:
    assert refusal(MOMENT, text) in (None, "datetime", "characters")
    assert refusal(DATE, text, READER) in (None, "date", "characters")


BY_HEART = field_of("date", parts=True)
BOXES = {
    "day first": ["27", "3", "1985"],
    "year first": ["1985", "03", "27"],
    "full-width": ["２７", "３", "１９８５"],
    "blanks": [" 27", "3 ", "1985"],
    "all in one box": ["", "", "1985-03-27"],
    "pasted into the first": ["1985年3月27日", "", ""],
}
NO_DATE = {
    "no such day": ["30", "2", "1985"],
    "a year of two digits": ["27", "3", "85"],
    "no year": ["27", "3", ""],
    "words": ["27", "March", "1985"],
    "two years": ["1985", "3", "1985"],
    "a sign": ["27", "-3", "1985"],
    "very long": ["27", "3" * 5000, "1985"],
    "NUL": ["27\x00", "3", "1985"],
}


@pytest.mark.parametrize("boxes", BOXES.values(), ids=BOXES.keys())
def test_a_date_that_is_typed_in_parts_has_one_reading_in_every_order(boxes: list[str]) -> None:
    assert parse(BY_HEART, BY_HEART.type.joined(boxes, BY_HEART)) == "1985-03-27"


@pytest.mark.parametrize("boxes", NO_DATE.values(), ids=NO_DATE.keys())
def test_parts_that_are_no_date_are_refused_and_stand_where_they_were_typed(boxes: list[str]) -> None:
    joined = BY_HEART.type.joined(boxes, BY_HEART)

    assert refusal(BY_HEART, joined) == "date_parts"
    assert [text for _label, text in BY_HEART.type.parts(BY_HEART, joined, READER)] == boxes


def test_parts_stand_in_the_order_of_the_language_and_no_parts_are_no_date() -> None:
    assert BY_HEART.type.parts(BY_HEART, "1985-03-07", READER) == [
        ("Day", "7"),
        ("Month", "3"),
        ("Year", "1985"),
    ]
    assert BY_HEART.type.parts(BY_HEART, ["7", "3", "1985"], CHINESE) == [
        ("Year", "1985"),
        ("Month", "3"),
        ("Day", "7"),
    ]
    assert parse(BY_HEART, BY_HEART.type.joined(["", " ", ""], BY_HEART)) is None
    assert DATE.type.parts(DATE, "1985-03-07", READER) == []
