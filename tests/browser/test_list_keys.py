"""A list by keys of one letter, a record beside it, and the rows that make room in a long one."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from runtime.accounts.models import User
from runtime.db import transaction
from tests.browser.axe import problems
from tests.forms.followup import FOLLOWUP, make_all

pytestmark = [pytest.mark.browser, pytest.mark.slow]

OpenTab = Callable[..., Page]
LIST = f"{FOLLOWUP}/customer/?sort=name"
TITLES = "#list .fw-title a"


def opened(open_tab: OpenTab, seller: User, count: int, query: str = "") -> Page:
    make_all("customer", [{"name": f"Customer {number:03}"} for number in range(1, count + 1)])
    page = open_tab(seller)
    page.goto(f"{LIST}{query}")
    page.wait_for_load_state()
    return page


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def test_given_a_list_when_letters_are_pressed_then_records_are_gone_through_chosen_seen_and_edited(
    open_tab: OpenTab, seller: User
) -> None:
    page = opened(open_tab, seller, 4)
    title = page.locator(TITLES)

    press(page, "j", "j", "j", "k")
    expect(title.nth(1)).to_be_focused()
    press(page, "x")
    expect(page.locator("#list [name=_record]:checked")).to_have_count(1)
    press(page, "ArrowDown")
    expect(title.nth(2)).to_be_focused()

    press(page, "o")
    expect(page.locator("#drawer h2")).to_have_text("Customer 003")
    expect(page.locator("#drawer h2 a")).to_be_focused()
    assert problems(page, "a record beside the list") == []
    press(page, "j")
    expect(page.locator("#drawer h2")).to_have_text("Customer 004")
    expect(page.locator("#drawer h2 a")).to_be_focused()
    press(page, "Escape")
    expect(page.locator("#drawer")).to_be_hidden()
    expect(title.nth(3)).to_be_focused()

    press(page, "?")
    expect(page.locator("#keys")).to_be_visible()
    assert problems(page, "keys of a list") == []
    press(page, "Escape")
    press(page, "f")
    expect(page.locator("#filter-c\\.0-path")).to_be_focused()
    press(page, "Escape")
    expect(page.locator("#panel")).to_have_count(0)
    press(page, "v")
    expect(page.locator("#view-title")).to_be_focused()
    page.keyboard.type("jkx")  # letters in a text are letters
    expect(page.locator("#view-title")).to_have_value("jkx")

    title.nth(0).focus()
    press(page, "e")
    page.wait_for_url("**/edit?back=**")
    page.go_back()
    page.wait_for_load_state()
    press(page, "n")
    page.wait_for_url("**/new")


def test_given_letters_that_are_switched_off_when_they_are_pressed_then_nothing_happens(
    open_tab: OpenTab, seller: User
) -> None:
    with transaction() as session:
        session.merge(seller).single_keys = False
    page = opened(open_tab, seller, 2)
    page.locator(TITLES).first.focus()
    press(page, "j", "x", "n")
    expect(page.locator(TITLES).first).to_be_focused()
    expect(page.locator("#list [name=_record]:checked")).to_have_count(0)


def test_given_many_rows_when_more_come_then_older_ones_make_room_but_not_those_that_are_used(
    open_tab: OpenTab, seller: User
) -> None:
    page = opened(open_tab, seller, 350, "&upto=300")
    rows, older = page.locator("#list tr[id^=row-]"), page.locator("#older button")
    chosen = page.locator("#list [name=_record]:checked")
    page.locator("#list [name=_record]").nth(20).check()
    page.locator("#more a").click()
    expect(page.get_by_role("link", name="Customer 301")).to_be_focused()
    expect(older).to_have_text("Show rows 1–20")
    expect(rows).to_have_count(330)
    expect(chosen).to_have_count(1)
    older.click()
    expect(page.get_by_role("link", name="Customer 001")).to_be_focused()
    expect(rows).to_have_count(350)

    page.goto(f"{LIST}&upto=350")
    page.wait_for_load_state()
    expect(older).to_have_text("Show rows 1–150")
    expect(rows).to_have_count(200)
    page.evaluate("dispatchEvent(new Event('beforeprint'))")  # paper has room for all
    expect(rows).to_have_count(350)
    expect(older).to_have_count(0)

    page.locator("#q").fill("341")
    expect(rows).to_have_count(1)
    expect(page).to_have_url(re.compile("q=341"))
