"""Times of day: to the minute, without a date."""

import pytest

from tests.fields.support import CHINESE, field_of, parse, refusal, show

TIME = field_of("time")


@pytest.mark.parametrize(
    "raw, value",
    [
        ("9:30", "09:30"),
        ("9:30 a.m.", "09:30"),
        ("9:30PM", "21:30"),
        ("12:15 pm", "12:15"),
        ("上午 12:15", "00:15"),
        ("09:30:00", "09:30"),
        ("０９：３０", "09:30"),
    ],
)
def test_the_usual_ways_to_write_it_are_read(raw: str, value: str) -> None:
    assert parse(TIME, raw) == value


@pytest.mark.parametrize(
    "raw", ["25:00", "9.30", "0930", "09:30:01", "0:30 pm", "13:00 am", "9:30 2026-11-21"]
)
def test_what_is_no_time_is_refused(raw: str) -> None:
    assert refusal(TIME, raw) == "time"


def test_people_read_it_in_their_way() -> None:
    assert show(TIME, "21:05").replace("\u202f", " ") == "9:05 PM"
    assert show(TIME, "21:05", CHINESE) == "21:05"
