"""From a record to the next and the previous one of the list it was opened from, and back to that list."""

import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import parse_qsl, unquote, urlencode

import pytest

from runtime.accounts.models import User
from runtime.forms.lists.looks import filter_text
from tests.conftest import Queries
from tests.forms.followup import FOLLOWUP, Browser, make, make_all

CUSTOMERS = f"{FOLLOWUP}/customer/"
GRADES = (("a", None), ("b", "A"), ("c", "A"), ("d", "B"), ("e", None), ("f", "B"), ("g", "A"))


@pytest.fixture
def ids(seller: User) -> dict[str, int]:
    """Seven customers by their names; some have no grade, which sorts first."""
    rows = [{"name": 2 * name, "grade": grade} for name, grade in GRADES]
    return dict(zip("abcdefg", make_all("customer", rows), strict=True))


def walk(browser: Browser, start: int, way: str, state: str) -> Iterator[int]:
    """The records that the button leads to, one after the other, until it leads no further."""
    here = start
    while True:
        address = browser.open(f"{CUSTOMERS}{here}/{way}{state}").location
        assert unquote(address).endswith(f"/{unquote(state)}")
        there = int(address.removeprefix(CUSTOMERS).partition("/")[0])
        if there == here:
            return
        yield there
        here = there


def by_grade(grade: str) -> str:
    return filter_text({"required": ["grade"], "properties": {"grade": {"const": grade}}})


@pytest.mark.parametrize(
    ("state", "order"),
    [
        ({}, "abcdefg"),
        ({"sort": "-name"}, "gfedcba"),
        ({"sort": "grade"}, "aebcgdf"),
        ({"sort": "-grade,name"}, "dfbcgae"),
        ({"sort": "grade,-name"}, "eagcbfd"),
        ({"filter": by_grade("A")}, "bcg"),
        ({"filter": by_grade("A"), "sort": "-name"}, "gcb"),
    ],
)
def test_the_records_follow_each_other_as_in_their_list_and_back_again(
    browser: Browser, ids: dict[str, int], state: dict[str, str], order: str
) -> None:
    query, expected = f"?{urlencode(state)}" if state else "", [ids[name] for name in order]

    assert list(walk(browser, expected[0], "next", query)) == expected[1:]
    assert list(walk(browser, expected[-1], "previous", query)) == expected[-2::-1]
    assert "This is the first record of the list." in browser.open(f"{CUSTOMERS}{expected[0]}/{query}").text


def test_a_record_that_left_the_filter_still_has_its_place(browser: Browser, ids: dict[str, int]) -> None:
    query = f"?{urlencode({'filter': by_grade('A')})}"

    assert browser.open(f"{CUSTOMERS}{ids['d']}/next{query}").location.startswith(f"{CUSTOMERS}{ids['g']}/?")


def test_the_list_hands_its_state_on_and_the_record_leads_back_to_it(
    browser: Browser, ids: dict[str, int]
) -> None:
    listed = browser.open(f"{CUSTOMERS}?sort=-name&upto=100").text
    first = unescape(listed.partition('class="fw-title"')[2].split('href="')[1].split('"')[0])

    page = unescape(browser.open(first).text)

    assert first.startswith(f"{CUSTOMERS}{ids['g']}/?")
    assert f'href="{CUSTOMERS}?sort=-name&upto=100">' in page
    assert f'href="{CUSTOMERS}{ids["g"]}/next?sort=-name&upto=100"' in page
    assert f'href="{CUSTOMERS}{ids["b"]}/"' in browser.open(CUSTOMERS).text  # the usual list says nothing


@pytest.mark.parametrize("look", ["kind=calendar&span=month&day=2026-11-15", "kind=board&by=stage"])
def test_every_look_of_a_list_leads_to_a_record_and_back_as_it_was(
    browser: Browser, seller: User, look: str
) -> None:
    customer = make("customer", {"name": "Acme", "owner": seller.id})
    own = {
        "name": "Deal",
        "customer": customer,
        "close_on": "2026-11-20",
        "owner": seller.id,
        "stage": "need",
    }
    deals, record = f"{FOLLOWUP}/opportunity/", make("opportunity", own)
    led = re.search(rf'href="({deals}{record}/[^"#]*)', browser.open(f"{deals}?{look}").text)
    assert led

    back = re.search(rf'href="{deals}\?([^"]*)"', browser.open(unescape(led[1])).text)

    assert back and set(parse_qsl(look)) <= set(parse_qsl(unescape(back[1])))


@pytest.mark.parametrize("state", ["sort=x", "filter=x", "filter=%00", "view=none", "q=%00", "upto=-1"])
def test_a_state_that_makes_no_sense_counts_as_none(
    browser: Browser, ids: dict[str, int], state: str
) -> None:
    assert browser.open(f"{CUSTOMERS}{ids['a']}/next?{state}").location.startswith(f"{CUSTOMERS}{ids['b']}/")


def test_finding_the_next_record_reads_no_more_in_a_long_list(
    browser: Browser, ids: dict[str, int], queries: Queries
) -> None:
    browser.open(f"{CUSTOMERS}{ids['a']}/next")
    queries.clear()
    browser.open(f"{CUSTOMERS}{ids['a']}/next")

    assert queries.count == 5, queries.statements
