"""Cells of a list that are edited where they stand, by keyboard alone."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from runtime.accounts.models import User
from runtime.db import db
from runtime.definitions import lookup
from runtime.records import query
from tests.browser.axe import problems
from tests.forms.followup import FOLLOWUP, make_all

pytestmark = [pytest.mark.browser, pytest.mark.slow]

OpenTab = Callable[..., Page]
LIST = f"{FOLLOWUP}/customer/?cols=name,phone,grade&sort=name"


def stored(user: User, key: str) -> list[object]:
    """What the customers hold in a field, by name."""
    db.session.rollback()
    found = query.page(user, lookup.form("followup", "customer"), sort="name").items
    return [each.values.get(key) for each in found]


def cell(page: Page, row: int, column: int) -> None:
    """Wait until this cell has the focus, or the control in it."""
    at = f"#list tbody tr:nth-child({row}) td:nth-child({column})"
    page.wait_for_function(
        "at => document.querySelector(at)?.contains(document.activeElement)"
        " && document.querySelector('#cell')?.contains(document.activeElement)",
        arg=at,
    )


def test_given_a_list_when_ten_cells_are_edited_by_keyboard_alone_then_they_are_saved_and_one_is_taken_back(
    open_tab: OpenTab, seller: User
) -> None:
    make_all("customer", [{"name": f"Customer {number}", "grade": "C"} for number in range(5)])
    page = open_tab(seller)
    page.goto(LIST)
    page.locator("#edit-cells").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#list tbody tr:nth-child(1) td.fw-title")).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("F2")
    for row in range(1, 6):
        cell(page, row, 3)
        page.keyboard.type(f"+861380013800{row}")
        page.keyboard.press("Enter")
    expect(page.locator("#list tbody tr:nth-child(5) td:nth-child(3)")).to_be_focused()
    assert stored(seller, "phone") == [f"+861380013800{row}" for row in range(1, 6)]
    expect(page.locator("#live")).to_contain_text("Phone is now")

    for key in ("ArrowRight", *["ArrowUp"] * 4, "Enter"):
        page.keyboard.press(key)
    for row in range(1, 6):
        cell(page, row, 4)
        page.keyboard.press("ArrowUp")
        page.keyboard.press("Enter")
    expect(page.locator("#list tbody tr:nth-child(5) td:nth-child(4)")).to_be_focused()
    assert stored(seller, "grade") == ["B"] * 5
    page.keyboard.press("F2")
    cell(page, 5, 4)
    page.keyboard.press("Shift+Tab")
    cell(page, 5, 3)
    page.keyboard.press("Escape")

    page.keyboard.press("Control+z")
    expect(page.locator("#list tbody tr:nth-child(5) td:nth-child(4)")).to_contain_text("C")
    assert stored(seller, "grade") == ["B", "B", "B", "B", "C"]
    assert page.evaluate("document.activeElement !== document.body")


def test_given_a_wrong_value_when_it_is_saved_then_the_error_stands_under_it_and_nothing_typed_is_lost(
    open_tab: OpenTab, seller: User
) -> None:
    make_all("customer", [{"name": "Acme", "phone": "+8613800138000"}])
    page = open_tab(seller)
    page.goto(LIST)
    page.locator("#list td:nth-child(3)").dblclick()
    expect(page.locator("#cell-phone")).to_be_focused()
    page.keyboard.type("12")
    page.keyboard.press("Enter")
    expect(page.locator("#cell .fw-error")).to_be_visible()
    expect(page.locator("#cell-phone")).to_be_focused()
    expect(page.locator("#live")).to_contain_text(page.locator("#cell .fw-error").inner_text().strip()[-10:])
    assert page.locator("#cell-phone").input_value() == "12"
    assert problems(page, "cell") == []
    page.keyboard.press("Escape")
    expect(page.locator("#list td:nth-child(3)")).to_be_focused()
    assert page.locator("#list td:nth-child(3)").inner_text() == "138 0013 8000"
    assert stored(seller, "phone") == ["+8613800138000"]


def test_given_a_slow_save_when_the_next_cells_are_typed_meanwhile_then_nothing_typed_is_lost(
    open_tab: OpenTab, seller: User
) -> None:
    make_all("customer", [{"name": f"Customer {number}"} for number in range(3)])
    page = open_tab(seller)
    page.goto(f"{LIST.split('?')[0]}?cols=name,address&sort=name")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route) if route.request.method == "POST" and not held else route.continue_()

    page.route("**/cells/**", hold)
    page.locator("#list td:nth-child(3)").first.dblclick()
    expect(page.locator("#cell-address")).to_be_focused()
    session = page.context.new_cdp_session(page)
    session.send("Input.imeSetComposition", {"text": "bei", "selectionStart": 3, "selectionEnd": 3})
    session.send(
        "Input.dispatchKeyEvent",
        {"type": "rawKeyDown", "key": "Process", "code": "Enter", "windowsVirtualKeyCode": 229},
    )
    assert held == []  # that Enter took the word of the input method
    session.send("Input.insertText", {"text": "北京"})
    page.keyboard.press("Enter")
    page.keyboard.type("Second 2")
    page.keyboard.press("Enter")
    page.keyboard.type("Third")
    page.wait_for_function("() => document.querySelector('#cell[aria-busy]')")
    held[0].continue_()
    cell(page, 3, 3)
    expect(page.locator("#cell-address")).to_have_value("Third")
    page.keyboard.press("Enter")
    expect(page.locator("#list tbody tr:nth-child(3) td:nth-child(3)")).to_be_focused()
    assert stored(seller, "address") == ["北京", "Second 2", "Third"]


def test_given_an_edge_when_it_is_dragged_then_the_column_is_as_wide_and_a_double_click_fits_it(
    open_tab: OpenTab, seller: User
) -> None:
    make_all("customer", [{"name": "Acme", "phone": "+8613800138000"}])
    page = open_tab(seller)
    page.goto(f"{LIST}&frozen=1")
    head = page.locator("th[data-key=name]")
    edge, before = head.locator(".fw-edge").bounding_box(), head.bounding_box()
    assert edge and before
    page.mouse.move(edge["x"] + 3, edge["y"] + 10)
    page.mouse.down()
    page.mouse.move(edge["x"] + 43, edge["y"] + 10, steps=4)
    page.mouse.up()
    page.wait_for_url("**widths=**")
    after = head.bounding_box()
    assert after and abs(after["width"] - before["width"] - 40) < 4
    page.locator("th[data-key=phone] .fw-edge").dblclick()
    page.wait_for_function("() => document.querySelector('th[data-key=phone]').offsetWidth < 200")
    assert page.locator("th[data-key=name] a").get_attribute("href") != page.url
    page.locator("#open-columns").click()
    page.locator("#wider-phone").click()
    page.wait_for_function("() => [...document.querySelectorAll('col')][2].width > 160")
    expect(page.locator("#wider-phone")).to_be_focused()
    assert page.locator("th[data-key]").count() == 3
    assert problems(page, "widths") == []
