"""From the home page to a published form, by a person who counts clicks and keys."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from runtime.accounts.models import User
from tests.browser.design import Counter, focused, settled

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(240)]

FIELDS = (
    ("text", "Guest"),
    ("choice", "Kind"),
    ("date", "From"),
    ("number", "Nights"),
    ("text", "Hotel"),
    ("long_text", "Remarks"),
)
REQUIRED = ("Guest", "From")


def titled(page: Page, title: str) -> None:
    """Type the title of the new field; the focus is then on its row."""
    expect(page.locator("[data-title]:focus")).to_be_visible()
    page.keyboard.type(title)
    page.keyboard.press("Enter")
    expect(page.locator(f"#pick-{title.lower()}")).to_be_focused()
    settled(page)


def begun(page: Page, title: str) -> None:
    """A new app with a new form, from the page of the new app on."""
    expect(page.locator("#title")).to_be_focused()
    page.keyboard.type(f"{title} app")
    page.keyboard.press("Enter")
    expect(page.locator("#new-form")).to_be_focused()
    page.keyboard.type(title)
    page.keyboard.press("Enter")
    expect(page.locator(".canvas")).to_be_visible()


def test_a_new_form_with_a_rule_takes_twenty_two_clicks(open_tab: Callable[..., Page], alice: User) -> None:
    page = open_tab(alice)
    counter = Counter(page)
    page.goto("/")
    with counter.budget(clicks=22, keys=24, seconds=120):
        page.locator("main a[href='/apps/new-app']").first.click()
        begun(page, "Trip")
        for kind, title in FIELDS:
            page.locator(f'#palette button[value*=\'"type": "{kind}"\']').click()
            titled(page, title)
            if title in REQUIRED:
                page.keyboard.press("r")
                settled(page)
            if kind == "choice":
                page.locator("#panel-paste summary").click()
                page.locator("#panel-paste textarea").click()
                page.keyboard.insert_text("Train\nPlane\nCar")
                page.locator("#choice-paste").click()
                settled(page)
        page.locator("#pick-hotel").click()
        page.locator("#field-rule-show").click()
        expect(page.locator("#field-rule .cond-value")).to_be_visible()
        page.locator("#field-rule .cond-value").select_option(label="Train")
        counter.counts["click"] += 1
        settled(page)
        page.locator("#publish-link").click()
        page.locator("#publish-button").click()
        page.wait_for_url(lambda url: not url.endswith("/publish"))
    published(page)


def published(page: Page) -> None:
    """The form of people has the rule."""
    page.goto("/apps/trip_app/forms/trip/new")
    expect(page.locator("#guest")).to_have_attribute("aria-required", "true")
    expect(page.locator("#f-hotel")).to_have_count(0)
    page.get_by_label("Train").check()
    expect(page.locator("#f-hotel")).to_have_count(1)


def test_the_same_form_without_a_pointer(open_tab: Callable[..., Page], alice: User) -> None:
    page = open_tab(alice)
    counter = Counter(page)
    page.goto("/apps/new-app")
    with counter.budget(clicks=0, keys=150, seconds=150):
        begun(page, "Trip")
        for kind, title in FIELDS:
            page.keyboard.press("/") if page.locator("a.pick:focus").count() else page.keyboard.press("F6")
            if focused(page) != "palette-find":
                page.keyboard.press("/")
            expect(page.locator("#palette-find")).to_be_focused()
            page.keyboard.type(kind.replace("_", " "))
            page.keyboard.press("Enter")
            titled(page, title)
            if title in REQUIRED:
                page.keyboard.press("r")
                settled(page)
        page.keyboard.press("ArrowUp")
        settled(page)
        page.keyboard.press("v")
        expect(page.locator("#field-rule .cond-value")).to_be_visible()
        to(page, ".cond-value")
        page.keyboard.press("ArrowDown")
        settled(page)
        page.keyboard.press("Control+Enter")
        expect(page.locator("#publish-button")).to_be_visible()
        to(page, "#publish-button")
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url: not url.endswith("/publish"))


def to(page: Page, selector: str) -> None:
    """Tab until there."""
    for _press in range(60):
        if page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{selector} is not reached")
