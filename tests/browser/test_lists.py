"""A list that is filtered and saved as a view: by keyboard alone, and without JavaScript."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from runtime.accounts.models import User
from tests.browser.axe import problems
from tests.forms.followup import FOLLOWUP, make_all

pytestmark = [pytest.mark.browser, pytest.mark.slow]

OpenTab = Callable[..., Page]
LIST = f"{FOLLOWUP}/customer/"


@pytest.fixture(autouse=True)
def customers(seller: User) -> list[int]:
    named = [("Acme", "A"), ("Bolt", "B"), ("Crane", "A"), ("Dock", "C")]
    return make_all("customer", [{"name": name, "grade": grade} for name, grade in named])


def focus(page: Page) -> str:
    return str(page.evaluate("document.activeElement.id"))


def tab_to(page: Page, key: str) -> None:
    """Press Tab until this control has the focus."""
    for _step in range(60):
        if focus(page) == key:
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not lead to {key}")


def titles(page: Page) -> list[str]:
    return page.locator(".fw-title a").all_inner_texts()


def test_given_a_keyboard_alone_when_a_list_is_filtered_sorted_and_saved_then_the_view_opens_it_again(
    open_tab: OpenTab, seller: User
) -> None:
    page = open_tab(seller)
    page.goto(LIST)
    tab_to(page, "open-filter")
    page.keyboard.press("Enter")
    expect(page.locator("#filter-c\\.0-path")).to_be_focused()
    page.keyboard.type("Grade")
    expect(page.locator("#filter-c\\.0-op")).to_be_visible()
    tab_to(page, "filter-c.0-v0")
    page.keyboard.press("ArrowDown")
    expect(page.locator(".fw-chip")).to_have_text("Grade is A, key")
    assert titles(page) == ["Acme", "Crane"]
    assert focus(page) == "filter-c.0-v0", "the focus stays where one works"
    assert problems(page, "filter") == []
    page.keyboard.press("Escape")
    expect(page.locator("#panel")).to_have_count(0)

    page.locator("th a[data-sort=name]").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**sort=-name**")
    assert titles(page) == ["Crane", "Acme"]
    page.locator("th a[data-sort=state]").focus()
    page.keyboard.press("Shift+Enter")
    page.wait_for_url("**sort=-name%2Cstate**")

    tab_to(page, "open-view")
    page.keyboard.press("Enter")
    expect(page.locator("#view-title")).to_be_focused()
    page.keyboard.type("Key customers")
    page.keyboard.press("Enter")
    page.wait_for_url("**view=own-**")
    expect(page.locator(".fw-views [aria-current=page]")).to_have_text("Key customers")
    assert titles(page) == ["Crane", "Acme"]

    page.keyboard.press("/")
    assert focus(page) == "q"
    page.keyboard.type("cra")
    expect(page.locator(".fw-title a")).to_have_count(1)
    expect(page.locator(".fw-chip")).to_have_text("Grade is A, key")

    page.locator("#open-filter").click()
    page.locator("#filter-c-add").click()
    page.locator("#filter-c\\.1-path").select_option("state")
    expect(page.locator("#filter-c\\.1-op")).to_be_visible()
    page.locator("#q").fill("ac")
    expect(page.locator(".fw-title a")).to_have_text(["Acme"])
    hits = page.evaluate("[...CSS.highlights.get('fw-hits')].map(String)")
    assert hits and {hit.lower() for hit in hits} == {"ac"}, "what was searched for stands out"
    expect(page.locator("#q")).to_have_attribute("placeholder", re.compile("Search in: Name, "))
    expect(page.locator("#filter-c\\.1-path")).to_have_value("state")
    assert focus(page) == "q", "an open panel and its unfinished rows stay while one searches"


def test_given_no_javascript_when_a_list_is_filtered_and_saved_then_the_view_opens_it_again(
    open_tab: OpenTab, seller: User
) -> None:
    page = open_tab(seller, script=False)
    page.goto(LIST)
    page.locator("#open-filter").click()
    page.locator("#filter-c\\.0-path").select_option("grade")
    page.get_by_role("button", name="Apply").click()
    page.locator("#filter-c\\.0-v0").select_option("A")
    page.get_by_role("button", name="Apply").click()
    expect(page.locator(".fw-chip")).to_have_text("Grade is A, key")
    assert titles(page) == ["Acme", "Crane"]

    page.locator("#open-columns").click()
    page.locator("#up-name").click()
    page.locator("#col-phone").uncheck()
    page.get_by_role("button", name="Apply").click()
    expect(page.locator("th:not(.fw-choose)").first).to_have_text("Name")
    expect(page.locator("th", has_text="Phone")).to_have_count(0)

    page.locator("#open-view").click()
    page.locator("#view-title").fill("Key customers")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".fw-views [aria-current=page]")).to_have_text("Key customers")
    page.get_by_role("link", name="All").click()
    assert titles(page) == ["Acme", "Bolt", "Crane", "Dock"]
    page.get_by_role("link", name="Key customers").click()
    assert titles(page) == ["Acme", "Crane"]
