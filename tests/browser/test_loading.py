"""More rows of a list come as its end is seen, three times; then they wait to be asked for."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from runtime.accounts.models import User
from tests.forms.followup import FOLLOWUP, make_all

pytestmark = [pytest.mark.browser, pytest.mark.slow]

OpenTab = Callable[..., Page]
LIST = f"{FOLLOWUP}/customer/"
TITLES = ".fw-title a"


def open_list(open_tab: OpenTab, seller: User, count: int, query: str = "") -> Page:
    make_all("customer", [{"name": f"Customer {number:03}"} for number in range(count)])
    page = open_tab(seller)
    page.goto(f"{LIST}{query}")
    return page


def to_the_end(page: Page) -> None:
    page.evaluate("scrollTo(0, document.body.scrollHeight)")


class Held:
    """The answers with more rows, which wait until they are let go."""

    def __init__(self, page: Page) -> None:
        self.routes: list[Route] = []
        self.open = False
        page.route(re.compile("after="), self._came)

    def _came(self, route: Route) -> None:
        if self.open:
            route.continue_()
        else:
            self.routes.append(route)

    def let_go(self) -> None:
        self.open = True
        for each in self.routes:
            each.continue_()


def test_given_a_long_list_when_its_end_is_seen_then_more_rows_come_three_times_and_the_focus_stays(
    open_tab: OpenTab, seller: User
) -> None:
    page = open_list(open_tab, seller, 230)
    page.locator("#q").focus()
    for count in (100, 150, 200):
        to_the_end(page)
        expect(page.locator(TITLES).nth(count - 1)).to_be_attached()
    expect(page).to_have_url(re.compile(r"\?upto=200$"))
    to_the_end(page)
    expect(page.locator("#q")).to_be_focused()
    page.reload()
    expect(page.locator("#more a:not([hx-trigger])")).to_be_visible()
    expect(page.locator(TITLES)).to_have_count(200)
    page.get_by_text("Load more").click()
    expect(page.locator(TITLES)).to_have_count(230)
    expect(page.get_by_role("link", name="Customer 200")).to_be_focused()


def test_given_rows_on_their_way_when_they_are_asked_for_too_then_they_come_once(
    open_tab: OpenTab, seller: User
) -> None:
    page = open_list(open_tab, seller, 120)
    held = Held(page)
    with page.expect_request(re.compile("after=")):
        to_the_end(page)
    page.get_by_text("Load more").dblclick()
    held.let_go()
    expect(page.get_by_role("link", name="Customer 050")).to_be_focused()
    to_the_end(page)
    expect(page.get_by_role("link", name="Customer 119")).to_be_attached()
    assert page.locator(TITLES).all_inner_texts() == [f"Customer {number:03}" for number in range(120)]


def test_given_rows_on_their_way_when_something_is_searched_for_then_they_do_not_come(
    open_tab: OpenTab, seller: User
) -> None:
    make_all("customer", [{"name": f"Else {number:03}"} for number in range(20)])
    page = open_list(open_tab, seller, 100)
    held = Held(page)
    with page.expect_request(re.compile("after=")):
        to_the_end(page)
    page.locator("#q").fill("Customer")
    expect(page.locator("#more a")).to_have_attribute("href", re.compile("q=Customer"))
    held.let_go()
    to_the_end(page)
    expect(page.get_by_role("link", name="Customer 099")).to_be_attached()
    assert page.locator(TITLES).all_inner_texts() == [f"Customer {number:03}" for number in range(100)]
    expect(page).to_have_url(re.compile(r"\?q=Customer&upto=100$"))
