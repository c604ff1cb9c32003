"""Two people change the rows of one record: what does not touch comes together, the rest is asked, nothing is lost."""

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict

from runtime.accounts.models import User
from runtime.db import transaction
from runtime.definitions import lookup
from runtime.records import store
from tests.forms.followup import sign_in
from tests.forms.test_row_pages import QUOTE, held, marks, press, priced, values
from tests.forms.test_rows import PAGE, made, rows_of
from tests.records import factory

Posted = MultiDict[str, str]


@pytest.fixture
def browser(client: FlaskClient, bob: User) -> Iterator[FlaskClient]:
    """Bob's browser without JavaScript."""
    client.application.config["WTF_CSRF_ENABLED"] = False
    factory.shop(QUOTE)
    factory.give_role(bob)
    yield sign_in(client, bob)


class Quote:
    """A quote that Bob has open while somebody else changes its rows."""

    def __init__(self, browser: FlaskClient, count: int = 3) -> None:
        self.record = made(name="Acme", lines=priced(count))
        self.address = f"{PAGE}{self.record.id}/edit"
        self.page = browser.get(self.address).text
        self.rows = rows_of(self.page)
        self.stored = [dict(row) for row in self.record.values["lines"]]

    def others_save(self, rows: list[dict[str, Any]]) -> None:
        with transaction():
            form = lookup.form("shop", "quote")
            store.save(factory.TRUSTED, form, {"lines": rows}, record_id=self.record.id)

    def as_sent(self, *left_out: int) -> Posted:
        """What Bob's page posts without these of its rows."""
        sent = held(self.page)
        gone = {self.rows[number] for number in left_out}
        sent.setlist("lines", [each for each in sent.getlist("lines") if each not in gone])
        return sent


def prices(user: User, quote: Quote) -> list[int]:
    return [int(row["price"]) for row in values(user, quote.address).get("lines", ())]


def saved_again(browser: FlaskClient, quote: Quote, page: str) -> None:
    answer = press(browser, quote.address, held(page), "save")
    assert answer.status_code == 303, answer.text


def asked(page: str) -> list[str]:
    return re.findall(r'value="mine:([^"]+)"', page)


def test_changes_of_different_rows_and_cells_come_together(browser: FlaskClient, bob: User) -> None:
    # given
    quote = Quote(browser)
    a, b, c = quote.stored
    quote.others_save([{**a, "price": 10}, {**b, "qty": 5}, c])

    # when
    mine = {f"{quote.rows[1]}_price": "20", f"{quote.rows[2]}_price": "30"}
    answer = press(browser, quote.address, quote.as_sent(), "save", **mine)

    # then
    assert answer.status_code == 409 and asked(answer.text) == []
    saved_again(browser, quote, answer.text)
    assert prices(bob, quote) == [10, 20, 30]
    assert values(bob, quote.address)["lines"][1]["qty"] == 5


@pytest.mark.parametrize(("deed", "price"), [("mine", 20), ("theirs", 10), ("", 20)])
def test_of_one_cell_that_both_changed_both_values_are_shown(
    browser: FlaskClient, bob: User, deed: str, price: int
) -> None:
    # given
    quote = Quote(browser)
    quote.others_save([{**quote.stored[0], "price": 10, "text": "theirs"}, *quote.stored[1:]])

    # when
    name = f"lines.{quote.rows[0]}.price"
    answer = press(browser, quote.address, quote.as_sent(), "save", **{f"{quote.rows[0]}_price": "20"})

    # then
    assert answer.status_code == 409 and asked(answer.text) == [name]
    assert "CN¥20.00" in answer.text and "CN¥10.00" in answer.text
    assert f'href="#mine-{name}"' in answer.text and "Items, row 1: Price" in answer.text
    page = press(browser, quote.address, held(answer.text), f"{deed}:{name}").text if deed else answer.text
    assert asked(page) == ([] if deed else [name])
    saved_again(browser, quote, page)
    assert prices(bob, quote) == [price, 2, 3]
    assert values(bob, quote.address)["lines"][0]["text"] == "theirs"


def test_rows_that_both_added_all_stay_and_rows_that_one_took_out_go(browser: FlaskClient, bob: User) -> None:
    quote = Quote(browser)
    a, _b, c = quote.stored
    quote.others_save([a, {"price": 15}, c, {"price": 99}])
    sent = quote.as_sent(0)
    sent.add("lines", "n9")
    answer = press(browser, quote.address, sent, "save", n9_price="50")
    assert answer.status_code == 409 and asked(answer.text) == []
    saved_again(browser, quote, answer.text)
    assert sorted(prices(bob, quote)) == [3, 15, 50, 99]


@pytest.mark.parametrize(("deed", "expected"), [("mine", [20, 2, 3]), ("theirs", [2, 3])])
def test_a_row_that_they_took_out_and_i_changed_is_asked(
    browser: FlaskClient, bob: User, deed: str, expected: list[int]
) -> None:
    quote = Quote(browser)
    quote.others_save(quote.stored[1:])
    answer = press(browser, quote.address, quote.as_sent(), "save", **{f"{quote.rows[0]}_price": "20"})
    (name,) = asked(answer.text)
    assert answer.status_code == 409 and name.startswith("lines.n") and "Row removed" in answer.text
    page = press(browser, quote.address, held(answer.text), f"{deed}:{name}").text
    saved_again(browser, quote, page)
    assert prices(bob, quote) == expected


