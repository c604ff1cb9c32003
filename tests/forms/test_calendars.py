"""The list of a form as a calendar: its days, the ways to others, and changing dates."""

import copy
import re
from html import unescape
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from builder import definitions, drafts, publish
from runtime import times
from runtime.accounts.models import User
from runtime.db import db, transaction
from runtime.definitions import lookup
from runtime.records import query
from runtime.records.tables import table
from tests.conftest import Queries
from tests.forms.followup import FOLLOWUP, Browser, make, make_all

DEALS = f"{FOLLOWUP}/opportunity/"
TYPED = {"HX-Request": "true"}
MONTH = f"{DEALS}?kind=calendar&span=month&day=2026-11-15"


def days(page: str) -> dict[str, list[str]]:
    """The days that have records, with their titles."""
    found = re.findall(r'<ul class="fw-dates" data-place="([^"]*)"[^>]*>(.*?)</ul>', page, re.S)
    texts = {
        day: [*map(_text, re.findall(r'class="fw-title"[^>]*>(.*?)</a>', part, re.S))] for day, part in found
    }
    return {day: titles for day, titles in texts.items() if titles}


def _text(html: str) -> str:
    return unescape(re.sub(r"<[^>]*>", "", html)).replace("\u202f", " ").strip()


def deal(owner: User, name: str, day: str | None, **more: Any) -> dict[str, Any]:
    """An opportunity of this person that closes on a day."""
    return {
        "name": name,
        "customer": CUSTOMER[0],
        "close_on": day,
        "owner": owner.id,
        "stage": "need",
        **more,
    }


CUSTOMER = [0]


@pytest.fixture(autouse=True)
def customer(seller: User) -> None:
    CUSTOMER[0] = make("customer", {"name": "Acme", "owner": seller.id})


def move(browser: Browser, record: int, to: str, form: str = "opportunity", **more: str) -> TestResponse:
    """Press the button that changes the date of a record."""
    by = more.get("date", "close_on")
    axes = ",".join(filter(None, (by, more.get("end"))))
    sent = {"kind": "calendar", "date": by, "field": axes, "move": f"{record}.1.", "to": to, **more}
    return browser.client.post(f"{FOLLOWUP}/{form}/move", data=sent)


def with_field(key: str, kind: str) -> None:
    """Deals have one field more from now on."""
    with transaction():
        form = copy.deepcopy(definitions.document("followup", "form", "opportunity"))
        assert form
        form["properties"][key] = {"title": key, "fw": {"type": kind}}
        form["fw"]["layout"][0]["rows"].append([key])
        drafts.save_draft(None, "followup", "form", "opportunity", form)
        publish.publish(None, "followup", "form", "opportunity")


def stored(record: int, key: str, form: str = "opportunity") -> Any:
    db.session.rollback()
    own = table(lookup.form("followup", form)).c
    return db.session.scalar(select(own[key]).where(own.id == record))


def test_given_records_with_dates_when_the_month_is_shown_then_each_stands_at_its_day(
    browser: Browser, seller: User
) -> None:
    dates = ["2026-10-25", "2026-11-01", "2026-11-30", "2026-12-06", "2026-12-07", None]
    make_all("opportunity", [deal(seller, f"Deal {number}", day) for number, day in enumerate(dates)])

    page = browser.open(MONTH).text

    assert "November 2026" in page
    assert days(page) == {"2026-11-01": ["Deal 1"], "2026-11-30": ["Deal 2"], "2026-12-06": ["Deal 3"]}
    assert page.count("<tr>") == 1 + 6
    assert days(browser.open(f"{MONTH}&q=deal+2").text) == {"2026-11-30": ["Deal 2"]}
    assert days(browser.open(MONTH.replace("month", "agenda")).text) == {
        "2026-11-01": ["Deal 1"],
        "2026-11-30": ["Deal 2"],
    }
    assert days(browser.open(MONTH.replace("month&day=2026-11-15", "week&day=2026-12-03")).text) == {
        "2026-11-30": ["Deal 2"],
        "2026-12-06": ["Deal 3"],
    }


