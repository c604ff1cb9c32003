"""From the home page to a record in a form that was just made, by a person who counts clicks and keys."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from runtime.accounts.models import User
from runtime.db import transaction
from runtime.definitions import lookup
from runtime.records import query
from tests.browser import axe
from tests.browser.design import Counter, drag, focused, said, settled
from tests.browser.rebuild.hands import storing
from tests.support.languages import CHINESE

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(240)]

WORDS = {
    "en": ("Trip", "Guest", "Kind", "From", "Nights", "Hotel", "Remarks", "Train\nPlane\nCar", "11222026"),
    "zh": ("出差", "客人", "交通", "日期", "几晚", "酒店", "备注", "火车\n飞机\n汽车", "11222026"),
}
KINDS = ("text", "choice", "date", "number", "text", "long_text")
REQUIRED = (0, 2)
LISTED, RULED = 1, 4


class Story:
    """The words of one language, the tab of who speaks it, and the keys that the fields have got."""

    def __init__(self, page: Page, locale: str) -> None:
        self.page = page
        self.form, *self.titles, self.lines, self.day = WORDS[locale]
        self.keys: list[str] = []
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])

    def copy_lines(self) -> None:
        """The options are copied from somewhere else."""
        self.page.evaluate("(text) => navigator.clipboard.writeText(text)", self.lines)


@pytest.fixture(params=CHINESE)
def story(request: pytest.FixtureRequest, open_tab: Callable[..., Page], alice: User) -> Story:
    """An administrator at the home page, in one language."""
    with transaction() as session:
        session.get_one(User, alice.id).locale = request.param
    page = open_tab(alice, language="en-GB" if request.param == "en" else "zh-CN")
    return Story(page, request.param)


def begun(story: Story) -> None:
    """A new app with a new form, from the page of the new app on."""
    page = story.page
    expect(page.locator("#title")).to_be_focused()
    page.keyboard.type(f"{story.form} app")
    page.keyboard.press("Enter")
    expect(page.locator("#new-form")).to_be_focused()
    page.keyboard.type(story.form)
    page.keyboard.press("Enter")
    expect(page.locator(".canvas")).to_be_visible()


def finished(story: Story, number: int) -> None:
    """Type the title of the new field; make it required, or give it the copied options."""
    page = story.page
    expect(page.locator("[data-title]:focus")).to_be_visible()
    page.keyboard.type(story.titles[number])
    page.keyboard.press("Enter")
    chosen = page.locator("a.pick[aria-current]:focus")
    expect(chosen).to_have_attribute("aria-label", re.compile(f"^{story.titles[number]}"))
    settled(page)
    story.keys.append(str(chosen.get_attribute("id")).removeprefix("pick-"))
    if number in REQUIRED:
        page.keyboard.press("r")
    if number == LISTED:
        page.keyboard.press("Control+V")
    settled(page)


def test_from_home_to_a_stored_record_takes_twenty_two_clicks(story: Story, alice: User) -> None:
    page = story.page
    page.goto("/")
    story.copy_lines()
    counter = Counter(page)
    page.goto("/")
    with counter.budget(clicks=22, keys=24, seconds=20):
        page.locator("main a[href='/apps/new-app']").first.click()
        begun(story)
        for number, kind in enumerate(KINDS):
            item = page.locator(f'#palette button[value*=\'"type": "{kind}"\']')
            drag(page, item, page.locator(".canvas-row, .canvas-empty").last, y=0.6)
            finished(story, number)
        page.locator(f"#pick-{story.keys[RULED]}").click()
        expect(page.locator("#panel-title")).to_have_text(story.titles[RULED])
        page.locator("#field-rule-show").click()
        with storing(page):
            page.locator("#field-rule .cond-value").select_option(index=1)
        counter.counts["click"] += 1
        page.locator("#publish-link").click()
        page.locator("#publish-button").click()
        page.locator("#open-live").click()
        filled(story, lambda: page.locator(f"#{story.keys[0]}").click())
        page.locator("#rec .btn-primary").click()
        page.wait_for_url(re.compile(r"/\d+/$"))
    stored(story, alice)


def filled(story: Story, begin: Callable[[], None]) -> None:
    """Fill the form from field to field; the rule shows one of them."""
    page, keys = story.page, story.keys
    ruled = page.locator(f"#f-{keys[RULED]}")
    expect(page.locator(f"#{keys[0]}")).to_have_attribute("aria-required", "true")
    expect(ruled).to_have_count(0)
    begin()
    page.keyboard.type("Ada")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")  # from “no answer” to the first option
    expect(ruled).to_have_count(1)
    page.keyboard.press("Tab")
    page.keyboard.type(story.day)
    page.locator(f"#{keys[3]}").focus()
    for text in ("3", "Astoria", "Late"):
        page.keyboard.type(text)
        page.keyboard.press("Tab")


def stored(story: Story, alice: User) -> None:
    """The record holds what was filled in, and the last page is without barriers."""
    app = story.page.url.split("/")[4]
    form = lookup.form(app, story.page.url.split("/")[6])
    record = query.get(alice, form, int(story.page.url.split("/")[7]))
    values = [record.values[key] for key in story.keys]
    assert values == [
        "Ada",
        form.fields[story.keys[LISTED]].schema["enum"][0],
        "2026-11-22",
        3,
        "Astoria",
        "Late",
    ]
    assert len(form.fields[story.keys[LISTED]].schema["enum"]) == 3
    assert axe.problems(story.page, "record") == []


def test_the_same_without_a_pointer_takes_a_hundred_and_fifty_keys(story: Story, alice: User) -> None:
    page = story.page
    page.goto("/")
    story.copy_lines()
    counter = Counter(page)
    page.goto("/")
    with counter.budget(clicks=0, keys=150, seconds=25):
        to(page, "main a[href='/apps/new-app']")
        page.keyboard.press("Enter")
        begun(story)
        for number, kind in enumerate(KINDS):
            if not page.locator("a.pick:focus").count():
                page.keyboard.press("F6")
            if focused(page) != "palette-find":
                page.keyboard.press("/")
            expect(page.locator("#palette-find")).to_be_focused()
            page.keyboard.type(kind.replace("_", " "))
            page.keyboard.press("Enter")
            finished(story, number)
            assert story.titles[number] in said(page)
        page.keyboard.press("ArrowUp")
        settled(page)
        page.keyboard.press("v")
        expect(page.locator("#field-rule .cond-value")).to_be_visible()
        to(page, ".cond-value")
        with storing(page):
            page.keyboard.press("ArrowDown")
        page.keyboard.press("Control+Enter")
        expect(page.locator("#publish-button")).to_be_visible()
        to(page, "#publish-button")
        page.keyboard.press("Enter")
        expect(page.locator("#open-live")).to_be_visible()
        to(page, "#open-live")
        page.keyboard.press("Enter")
        expect(page.locator("#rec")).to_be_visible()
        filled(story, lambda: to(page, f"#{story.keys[0]}"))
        to(page, "#rec .btn-primary")
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile(r"/\d+/$"))
    stored(story, alice)


def to(page: Page, selector: str) -> None:
    """Tab until there."""
    for _press in range(60):
        if page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{selector} is not reached")