@pytest.mark.parametrize(("deed", "expected"), [("mine", [2, 3]), ("theirs", [10, 2, 3]), ("", [10, 2, 3])])
def test_a_row_that_i_took_out_and_they_changed_is_asked(
    browser: FlaskClient, bob: User, deed: str, expected: list[int]
) -> None:
    quote = Quote(browser)
    quote.others_save([{**quote.stored[0], "price": 10}, *quote.stored[1:]])
    answer = press(browser, quote.address, quote.as_sent(0), "save")
    name = f"lines.{quote.rows[0]}"
    assert answer.status_code == 409 and asked(answer.text) == [name]
    page = press(browser, quote.address, held(answer.text), f"{deed}:{name}").text if deed else answer.text
    saved_again(browser, quote, page)
    assert prices(bob, quote) == expected


def test_the_order_is_that_of_whoever_changed_it(browser: FlaskClient, bob: User) -> None:
    quote = Quote(browser)
    a, b, c = quote.stored
    quote.others_save([c, a, b])
    answer = press(browser, quote.address, quote.as_sent(), "save", **{f"{quote.rows[0]}_price": "20"})
    assert asked(answer.text) == []
    saved_again(browser, quote, answer.text)
    assert prices(bob, quote) == [3, 20, 2]


def test_a_conflict_on_another_page_opens_it_and_others_are_led_to(browser: FlaskClient, bob: User) -> None:
    # given
    quote = Quote(browser, 120)
    sent = Posted(quote.as_sent())
    third = press(browser, quote.address, sent, "row_page:lines.2", **{f"{quote.rows[0]}_price": "1000"}).text
    last = rows_of(third)[-1]
    changed = [{**row, "price": 7} if at in (0, 60, 119) else row for at, row in enumerate(quote.stored)]
    quote.others_save(changed)

    # when
    answer = press(browser, quote.address, held(third), "save", **{f"{last}_price": "2000"})

    # then
    assert answer.status_code == 409 and marks(answer.text) == "Rows 1–50 of 120"
    assert asked(answer.text) == [f"lines.{quote.rows[0]}.price"]
    assert f'value="row_show:lines.{last}.price"' in answer.text
    assert "Items, row 120: Price" in unescape(answer.text)
    page = press(browser, quote.address, held(answer.text), f"theirs:lines.{quote.rows[0]}.price").text
    page = press(browser, quote.address, held(page), f"row_show:lines.{last}.price").text
    assert asked(page) == [f"lines.{last}.price"] and marks(page) == "Rows 101–120 of 120"
    saved_again(browser, quote, page)
    found = prices(bob, quote)
    assert (found[0], found[60], found[119], len(found)) == (7, 7, 2000, 120)


def test_what_others_did_in_a_column_that_one_does_not_see_is_no_question(
    browser: FlaskClient, bob: User
) -> None:
    # given
    lines = QUOTE["properties"]["lines"]
    secret = {**lines["items"]["properties"]["text"]}
    secret["fw"] = {**secret["fw"], "access": {"clerk": "hidden"}}
    items = {**lines["items"], "properties": {**lines["items"]["properties"], "text": secret}}
    factory.shop({**QUOTE, "properties": {**QUOTE["properties"], "lines": {**lines, "items": items}}})
    quote = Quote(browser)
    assert "lines.r1.price" in quote.page and "lines.r1.text" not in quote.page
    quote.others_save([{**quote.stored[0], "text": "secret"}, *quote.stored[1:]])

    # when
    answer = press(browser, quote.address, quote.as_sent(0), "save")

    # then
    assert asked(answer.text) == [] and "secret" not in answer.text
    saved_again(browser, quote, answer.text)
    assert prices(bob, quote) == [2, 3]


def test_rows_that_are_locked_by_now_are_no_question(browser: FlaskClient, bob: User) -> None:
    # given
    named = {"properties": {"name": {"const": "Locked"}}, "required": ["name"]}
    rule = {"key": "l", "when": named, "then": {"lock": ["lines"]}}
    factory.shop({**QUOTE, "fw": {**QUOTE["fw"], "rules": [rule]}})
    quote = Quote(browser)
    quote.others_save(quote.stored[1:])
    with transaction():
        store.save(
            factory.TRUSTED, lookup.form("shop", "quote"), {"name": "Locked"}, record_id=quote.record.id
        )

    # when
    answer = press(browser, quote.address, quote.as_sent(), "save", **{f"{quote.rows[0]}_price": "20"})

    # then
    assert answer.status_code == 409 and asked(answer.text) == []
    assert "Their changes are in" in answer.text
    saved_again(browser, quote, answer.text)
    assert prices(bob, quote) == [2, 3]
