"""Every gesture of the canvas by drag, by click and by keys: the same document, byte for byte."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from runtime.accounts.models import User
from tests.browser.axe import EVERYTHING, barriers
from tests.browser.design import (
    Counter,
    draft,
    drag,
    focused,
    form,
    handle,
    item,
    keys,
    menu,
    opened,
    order,
    pick,
    said,
    same_in_all_ways,
    settled,
    speaking,
    stored,
)
from tests.support.languages import ENGLISH

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(180)]

TEN = [f"f{number}" for number in range(1, 11)]
TWO_SECTIONS = form(
    "a",
    "b",
    "c",
    layout=[
        {"key": "one", "section": {"en": "One", "zh": "一"}, "rows": [["a"], ["b"]]},
        {"key": "two", "section": {"en": "Two", "zh": "二"}, "rows": [["c"]]},
    ],
)


@pytest.fixture
def page(open_tab: Callable[..., Page], alice: User) -> Page:
    """A tab of a designer. A language changes words, not gestures; what is said is tested where it is worded."""
    return speaking(open_tab(alice, language="en-GB"), "en")


def test_a_field_is_added_behind_another(page: Page) -> None:
    def by_click(page: Page) -> None:
        pick(page, "b").click()
        expect(page.locator("#cell-b.on")).to_be_visible()
        item(page, "date").click()

    def by_keys(page: Page) -> None:
        keys(page, "b", "/")
        expect(page.locator("#palette-find")).to_be_focused()
        page.keyboard.type("riqi")
        page.keyboard.press("Enter")

    def by_drag(page: Page) -> None:
        drag(page, item(page, "date"), page.locator("#cell-b"), y=0.9)

    same_in_all_ways(page, form("a", "b", "c"), by_click, by_keys, by_drag)
    assert order() == [["a"], ["b"], ["date"], ["c"]]


def test_a_page_break_is_put_between_two_fields(page: Page) -> None:
    def by_click(page: Page) -> None:
        pick(page, "a").click()
        expect(page.locator("#cell-a.on")).to_be_visible()
        item(page, "page_break").click()

    def by_keys(page: Page) -> None:
        keys(page, "a", "/")
        expect(page.locator("#palette-find")).to_be_focused()
        page.keyboard.type("page break")
        page.keyboard.press("Enter")

    def by_drag(page: Page) -> None:
        drag(page, item(page, "page_break"), page.locator("#cell-a"), y=0.9)

    same_in_all_ways(page, form("a", "b"), by_click, by_keys, by_drag)
    assert order() == [["a"], ["page_break"], ["b"]]


def test_a_field_moves_over_its_neighbour(page: Page) -> None:
    def by_click(page: Page) -> None:
        pick(page, "c").click()
        page.locator("#tool-up").click()
        settled(page)
        assert focused(page) == "tool-up"

    def by_keys(page: Page) -> None:
        keys(page, "c", "Alt+ArrowUp")
        settled(page)
        assert focused(page) == "pick-c"

    def by_drag(page: Page) -> None:
        drag(page, handle(page, "c"), page.locator("#cell-b"), y=0.1)

    same_in_all_ways(page, form("a", "b", "c"), by_click, by_keys, by_drag)
    assert order() == [["a"], ["c"], ["b"]]


@pytest.mark.parametrize("language", ENGLISH)
def test_t03_field_ten_becomes_field_two_in_four_ways(
    open_tab: Callable[..., Page], alice: User, language: str
) -> None:
    page = speaking(open_tab(alice, language="en-GB" if language == "en" else "zh-CN"), language)
    counter = Counter(page)

    def by_click(page: Page) -> None:
        with counter.budget(clicks=4):
            pick(page, "f10").click()
            page.locator("#tool-move").click()
            page.locator("#ask-places").select_option(index=1)
            counter.counts["click"] += 1
            page.locator("#ask-do").click()
            settled(page)
        assert focused(page) == "pick-f10"

    def by_letter(page: Page) -> None:
        pick(page, "f10").focus()
        with counter.budget(keys=4):
            page.keyboard.press("m")
            expect(page.locator("#ask-find")).to_be_focused()
            page.keyboard.type("F1")
            page.keyboard.press("Enter")
            settled(page)
        assert focused(page) == "pick-f10"

    def by_arrows(page: Page) -> None:
        pick(page, "f10").focus()
        with counter.budget(keys=9):
            for _press in range(8):
                page.keyboard.press("Alt+ArrowUp")
            settled(page)
        assert focused(page) == "pick-f10"
        assert "2" in said(page)

    def by_drag(page: Page) -> None:
        page.set_viewport_size({"width": 1280, "height": 1400})
        with counter.budget(clicks=1):
            drag(page, handle(page, "f10"), page.locator("#cell-f1"), y=0.9)
            settled(page)
        assert focused(page) == "pick-f10"
        page.set_viewport_size({"width": 1280, "height": 800})

    found = [
        [same_in_all_ways(page, form(*TEN), way) for _try in counter.tries(seconds=3)][-1]
        for way in (by_click, by_letter, by_arrows, by_drag)
    ]
    assert len(set(found)) == 1
    assert barriers(page, "moved", "", EVERYTHING) == []
    assert order() == [[key] for key in ("f1", "f10", *TEN[1:9])]


def test_a_field_moves_into_another_section(page: Page) -> None:
    def by_click(page: Page) -> None:
        pick(page, "a").click()
        page.locator("#tool-move").click()
        page.locator("#ask-places option[value*='two']").first.evaluate(
            "option => { option.selected = true; }"
        )
        page.locator("#ask-do").click()

    def by_keys(page: Page) -> None:
        keys(page, "a", "m")
        expect(page.locator("#ask-find")).to_be_focused()
        page.keyboard.type("two" if page.locator("html[lang=en]").count() else "er")
        page.keyboard.press("Enter")

    def by_drag(page: Page) -> None:
        drag(page, handle(page, "a"), page.locator("#cell-c"), y=0.1)

    same_in_all_ways(page, TWO_SECTIONS, by_click, by_keys, by_drag)
    assert order() == [["b"], ["a"], ["c"]]


def test_a_field_is_placed_beside_another(page: Page) -> None:
    def by_click(page: Page) -> None:
        menu(page, "b", "tool-beside")
        page.locator("#ask-places").select_option(index=0)
        page.locator("#ask-do").click()

    def by_keys(page: Page) -> None:
        keys(page, "b", "Alt+ArrowRight")

    def by_drag(page: Page) -> None:
        drag(page, handle(page, "b"), page.locator("#cell-a"), x=0.9)

    same_in_all_ways(page, form("a", "b", "c"), by_click, by_keys, by_drag)
    assert order() == [["a", "b"], ["c"]]


def test_a_field_gets_a_width(page: Page) -> None:
    def by_click(page: Page) -> None:
        pick(page, "b").click()
        page.locator("#tool-width-6").click()

    def by_keys(page: Page) -> None:
        keys(page, "b", "w", "3")

    found = same_in_all_ways(page, form("a", "b"), by_click, by_keys)
    assert '"span": 6' in found


def test_a_section_moves(page: Page) -> None:
    def by_click(page: Page) -> None:
        page.locator("#pick-section-two").click()
        page.locator("#tool-up").click()

    def by_keys(page: Page) -> None:
        page.locator("#pick-section-two").focus()
        page.keyboard.press("Alt+ArrowUp")

    def by_drag(page: Page) -> None:
        drag(page, page.locator("#section-one .canvas-head .h"), page.locator("#section-two"), y=0.9)

    same_in_all_ways(page, TWO_SECTIONS, by_click, by_keys, by_drag)
    assert order() == [["c"], ["a"], ["b"]]


def test_a_section_goes_into_an_empty_tab(page: Page) -> None:
    tabs = [{"key": key, "title": {"en": key.capitalize(), "zh": f"页{key}"}} for key in ("full", "bare")]
    sections = [{**each, "tab": "full"} for each in TWO_SECTIONS["fw"]["layout"]]
    begin = form("a", "b", "c", tabs=tabs, layout=sections)

    def by_click(page: Page) -> None:
        page.locator("#pick-section-two").click()
        page.locator("#tool-down").click()

    def by_keys(page: Page) -> None:
        page.locator("#pick-section-two").focus()
        page.keyboard.press("Alt+ArrowDown")

    def by_drag(page: Page) -> None:
        drag(page, page.locator("#section-two .canvas-head .h"), page.locator("#tab-bare"), y=0.8)

    found = same_in_all_ways(page, begin, by_click, by_keys, by_drag)
    assert '"tab": "bare"' in found


def test_a_field_is_duplicated_required_and_deleted(page: Page) -> None:
    def by_click(page: Page) -> None:
        menu(page, "a", "tool-copy")
        expect(pick(page, "a_2")).to_have_count(1)
        menu(page, "a", "tool-required")
        expect(page.locator("#f-a .fw-required")).to_have_count(1)
        menu(page, "b", "tool-delete")
        expect(pick(page, "b")).to_have_count(0)

    def by_keys(page: Page) -> None:
        keys(page, "a", "Control+d")
        settled(page)
        keys(page, "a", "r")
        settled(page)
        keys(page, "b", "Delete")

    same_in_all_ways(page, form("a", "b", "c"), by_click, by_keys)
    assert [len(row) for row in order()] == [1, 1, 1]


def test_a_field_is_duplicated_by_dragging_it_with_alt(page: Page) -> None:
    def by_click(page: Page) -> None:
        menu(page, "a", "tool-copy")

    def by_drag(page: Page) -> None:
        page.keyboard.down("Alt")
        drag(page, handle(page, "a"), page.locator("#cell-b"), y=0.05)
        page.keyboard.up("Alt")

    same_in_all_ways(page, form("a", "b"), by_click, by_drag)
    assert order() == [["a"], ["a_2"], ["b"]]


def test_a_title_is_changed_in_place(page: Page) -> None:
    def by_click(page: Page) -> None:
        menu(page, "a", "tool-rename")
        typed(page)

    def by_double_click(page: Page) -> None:
        pick(page, "a").dblclick()
        typed(page)

    def by_keys(page: Page) -> None:
        keys(page, "a", "Enter")
        typed(page)

    def typed(page: Page) -> None:
        expect(page.locator("#title-field-a")).to_be_focused()
        page.keyboard.type("Neu 新")
        page.keyboard.press("Enter")
        settled(page)
        assert focused(page).startswith("pick-")

    found = same_in_all_ways(page, form("a", "b"), by_click, by_keys, by_double_click)
    assert "Neu 新" in found


def test_several_fields_move_and_go_together(page: Page) -> None:
    def by_click(page: Page) -> None:
        for key in ("c", "b"):
            pick(page, key).click(modifiers=["Shift"])
        page.locator("[data-many=up]").click()

    def by_boxes(page: Page) -> None:
        for key in ("b", "c"):
            page.locator(f"#cell-{key}").hover()
            page.locator(f"#cell-{key} .mark-box").check()
        page.locator("[data-many=up]").click()

    def by_keys(page: Page) -> None:
        keys(page, "b", "Shift+ArrowDown", "Shift+ArrowDown", "Shift+ArrowUp", "Alt+ArrowUp")

    same_in_all_ways(page, form("a", "b", "c", "d"), by_click, by_boxes, by_keys)
    assert order() == [["b"], ["c"], ["a"], ["d"]]


def test_a_field_is_added_between_the_rows(page: Page) -> None:
    def by_click(page: Page) -> None:
        page.locator("#cell-a").hover()
        page.locator("#cell-a .add-here").click()
        expect(page.locator("#palette-find")).to_be_focused()
        item(page, "date").click()

    def by_keys(page: Page) -> None:
        keys(page, "a", "/")
        expect(page.locator("#palette-find")).to_be_focused()
        page.keyboard.type("riqi")
        page.keyboard.press("Enter")

    same_in_all_ways(page, form("a", "b"), by_click, by_keys)
    assert order() == [["a"], ["date"], ["b"]]


def test_fields_are_copied_and_cut_and_pasted(page: Page) -> None:
    def by_click(page: Page) -> None:
        menu(page, "b", "tool-clip-copy")
        menu(page, "d", "tool-clip-paste")
        expect(pick(page, "b_2")).to_have_count(1)
        for key in ("a", "b"):
            pick(page, key).click(modifiers=["Shift"])
        page.locator("#canvas-many [data-clip=cut]").click()
        expect(page.locator(".cell.cut")).to_have_count(2)
        page.locator("#canvas-paste").click()

    def by_keys(page: Page) -> None:
        keys(page, "b", "Control+c")
        keys(page, "d", "Control+v")
        expect(pick(page, "b_2")).to_have_count(1)
        settled(page)
        keys(page, "a", "Shift+ArrowDown", "Control+x")
        expect(page.locator(".cell.cut")).to_have_count(2)
        keys(page, "b_2", "Control+v")

    same_in_all_ways(page, form("a", "b", "c", "d"), by_click, by_keys)
    assert order() == [["c"], ["d"], ["b_2"], ["a"], ["b"]]


def test_escape_lets_go_of_what_is_dragged(page: Page) -> None:
    draft(form("a", "b", "c"))
    opened(page)
    before = stored()
    begin = handle(page, "c").bounding_box()
    assert begin
    page.mouse.move(begin["x"] + 5, begin["y"] + 20)
    page.mouse.down()
    page.mouse.move(begin["x"] + 20, begin["y"] - 60, steps=5)
    expect(page.locator("body.dragging")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.locator("body.dragging")).to_have_count(0)
    page.mouse.up()
    settled(page)
    assert stored() == before


def test_letters_are_no_commands_while_a_word_is_composed(page: Page) -> None:
    draft(form("a", "b"))
    opened(page)
    before = stored()
    pick(page, "a").focus()
    page.evaluate(
        """() => document.activeElement.dispatchEvent(new KeyboardEvent(
            "keydown", { key: "r", isComposing: true, bubbles: true, cancelable: true }))"""
    )
    settled(page)
    assert stored() == before