def test_given_a_day_with_many_records_when_its_link_is_followed_then_all_of_them_are_there(
    browser: Browser, seller: User, queries: Queries
) -> None:
    make_all("opportunity", [deal(seller, f"Deal {number}", "2026-11-20") for number in range(5)])

    page = browser.open(MONTH).text
    more = re.search(r'<a class="fw-left-out" href="([^"]*)"[^>]*>([^<]*)<', page)
    assert more

    assert (len(days(page)["2026-11-20"]), more[2]) == (3, "＋2 more")
    assert len(days(browser.open(unescape(more[1])).text)["2026-11-20"]) == 5
    queries.clear()
    browser.open(MONTH)
    assert queries.count == 6, queries.statements  # as many as the list


def test_given_a_day_that_is_none_when_it_is_asked_for_then_the_calendar_shows_another(
    browser: Browser, seller: User
) -> None:
    make("opportunity", deal(seller, "Deal", "2026-11-20"))
    edges = [
        (day, span) for day in ("0001-01-01", "9999-12-31") for span in ("month", "week", "day", "agenda")
    ]
    none = [(day, "age") for day in ("2026-02-30", "soon", "１２３", "2026-W01-1", "20261121", "%00")]

    for day, span in (*edges, *none):
        page = browser.open(f"{DEALS}?kind=calendar&day={day}&span={span}")
        assert page.status_code == 200
        links = re.findall(r'href="([^"]*)" aria-label="(?:Earlier|Later)"', page.text)
        assert len(links) == 2
        if (day, span) in edges:
            assert [browser.open(unescape(link)).status_code for link in links] == [200, 200]


def test_given_a_record_when_its_date_is_changed_then_it_is_saved_and_a_day_that_is_none_is_refused(
    browser: Browser, seller: User
) -> None:
    one = make("opportunity", deal(seller, "Deal", "2026-11-20"))

    assert 'name="to" form="moving" value="2026-11-20"' in browser.open(f"{MONTH}&card={one}").text
    assert move(browser, one, "2026-02-30").status_code == 422
    assert move(browser, one, "").status_code == 422
    refused = move(browser, one, "2026-02-30", card=str(one)).text
    assert 'name="to" form="moving" value="2026-02-30"' in refused, "what was typed stays, and its panel"
    answer = move(browser, one, "2026-11-27", day="2026-11-15", card=str(one))

    assert answer.status_code == 303
    assert "card=" not in answer.location
    assert days(browser.open(answer.location).text)["2026-11-27"] == ["Deal"]
    assert stored(one, "close_on") == "2026-11-27"


def test_given_moments_when_they_are_shown_and_moved_then_the_readers_days_and_clock_count(
    browser: Browser, seller: User
) -> None:
    with_field("meets_at", "datetime")
    make("opportunity", deal(seller, "Early", None, meets_at="2026-10-31T16:00:00Z"))
    late = make("opportunity", deal(seller, "Late", None, meets_at="2026-11-30T15:59:59Z"))
    make("opportunity", deal(seller, "Too late", None, meets_at="2026-11-30T16:00:00Z"))
    agenda = f"{DEALS}?kind=calendar&date=meets_at&span=agenda&day=2026-11-15"

    assert days(browser.open(agenda).text) == {  # in Shanghai
        "2026-11-01": ["12:00 AM Early"],
        "2026-11-30": ["11:59 PM Late"],
    }
    assert move(browser, late, "2026-11-02", date="meets_at").status_code == 303
    assert stored(late, "meets_at") == "2026-11-02T15:59:59Z"
    with transaction() as session:
        session.get_one(User, seller.id).zone = "Europe/Berlin"
    twice = make(
        "opportunity", deal(seller, "In the second of two hours", None, meets_at="2026-10-25T01:30:00Z")
    )
    assert move(browser, twice, "2026-10-25", date="meets_at").status_code == 303
    assert stored(twice, "meets_at") == "2026-10-25T01:30:00Z"


