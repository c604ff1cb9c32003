"""Options of a filter are told with how many records have them, and a list is coloured by a choice."""

import json
import re

import pytest

from runtime.accounts.models import User
from runtime.forms.lists import facets
from tests.conftest import Queries
from tests.forms.followup import Browser, make_all
from tests.forms.test_list_tools import ACTIVE, CUSTOMERS, GRADE_A, LIST

BOTH = {"allOf": [GRADE_A, ACTIVE]}
EITHER = {"anyOf": [GRADE_A, ACTIVE]}


@pytest.fixture(autouse=True)
def customers(seller: User) -> list[int]:
    return make_all("customer", CUSTOMERS)


def told(browser: Browser, path: str, **query: object) -> list[str]:
    """The options of the row that looks at a field, those with a number."""
    page = browser.client.get(LIST, query_string={"panel": "filter", **query}).text
    row = re.search(rf'<input type="hidden" name="(c\.\d)\.was" value="{path}">.*?</div>', page, re.S)
    assert row
    return re.findall(r'<option value="(\w+)"[^>]*>[^<]* · (\d+)<', row[0])


def test_given_one_condition_when_the_filter_opens_then_its_options_say_how_many_records_have_them(
    browser: Browser,
) -> None:
    assert told(browser, "grade", filter=json.dumps(GRADE_A)) == [("A", "2"), ("B", "1"), ("C", "1")]


def test_given_several_conditions_when_all_must_hold_then_the_others_count_and_so_does_the_search(
    browser: Browser,
) -> None:
    assert told(browser, "grade", filter=json.dumps(BOTH)) == [("A", "1"), ("B", "1"), ("C", "0")]
    assert told(browser, "grade", filter=json.dumps(BOTH), q="bolt") == [("A", "0"), ("B", "1"), ("C", "0")]
    assert told(browser, "grade", filter=json.dumps(EITHER)) == [("A", "2"), ("B", "1"), ("C", "1")]


def test_given_several_conditions_on_one_field_then_its_options_are_counted_once_and_without_any_of_them(
    browser: Browser, queries: Queries
) -> None:
    among = [{"required": ["grade"], "properties": {"grade": {"enum": ["A", each]}}} for each in "BC"]
    queries.clear()

    for kind in ("allOf", "anyOf"):
        found = told(browser, "grade", filter=json.dumps({kind: [GRADE_A, *among]}))
        assert found == [("A", "2"), ("B", "1"), ("C", "1")]

    assert sum("GROUP BY" in each for each in queries.statements) == 2


def test_given_a_condition_without_a_value_when_the_filter_opens_then_nothing_is_counted(
    browser: Browser, queries: Queries
) -> None:
    assert told(browser, "grade", filter=json.dumps({"required": ["grade"]})) == []
    assert not any("GROUP BY" in each for each in queries.statements)


def test_given_very_many_records_when_the_filter_opens_then_nothing_is_counted(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(facets, "MOST", 3)
    assert told(browser, "grade", filter=json.dumps(GRADE_A)) == []


def test_given_a_choice_that_colours_when_a_list_opens_then_each_row_has_its_colour_and_its_label(
    browser: Browser,
) -> None:
    page = browser.client.get(LIST, query_string={"colour": "grade", "panel": "columns"}).text
    rows = re.findall(r'<tr id="row-\d+" class="fw-coloured fw-hue-(\d)">.*?fw-mark[^>]*>([^<]*)<', page)
    assert sorted(rows) == [("0", "A, key"), ("0", "A, key"), ("1", "B, regular"), ("2", "C, small")]
    assert re.search(r'id="colour".*?value="grade" selected', page, re.S)
    assert "fw-coloured" not in browser.client.get(LIST, query_string={"colour": "phone"}).text
