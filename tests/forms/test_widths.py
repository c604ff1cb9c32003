"""How wide the columns of a list are, and which stay in sight: in the address, for the person, and in views."""

import json
import re
from html import unescape
from typing import Any

import pytest

from runtime import documents
from runtime.definitions import lookup
from runtime.forms.lists import widths
from tests.forms.followup import FOLLOWUP, Browser, make

LIST = f"{FOLLOWUP}/customer/"


@pytest.fixture(autouse=True)
def acme(browser: Browser) -> int:
    return make("customer", {"name": "Acme"})


def cols(page: str) -> list[int]:
    return [int(each) for each in re.findall(r'<col width="(\d+)"', page)]


def post(browser: Browser, **sent: Any) -> str:
    answer = browser.client.post(f"{LIST}widths", data={"cols": "name,phone,grade", **sent})
    assert answer.status_code == 303
    return browser.open(answer.location).text


def test_given_dragged_columns_when_the_list_is_opened_again_then_they_are_as_wide_for_this_person(
    browser: Browser,
) -> None:
    page = post(browser, widths=documents.dumps({"name": 300, "phone": 5, "grade": 5000, "nothing": 100}))

    assert cols(page) == [56, 300, 60, 800]
    assert cols(browser.open(f"{LIST}?cols=phone,name,state").text) == [56, 60, 300, 160]
    assert cols(post(browser, act="as_usual")) == []
    assert cols(browser.open(LIST).text) == []


def test_given_the_buttons_of_the_panel_when_they_are_pressed_then_a_column_grows_and_shrinks(
    browser: Browser,
) -> None:
    assert cols(post(browser, act="wider:name"))[1] == 200
    assert cols(post(browser, act="narrower:name", widths='{"name":200}'))[1] == 160
    page = post(browser, act="wider:phone", col=["phone", "name"], by="grade")
    assert cols(page)[1:] == [200, 160] and 'class="fw-group"' in page
    for act in ("wider:nothing", "wider", "never:name", "x" * 5000):
        assert cols(post(browser, act=act, widths='{"name":200}'))[1] == 200


def test_given_columns_that_stay_in_sight_when_they_are_chosen_then_the_list_scrolls_in_a_frame(
    browser: Browser,
) -> None:
    sent = {"col": ["name", "phone"], "frozen": "2", "by": "", "panel": "columns"}
    page = browser.open(browser.client.post(f"{LIST}columns", data=sent).location).text

    assert 'data-stays="3"' in page and 'role="region"' in page and 'tabindex="0"' in page
    assert 'data-stays="3"' in browser.open(LIST).text
    assert 'data-stays="4"' in browser.open(f"{LIST}?frozen=99").text


def test_given_more_than_ten_columns_when_the_list_is_opened_then_it_scrolls_in_a_frame(
    browser: Browser,
) -> None:
    keys = [key for key, one in lookup.form("followup", "customer").fields.items() if one.type.stored]
    assert "fw-scroll" in browser.open(f"{LIST}?cols={','.join(keys[:11])}").text
    assert "fw-scroll" not in browser.open(f"{LIST}?cols={','.join(keys[:10])}").text


def test_given_widths_when_a_view_is_saved_then_it_keeps_them_and_the_list_does_not_change(
    browser: Browser,
) -> None:
    sent = {"cols": "name,phone", "widths": '{"name":240}', "frozen": "1", "title": "Wide", "act": "save"}
    saved = browser.client.post(f"{LIST}views", data=sent).location
    page = browser.open(saved).text
    assert cols(page) == [56, 240, 160] and 'data-stays="2"' in page
    view = unescape(saved.partition("view=")[2])
    changed = browser.client.post(f"{LIST}widths", data={"view": view, "act": "wider:name"})
    assert cols(browser.open(changed.location).text)[1] == 280
    assert cols(browser.open(saved).text)[1] == 240
    assert cols(browser.open(LIST).text) == []


@pytest.mark.parametrize(
    "text", ["{", "[1]", '{"name": "x"}', '{"name": 1e9}', '{"name": true}', "[" * 2999, "x" * 9000]
)
def test_given_nonsense_in_the_address_when_the_list_is_opened_then_it_has_its_usual_widths(
    browser: Browser, text: str
) -> None:
    answer = browser.client.get(LIST, query_string={"widths": text, "frozen": text[:40]})
    assert answer.status_code == 200 and cols(answer.text) == []


def test_what_is_hidden_has_no_width() -> None:
    form = lookup.form("followup", "customer")
    text = json.dumps({"name": 100, "phone": 100})
    assert widths.settled(form, text, frozenset({"phone"})) == '{"name":100}'