def test_given_a_day_with_more_records_than_a_page_then_they_are_all_counted_and_loaded_page_by_page(
    browser: Browser, seller: User
) -> None:
    dates = [*["2026-11-19"] * 4, *["2026-11-20"] * 60]
    make_all("opportunity", [deal(seller, f"Deal {number:02}", day) for number, day in enumerate(dates)])

    page = browser.open(MONTH).text
    told = re.findall(r'<a class="fw-left-out" href="[^"]*day=([^"&]*)[^"]*"[^>]*>([^<]*)<', page)

    assert {("2026-11-19", "＋1 more"), ("2026-11-20", "＋57 more")} == set(told)
    assert "64 records" in page
    day = MONTH.replace("month&day=2026-11-15", "day&day=2026-11-20")
    first = browser.open(day).text
    assert len(days(first)["2026-11-20"]) == 50 and "60 records" in first
    more = re.search(r'id="more"><a[^>]* href="([^"]*)" hx-get="([^"]*)"', first)
    assert more
    rest = browser.client.get(unescape(more[2]), headers=TYPED).text
    assert len(re.findall(r'class="fw-title"', rest)) == 10 and "<html" not in rest
    assert len(days(browser.open(unescape(more[1])).text)["2026-11-20"]) == 60
    assert browser.client.get(unescape(more[2])).status_code == 200, "without a script, too"


def test_given_a_day_with_more_records_than_a_page_can_hold_then_the_next_ones_have_a_page_of_their_own(
    browser: Browser, seller: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runtime.forms.lists.listing.MOST_ROWS", 50)
    make_all("opportunity", [deal(seller, f"Deal {number:02}", "2026-11-20") for number in range(53)])

    page = browser.open(MONTH.replace("month&day=2026-11-15", "day&day=2026-11-20")).text
    more = re.search(r'id="more"><a[^>]* href="([^"]*)">', page)
    assert more

    assert days(browser.open(unescape(more[1])).text)["2026-11-20"] == ["Deal 50", "Deal 51", "Deal 52"]


def test_given_records_that_last_then_they_stand_on_each_of_their_days_and_move_as_a_whole(
    browser: Browser, seller: User
) -> None:
    with_field("until_on", "date")
    spans = [("2026-11-03", "2026-11-05"), ("2026-10-01", "2026-11-03"), ("2026-11-20", None)]
    deals = make_all("opportunity", [deal(seller, "Deal", day, until_on=until) for day, until in spans])
    address = f"{MONTH}&date=close_on&end=until_on"

    page = browser.open(address).text

    found = {day: len(titles) for day, titles in days(page).items()}
    assert [found[f"2026-11-0{number}"] for number in range(1, 6)] == [1, 1, 2, 1, 1]
    assert "3 records" in page and page.count(f'id="card-{deals[0]}"') == 1
    assert "goes on:" in page and "until Nov 5, 2026" in page
    assert move(browser, deals[0], "2026-11-10", date="close_on", end="until_on").status_code == 303
    assert (stored(deals[0], "close_on"), stored(deals[0], "until_on")) == ("2026-11-10", "2026-11-12")
    refused = move(browser, deals[1], "9999-12-30", date="close_on", end="until_on")
    assert refused.status_code == 422 and "Choose a day." in refused.text


def test_given_a_view_that_is_a_calendar_by_now_when_the_next_rows_of_its_list_are_asked_for_then_rows_come(
    browser: Browser, seller: User
) -> None:
    make_all("opportunity", [deal(seller, f"Deal {number}", "2026-11-20") for number in range(2)])
    cursor = query.page(seller, lookup.form("followup", "opportunity"), limit=1).next
    data = {"title": "By day", "act": "save", "kind": "calendar"}
    view = browser.client.post(f"{DEALS}views", data=data).location

    rest = browser.client.get(f"{view}&kind=list&after={cursor}", headers=TYPED)
    whole = [
        browser.client.get(address, headers=TYPED)
        for address in (f"{view}&after={cursor}", f"{DEALS}?kind=board&after={cursor}")
    ]

    assert (rest.text.count("<tr"), rest.headers.get("HX-Retarget")) == (1, None)
    for answer in whole:
        assert (answer.status_code, answer.headers.get("HX-Retarget")) == (200, "#list")
        assert 'id="list"' in answer.text


def test_given_no_day_when_the_calendar_is_opened_then_it_shows_today_as_month_and_for_phones_as_agenda(
    browser: Browser, seller: User
) -> None:
    today = times.today("Asia/Shanghai")
    make("opportunity", deal(seller, "Deal", today.isoformat()))

    page = browser.open(f"{DEALS}?kind=calendar").text

    assert re.search(rf'aria-current="date">\s*<a class="fw-day"[^>]*>{today.day}<', page)
    assert page.count(">Deal</a>") == 2
    assert page.count('<li class="fw-dated" id="card-') == 1
