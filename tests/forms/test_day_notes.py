"""What a calendar says of its days beside their records: holidays of the app, lunar days and festivals."""

import re
from datetime import date
from html import unescape

import pytest

from builder import drafts, publish
from runtime.accounts.models import User
from runtime.db import transaction
from runtime.definitions import lookup
from runtime.forms.lists.kinds._lunar import LunarDay, lunar, words
from tests.forms.followup import FOLLOWUP, Browser

OCTOBER = f"{FOLLOWUP}/opportunity/?kind=calendar&date=close_on&span=month&day=2026-10-15"


def notes(page: str) -> dict[str, str]:
    """The days of a month with what is said of them."""
    cells = re.findall(r'<td[^>]*>(.*?)<ul class="fw-dates" data-place="([^"]*)"', page, re.S)
    texts = {day: re.findall(r'<span class="fw-note"[^>]*>([^<]*)', part) for part, day in cells}
    return {day: unescape(" ".join(found)) for day, found in texts.items() if found}


# The dates on which these were celebrated.
@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("2024-02-09", "除夕"), ("2024-02-10", "春节"), ("2024-04-04", "清明节"), ("2025-01-29", "春节"),
        ("2025-06-01", "儿童节"), ("2025-05-31", "端午节"), ("2025-10-06", "中秋节"), ("2026-10-01", "国庆节"),
        ("2025-07-25", "闰六月"), ("2026-03-19", "二月"), ("2025-10-30", "初十"), ("2025-11-19", "三十"),
        ("1899-12-31", ""), ("2101-01-29", ""),
    ],
)  # fmt: skip
def test_a_day_says_its_festivals_its_month_or_its_lunar_day(day: str, said: str) -> None:
    assert words(date.fromisoformat(day)) == said


def test_lunar_days_follow_each_other_through_all_years() -> None:
    begin, end = date(1900, 1, 31).toordinal(), date(2101, 1, 29).toordinal()
    before = LunarDay(12, 30, False, True)
    for number in range(begin, end):
        here = lunar(date.fromordinal(number))
        assert here is not None
        goes_on = (here.month, here.is_leap, here.day) == (before.month, before.is_leap, before.day + 1)
        assert goes_on or (
            here.day == 1 and before.day in (29, 30) and here.month in (before.month, before.month % 12 + 1)
        )
        before = here
    assert before.is_last


def test_given_a_calendar_when_the_chinese_one_is_asked_for_then_it_stands_beside_the_days(
    browser: Browser,
) -> None:
    plain, both = browser.open(OCTOBER).text, browser.open(f"{OCTOBER}&layer=chinese").text

    assert notes(plain) == {} == notes(browser.open(f"{OCTOBER}&layer=klingon").text)
    assert notes(both)["2026-10-01"] == "国庆节" and notes(both)["2026-10-18"] == "重阳节"
    assert len(notes(both)) == 35
    assert '<span class="fw-note" lang="zh-CN">' in both


def test_given_holidays_of_the_app_when_a_calendar_is_opened_then_they_stand_at_their_days(
    browser: Browser, alice: User
) -> None:
    document = {
        **lookup.app_info("followup").document,
        "holidays": [
            {"date": "2026-10-02", "title": {"en": "Golden Week", "zh": "国庆假期"}},
            {"date": "2026-10-05"},
            {"date": "2026-10-10", "working": True},
        ],
    }
    with transaction():
        drafts.save_draft(alice, "followup", "app", "followup", document)
        publish.publish(alice, "followup", "app", "followup")

    assert notes(browser.open(OCTOBER).text) == {
        "2026-10-02": "Golden Week", "2026-10-05": "Day off", "2026-10-10": "Working day",
    }  # fmt: skip
    assert "Golden Week" in browser.open(OCTOBER.replace("month&day=2026-10-15", "day&day=2026-10-02")).text
