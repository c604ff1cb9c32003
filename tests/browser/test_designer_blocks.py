"""Sections, tabs and groups of fields on the canvas by drag, by click and by keys: the same document."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from builder import drafts
from runtime.accounts.models import User
from runtime.db import transaction
from runtime.definitions import lookup
from tests.browser.design import (
    APP,
    drag,
    form,
    item,
    keys,
    menu,
    order,
    pick,
    same_in_all_ways,
    settled,
    speaking,
)

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(180)]

TABS = [{"key": key, "title": {"en": key.capitalize(), "zh": f"页{key}"}} for key in ("one", "two")]
IN_TABS = form(
    "a",
    "b",
    tabs=TABS,
    layout=[
        {"key": key, "section": {"en": key, "zh": f"节{key}"}, "tab": tab, "rows": [[field]]}
        for key, tab, field in (("s", "one", "a"), ("t", "two", "b"))
    ],
)


@pytest.fixture
def page(open_tab: Callable[..., Page], alice: User) -> Page:
    """A tab of a designer."""
    return speaking(open_tab(alice, language="en-GB"), "en")


def block(page: Page, name: str) -> Locator:
    """The palette's button of a section, a tab or a group."""
    return page.locator(f"#palette button[value*='\"{name}.add\"']")


def found_by_keys(page: Page, word: str) -> None:
    """Something of the palette, by what is typed behind “/”."""
    page.keyboard.press("/")
    expect(page.locator("#palette-find")).to_be_focused()
    page.keyboard.type(word)
    page.keyboard.press("Enter")


@pytest.mark.parametrize(("kind", "y"), [("section", 0.1), ("section", 0.9), ("tab", 0.9)])
def test_a_block_is_added_before_or_behind_another(page: Page, kind: str, y: float) -> None:
    first = "section-s" if kind == "section" else "tab-one"

    def add(page: Page) -> None:
        pick(page, first).click()
        expect(page.locator(f"#pick-{first}[aria-current]")).to_be_visible()
        settled(page)

    def by_click(page: Page) -> None:
        add(page)
        block(page, kind).click()
        settled(page)
        if y < 0.5:
            page.locator("#tool-up").click()

    def by_keys(page: Page) -> None:
        keys(page, first)
        found_by_keys(page, block(page, kind).inner_text())
        if y < 0.5:
            keys(page, "section-section_1", "Alt+ArrowUp")

    def by_drag(page: Page) -> None:
        drag(page, block(page, kind), page.locator(f"#{first}"), y=y)

    same_in_all_ways(page, IN_TABS, by_click, by_keys, by_drag)


def test_a_tab_moves(page: Page) -> None:
    def by_click(page: Page) -> None:
        pick(page, "tab-two").click()
        page.locator("#tool-up").click()

    def by_keys(page: Page) -> None:
        keys(page, "tab-two", "Alt+ArrowUp")

    def by_drag(page: Page) -> None:
        drag(page, page.locator("#tab-two > .canvas-head .h"), page.locator("#tab-one"), y=0.1)

    same_in_all_ways(page, IN_TABS, by_click, by_keys, by_drag)
    assert order() == [["b"], ["a"]]


def test_a_field_is_added_beside_another(page: Page) -> None:
    def add(page: Page) -> None:
        keys(page, "b")
        found_by_keys(page, "date")
        expect(page.locator("#cell-date.on")).to_be_visible()
        settled(page)
        page.keyboard.press("Escape")

    def by_click(page: Page) -> None:
        add(page)
        menu(page, "date", "tool-beside")
        page.locator("#ask-places").select_option(index=2)
        page.locator("#ask-do").click()

    def by_keys(page: Page) -> None:
        add(page)
        keys(page, "date", "Alt+ArrowRight")

    def by_drag(page: Page) -> None:
        drag(page, item(page, "date"), page.locator("#cell-b"), x=0.9)

    same_in_all_ways(page, form("a", "b"), by_click, by_keys, by_drag)
    assert order() == [["a"], ["b", "date"]]


def test_a_saved_group_is_put_where_it_is_dropped(page: Page) -> None:
    group = {
        "key": "visit",
        "title": {"en": "Visit", "zh": "拜访"},
        "properties": form("when", "who")["properties"],
    }

    def by_click(page: Page) -> None:
        pick(page, "a").click()
        expect(page.locator("#cell-a.on")).to_be_visible()
        block(page, "group").click()

    def by_keys(page: Page) -> None:
        keys(page, "a")
        found_by_keys(page, "visit")

    def by_drag(page: Page) -> None:
        drag(page, block(page, "group"), page.locator("#cell-a"), y=0.9)

    with transaction():
        own = lookup.app_info(APP).document
        drafts.save_draft(None, APP, "app", APP, {**own, "field_groups": [group]})
    same_in_all_ways(page, form("a", "b"), by_click, by_keys, by_drag)
    assert order() == [["a"], ["when"], ["who"], ["b"]]


def test_a_field_goes_into_an_empty_tab(page: Page) -> None:
    sections = [{**each, "tab": "one"} for each in IN_TABS["fw"]["layout"]]
    begin = {**IN_TABS, "fw": {"tabs": TABS, "layout": sections}}

    def by_click(page: Page) -> None:
        menu_move(page, "Into the tab “Two”")
        pick(page, "tab-two").click()
        expect(page.locator("#pick-tab-two[aria-current]")).to_be_visible()
        item(page, "date").click()

    def menu_move(page: Page, told: str) -> None:
        pick(page, "a").click()
        page.locator("#tool-move").click()
        page.locator("#ask-places").select_option(label=told)
        page.locator("#ask-do").click()
        settled(page)

    def by_keys(page: Page) -> None:
        keys(page, "a", "m")
        expect(page.locator("#ask-find")).to_be_focused()
        page.keyboard.type("two")
        page.keyboard.press("Enter")
        settled(page)
        keys(page, "tab-two")
        found_by_keys(page, "date")

    def by_drag(page: Page) -> None:
        drag(page, page.locator("#cell-a > .h"), page.locator("#tab-two"), y=0.7)
        settled(page)
        drag(page, item(page, "date"), page.locator("#cell-a"), y=0.9)

    def by_drag_of_a_new_one(page: Page) -> None:
        drag(page, item(page, "date"), page.locator("#tab-two"), y=0.7)
        settled(page)
        page.keyboard.press("Escape")
        drag(page, page.locator("#cell-a > .h"), page.locator("#cell-date"), y=0.1)

    same_in_all_ways(page, begin, by_click, by_keys, by_drag)
    found = same_in_all_ways(page, begin, by_drag_of_a_new_one)
    assert order() == [["b"], ["a"], ["date"]]
    assert '{"key": "section_1", "tab": "two", "rows": [["a"], ["date"]]}' in found
