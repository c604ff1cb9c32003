"""What people and programs write into addresses of lists (reliability.md 5 E): nothing of it is run, told or kept."""

import json
from typing import Any

import pytest

from runtime.accounts.models import User
from tests.forms.followup import Browser, make_all
from tests.forms.test_list_tools import CUSTOMERS, GRADE_A, LIST, names

ALL = [each["name"] for each in CUSTOMERS]
PATHS = [
    "name) OR 1=1--",
    "a.b.c",
    "$..*",
    "password_hash",
    "search_text",
    "__class__",
    "owner.email",
    "\x00",
    "grade; DROP TABLE users",
]
OPERATORS = ["regex", "raw", "__class__", "like", "%" * 10_000, "equals' OR '1'='1"]


@pytest.fixture(autouse=True)
def customers(seller: User) -> list[int]:
    return make_all("customer", CUSTOMERS)


def opened(browser: Browser, **query: Any) -> str:
    """The list with this in its address: a page, whatever it was."""
    answer = browser.client.get(LIST, query_string={"sort": "name", **query})
    assert answer.status_code in (200, 303), answer.status_code
    if answer.status_code == 303:
        answer = browser.client.get(answer.location)
    assert "Traceback" not in answer.text
    return answer.text


SORTS = [
    "password_hash",
    "id; DROP TABLE users",
    "1,(select 1)",
    "case when 1=1 then name end",
    "-" * 9,
    "name,name,name,name,name",
    "search_text",
    "_name",
]


def test_an_order_by_what_is_none_is_the_usual_one(browser: Browser) -> None:
    for sort in SORTS:
        usual = names(browser.client.get(LIST).text)
        assert names(opened(browser, sort=sort)) == usual


def test_a_filter_by_what_is_no_field_filters_nothing_and_says_so(browser: Browser) -> None:
    for path in PATHS:
        written = {"required": [path], "properties": {path: {"const": "A"}}}
        page = opened(browser, filter=json.dumps(written))
        assert (names(page), "The filter was left out" in page) == (ALL, True)

        row = {"c.mode": "all", "c.0.path": path, "c.0.was": path, "c.0.op": "equals", "c.0.value": "A"}
        assert names(opened(browser, **row)) == ALL


def test_a_way_to_compare_that_is_none_filters_nothing(browser: Browser) -> None:
    for operator in OPERATORS:
        row = {
            "c.0.path": "grade",
            "c.0.was": "grade",
            "c.0.op": operator,
            "c.0.how": operator,
            "c.0.value": "A",
        }
        assert names(opened(browser, **{"c.mode": "all"}, **row)) == ALL


def nested(depth: int) -> Any:
    found: Any = GRADE_A
    for number in range(depth):
        found = {"anyOf" if number % 2 else "allOf": [found, GRADE_A]}
    return found


def test_groups_in_groups_without_end_are_refused(browser: Browser) -> None:
    text = json.dumps(nested(200), separators=(",", ":"))
    page = opened(browser, filter=text)
    assert (names(page), "The filter was left out" in page) == (ALL, True)

    inside = ".".join(["0"] * 200)
    assert (
        names(opened(browser, **{"c.mode": "all", f"c.{inside}.path": "grade", f"c.{inside}.op": "equals"}))
        == ALL
    )


NUMBERS = ["-1", "0", "1e9", str(10**18), "9" * 40, "x", "١٢", "1.5"]


def test_a_number_of_rows_that_is_none_is_kept_within_bounds(browser: Browser) -> None:
    for number in NUMBERS:
        assert names(opened(browser, upto=number, frozen=number, card=number)) == ALL


KEYS = ["password_hash", "nothing", "email; DROP TABLE users", "search_text", "created_by", "__class__"]


def test_groups_colours_and_figures_of_what_is_no_field_are_as_if_they_were_not_asked_for(
    browser: Browser,
) -> None:
    for key in KEYS:
        usual = opened(browser)
        page = opened(
            browser, by=key, colour=key, figures=json.dumps({key: "sum", "grade": "sum"}), cols=f"name,{key}"
        )
        assert names(page) == ALL
        assert "fw-group" not in page
        assert "fw-coloured" not in page
        assert 'class="fw-told"' not in page
        assert usual.count("<th ") >= page.count("<th ")
