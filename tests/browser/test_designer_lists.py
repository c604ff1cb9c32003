"""Columns by drag, by click and by keys: the same document. And the panes around the canvas."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from builder import designing, drafts
from builder.commands import Target
from builder.designing import Request
from runtime.accounts.models import User
from runtime.db import transaction
from tests.browser.design import (
    APP,
    PATH,
    draft,
    drag,
    field,
    form,
    handle,
    item,
    opened,
    order,
    pick,
    said,
    same_in_all_ways,
    settled,
    speaking,
    stored,
)
from tests.conftest import make_user

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(180)]

LINES = form("a", "b", "c")
LINES["properties"]["lines"] = field("lines", "sub_table") | {
    "items": {"type": "object", "properties": {key: field(key) for key in ("item", "size")}}
}


@pytest.fixture
def page(open_tab: Callable[..., Page], alice: User) -> Page:
    """A tab of a designer."""
    return speaking(open_tab(alice, language="en-GB"), "en")


def test_a_column_of_the_list_moves(page: Page) -> None:
    def listed(page: Page) -> None:
        page.goto(PATH.replace("/fields", "/list"))

    def by_click(page: Page) -> None:
        listed(page)
        for _press in range(2):
            page.locator("#column-down-a").click()
            settled(page)
        expect(page.locator("#live")).to_have_text("A is now column 3 of 3")
        expect(page.locator("#column-down-a")).to_be_focused()

    def by_keys(page: Page) -> None:
        listed(page)
        page.locator("#column-up-a").focus()
        page.keyboard.press("Alt+ArrowDown")
        page.keyboard.press("Alt+ArrowDown")
        settled(page)
        expect(page.locator("#column-up-a")).to_be_focused()

    def by_drag(page: Page) -> None:
        listed(page)
        drag(page, page.locator("#column-a .h"), page.locator("#column-c"), y=0.9)

    found = same_in_all_ways(page, form("a", "b", "c"), by_click, by_keys, by_drag)
    assert '"columns": ["b", "c", "a"]' in found


def test_a_column_is_added_to_a_sub_table(page: Page) -> None:
    def by_click(page: Page) -> None:
        opened(page, sel="field/lines")
        page.locator("#column-open-lines\\.item").click()
        settled(page)
        item(page, "date").click()

    def by_keys(page: Page) -> None:
        opened(page, sel="field/lines")
        page.locator("#column-open-lines\\.item").press("Enter")
        settled(page)
        page.locator("#main").focus()
        page.keyboard.press("/")
        page.keyboard.type("riqi")
        page.keyboard.press("Enter")

    def by_drag(page: Page) -> None:
        drag(page, item(page, "date"), page.locator("#cell-lines thead th").nth(2), x=0.2)
        settled(page)
        expect(page.locator("#live")).to_have_text("Date is now column 2 of 3")

    def by_drag_onto_the_columns(page: Page) -> None:
        opened(page, sel="field/lines")
        drag(page, item(page, "date"), page.locator("#panel-column-lines\\.item"), y=0.9)

    same_in_all_ways(page, LINES, by_click, by_keys, by_drag, by_drag_onto_the_columns)
    headings = page.locator("#cell-lines thead th").all_inner_texts()
    assert [each.strip() for each in headings[1:-1]] == ["Item", "Date", "Size"]


def test_a_column_of_a_sub_table_moves(page: Page) -> None:
    def by_click(page: Page) -> None:
        opened(page, sel="field/lines")
        page.locator("#column-down-lines\\.item").click()

    def by_keys(page: Page) -> None:
        opened(page, sel="field/lines")
        page.locator("#column-open-lines\\.item").press("Alt+ArrowDown")
        settled(page)
        expect(page.locator("#column-open-lines\\.item")).to_be_focused()
        assert said(page) == "Item is now column 2 of 2"

    def by_drag(page: Page) -> None:
        opened(page, sel="field/lines")
        first = page.locator("#panel-column-lines\\.item")
        drag(page, first.locator(".h"), page.locator("#panel-column-lines\\.size"), y=0.9)

    same_in_all_ways(page, LINES, by_click, by_keys, by_drag)


def test_a_field_becomes_a_column_of_a_sub_table(page: Page) -> None:
    def by_click(page: Page) -> None:
        pick(page, "b").click()
        page.locator("#tool-move").click()
        page.locator("#ask-places option[value*='field.into']").evaluate("one => { one.selected = true; }")
        page.locator("#ask-do").click()

    def by_keys(page: Page) -> None:
        pick(page, "b").focus()
        page.keyboard.press("m")
        expect(page.locator("#ask-find")).to_be_focused()
        page.keyboard.type("lines")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")

    def by_drag(page: Page) -> None:
        drag(page, handle(page, "b"), page.locator("#cell-lines thead th").nth(2), x=0.9)
        settled(page)
        expect(page.locator("#live")).to_have_text("B is now column 3 of 3")

    same_in_all_ways(page, LINES, by_click, by_keys, by_drag)
    assert order() == [["a"], ["c"], ["lines"]]


def test_a_column_of_a_sub_table_becomes_a_field(page: Page) -> None:
    def by_click(page: Page) -> None:
        opened(page, sel="field/lines.size")
        page.locator("#column-out").click()

    def by_keys(page: Page) -> None:
        opened(page, sel="field/lines")
        page.locator("#column-open-lines\\.size").press("Enter")
        settled(page)
        page.locator("#column-out").press("Enter")

    def by_drag(page: Page) -> None:
        opened(page, sel="field/lines")
        drag(page, page.locator("#panel-column-lines\\.size .h"), page.locator("#cell-lines"), y=0.95)

    same_in_all_ways(page, LINES, by_click, by_keys, by_drag)
    assert order() == [["a"], ["b"], ["c"], ["lines"], ["size"]]


WIDTHS = """() => ["palette", "properties"].map(
  (id) => Math.round(document.getElementById(id).getBoundingClientRect().width / 16))"""


def test_the_panes_get_other_widths_that_stay(page: Page) -> None:
    draft(form("a"))
    opened(page)
    assert page.evaluate(WIDTHS) == [14, 20]
    page.locator("#grip-properties").press("ArrowLeft")
    page.locator("#grip-palette").press("End")
    assert page.evaluate(WIDTHS) == [24, 21]
    edge = page.locator("#grip-properties").bounding_box()
    assert edge
    page.mouse.move(edge["x"] + 12, edge["y"] + 300)
    page.mouse.down()
    page.mouse.move(edge["x"] - 36, edge["y"] + 300, steps=3)
    page.mouse.up()
    assert page.evaluate(WIDTHS) == [24, 24]
    page.locator("#edge-properties [data-widen='1']").click()
    page.locator("#pick-a").press("r")  # an answer leaves them
    settled(page)
    page.reload()
    assert page.evaluate(WIDTHS) == [24, 25]
    expect(page.locator("#grip-properties")).to_have_attribute("aria-valuenow", "25")
    page.locator("#grip-palette").dblclick()
    page.locator("#grip-properties").press("Enter")
    assert page.evaluate(WIDTHS) == [14, 20]
    page.set_viewport_size({"width": 390, "height": 800})
    expect(page.locator(".pane-edge:visible")).to_have_count(0)


def test_what_is_typed_is_saved_while_it_is_typed_and_is_one_step(page: Page) -> None:
    draft(form("a"))
    page.clock.install()
    opened(page, sel="field/a")
    before, shown = stored(), page.locator("#panel-title")
    title = page.locator("#p-title-en")
    title.focus()
    page.keyboard.press("End")
    page.keyboard.type(" ne")

    def goes_on(route: Route) -> None:
        page.keyboard.type("w")  # while what was typed is on its way
        route.continue_()

    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.post_data or ""))
    page.route("**/design/properties", goes_on, times=1)
    page.clock.fast_forward(800)
    expect(shown).to_have_text("A ne")  # nobody has left it
    assert title.input_value() == "A new" and title.evaluate("one => one.selectionStart") == 5

    session = page.context.new_cdp_session(page)
    session.send("Input.imeSetComposition", {"text": "zi", "selectionStart": 2, "selectionEnd": 2})
    expect(title).to_have_value("A newzi")
    page.clock.fast_forward(20_000)
    expect(shown).to_have_text("A ne")  # a word that is composed waits
    session.send("Input.insertText", {"text": "字"})
    page.clock.fast_forward(800)
    expect(shown).to_have_text("A new字")
    assert ["goes_on" in each for each in asked if "p-title-en" in each] == [False, True]

    settled(page)
    page.locator("#undo-button").click()
    settled(page)
    assert stored() == before


def test_what_is_typed_back_is_taken_back_and_nobody_is_typed_over(page: Page) -> None:
    draft(form("a"))
    lee = make_user("Lee", is_admin=True)
    page.clock.install()
    opened(page, sel="field/a")
    before, box = stored(), page.locator("#clashes [data-clash]")
    title, hint = page.locator("#p-title-en"), page.locator("#p-help-en")

    def type_and_wait(text: str) -> None:
        page.keyboard.press("End")
        page.keyboard.type(text)
        page.clock.fast_forward(800)
        settled(page)

    def type_beside(text: str) -> None:
        """Type after somebody else set the help, and go on without waiting for the choice."""
        with transaction():
            now = drafts.read_draft(APP, "form", "desk").revision
            told = {"field": "a", "path": ["fw", "help"], "value": {"en": text}}
            designing.run(Request(lee, APP, Target("form", "desk"), "field.set", told, now))
        hint.focus()
        type_and_wait("mi")
        expect(box).to_have_count(1)
        type_and_wait("ne")
        assert hint.input_value().endswith("mine") and text in stored()

    for control in (title, hint):
        control.focus()
        type_and_wait("new")
        assert "new" in stored()
        for key in ("Backspace", "Backspace", "Backspace", "Tab"):
            page.keyboard.press(key)
        settled(page)
        assert stored() == before
    expect(page.locator("#undo-button")).to_be_disabled()

    type_beside("Theirs")
    box.locator("[data-clash-theirs]").click()
    assert hint.input_value() == "Theirs"
    type_beside("Others")
    box.locator("button").click()
    settled(page)
    assert "Theirsmine" in stored() and hint.input_value() == "Theirsmine"
