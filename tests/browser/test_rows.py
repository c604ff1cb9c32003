"""A quote with its rows typed on a keyboard in one go, on a desk and on a phone."""

import os
from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page, Route, expect

from runtime.accounts.models import User
from tests.browser.axe import EVERYTHING, WIDE, barriers
from tests.builder.factory import app as app_document
from tests.builder.factory import field, form, install

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]

NEW = "/apps/shop/forms/quote/new"
PRODUCT = form(
    "product", {"name": field("text"), "price": field("money", currency="CNY")}, title_field="name"
)
LINES = {
    "product": field("reference", title="Product", form="product", fill={"price": "price"}),
    "qty": field("number", {"default": 1}, title="Quantity", decimals=2),
    "price": field("money", title="Price", currency="CNY"),
    "amount": field("formula", title="Amount", formula="qty * price", result="money", currency="CNY"),
}
QUOTE = form(
    "quote",
    {
        "name": field("text", title="Name"),
        "lines": field(
            "sub_table",
            {"type": "array", "items": {"type": "object", "properties": LINES, "required": ["price"]}},
            title="Items",
        ),
        "total": field("formula", title="Total", formula="SUM(lines.amount)", result="money", currency="CNY"),
    },
)
GRANTS = [
    {"form": each, "actions": ["create", "read", "update"], "scope": "all"}
    for each in ("quote", "product", "parts")
]


MANY = {f"c{number}": field("text", title=f"Column {number}") for number in range(1, 9)}
PARTS = form(
    "parts",
    {
        "lines": field(
            "sub_table",
            {
                "type": "array",
                "items": {"type": "object", "properties": {**MANY, "ok": field("yes_no", title="Fine")}},
            },
        )
    },
)
PARTS_NEW = "/apps/shop/forms/parts/new"


@pytest.fixture
def alice_sells(app: Flask, alice: User) -> User:
    """Somebody who may fill the form."""
    roles = [{"key": "r", "title": "R", "grants": GRANTS}]
    install(PRODUCT, QUOTE, PARTS, app=app_document(languages=["en", "zh"], roles=roles))
    return alice


def names(page: Page) -> list[str]:
    """The rows of the page, in order."""
    return page.locator("[data-row]").evaluate_all("rows => rows.map(row => row.dataset.row)")


def test_a_row_asked_for_before_the_page_is_ready_is_added(
    open_tab: Callable[..., Page], alice_sells: User
) -> None:
    page = open_tab(alice_sells)
    page.add_init_script(
        """let pressed = false;
           addEventListener("htmx:before:init", ({ target }) => {
             if (pressed || !target.matches("form[data-record]")) return;
             pressed = true;
             target.querySelector("[value^=row_add]").click();
           })"""
    )
    page.goto(NEW)
    expect(page.locator("[data-row]")).to_have_count(2)


def test_a_quote_is_typed_on_the_keyboard_in_one_go(open_tab: Callable[..., Page], alice_sells: User) -> None:
    page = open_tab(alice_sells)
    page.goto(NEW)
    keys, total = page.keyboard, page.locator("#f-total")

    def price(handle: str) -> str:
        return f"[id='lines.{handle}.price']"

    # each row ends with Enter, which begins the next; 0.1 + 0.2 is 0.3
    for number, text in enumerate(("0.1", "0.2", "7"), start=1):
        page.locator(price(f"n{number}")).focus()
        keys.type(text)
        keys.press("Enter")
        expect(page.locator(f"[id='lines.n{number + 1}.product']")).to_be_focused()
    expect(total).to_contain_text("CN¥7.30")

    # up and down in a column, copy by its button, move by keys
    page.locator(price("n3")).focus()
    keys.press("ArrowUp")
    expect(page.locator(price("n2"))).to_be_focused()
    page.get_by_role("button", name="Copy row 3").click()
    expect(total).to_contain_text("CN¥14.30")
    assert names(page) == ["lines.n1", "lines.n2", "lines.n3", "lines.n5", "lines.n4"]
    page.locator(price("n3")).focus()
    keys.press("Alt+ArrowUp")
    expect(page.locator("[data-row]").nth(1)).to_have_attribute("data-row", "lines.n3")
    page.get_by_role("button", name="Remove row 1").click()
    expect(total).to_contain_text("CN¥14.20")
    if shot := os.environ.get("SHOTS"):
        page.screenshot(path=f"{shot}/rows-wide.png", full_page=True)
    assert barriers(page, "rows", "light", EVERYTHING) == []

    # what is wrong is told at its cell, and the summary leads there
    page.locator(price("n5")).fill("seven")
    keys.press("Control+Enter")
    link = page.get_by_role("alert").get_by_role("link")
    expect(link).to_have_text("Items, row 3: Price must be a number, like 12.5.")
    link.click()
    expect(page.locator(price("n5"))).to_be_focused()
    keys.type("5.5")
    keys.press("Control+Enter")
    page.wait_for_url("**/quote/1/")
    assert "CN¥12.70" in page.locator("main").inner_text()


PASTE = """(cell, text) => {
  const clipboardData = new DataTransfer();
  clipboardData.setData("text/plain", text);
  cell.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
}"""


def test_a_block_of_a_spreadsheet_is_pasted_into_a_cell(
    open_tab: Callable[..., Page], alice_sells: User
) -> None:
    page = open_tab(alice_sells)
    page.goto(NEW)

    page.locator("[id='lines.n1.qty']").evaluate(PASTE, "2\t3.5\n4\tmany\n1\t1")

    expect(page.locator("#lines-told")).to_have_text("3 rows pasted. 1 value has to be mended: “many”.")
    expect(page.locator("[data-row]")).to_have_count(3)
    expect(page.locator("[id='lines.n2.price']")).to_have_value("many")
    expect(page.locator("[id='e-lines.n2.price']")).to_be_visible()
    page.locator("[id='lines.n2.price']").fill("0.5")
    page.keyboard.press("Tab")
    expect(page.locator("#f-total")).to_contain_text("CN¥10.00")

    page.locator("#lines-paste summary").click()
    page.locator("#lines-block").fill("Quantity\tPrice\n5\t1")
    page.get_by_role("button", name="Put them into rows").click()
    expect(page.locator("#f-total")).to_contain_text("CN¥15.00")
    assert page.evaluate(WIDE) == []


def test_on_a_phone_rows_are_cards(open_tab: Callable[..., Page], alice_sells: User) -> None:
    page = open_tab(alice_sells)
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(NEW)
    page.get_by_role("button", name="Add row").click()
    expect(page.locator("[id='lines.n2.product']")).to_be_focused()
    boxes = [page.locator(f"[id='lines.n1.{each}']").bounding_box() for each in ("product", "qty", "price")]
    assert all(box and box["x"] >= 0 and box["x"] + box["width"] <= 390 for box in boxes)
    expect(page.locator("[id='l-lines.n1.price']")).to_be_visible()
    assert page.evaluate(WIDE) == []
    assert barriers(page, "rows on a phone", "light", EVERYTHING) == []
    if shot := os.environ.get("SHOTS"):
        page.screenshot(path=f"{shot}/rows-phone.png", full_page=True)


def test_a_row_that_is_taken_out_right_before_saving_is_out(
    open_tab: Callable[..., Page], alice_sells: User
) -> None:
    # given
    page = open_tab(alice_sells)
    page.goto(NEW)
    page.locator("[id='lines.n1.price']").fill("3")
    page.locator("[id='lines.n1.price']").press("Enter")
    page.locator("[id='lines.n2.price']").fill("4")
    page.locator("[id='lines.n2.qty']").focus()
    expect(page.locator("#f-total")).to_contain_text("7.00")
    page.route("**/eval", lambda route: None)  # no answer comes in time

    # when
    page.locator("[data-deed][value='row_remove:lines.n1']").click()
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url("**/quote/1/")

    # then
    expect(page.locator("main")).to_contain_text("4.00")
    expect(page.locator("main")).not_to_contain_text("7.00")


def test_rows_on_two_pages_are_typed_and_saved_at_once(
    open_tab: Callable[..., Page], alice_sells: User
) -> None:
    # given
    page = open_tab(alice_sells)
    page.goto(NEW)
    page.locator("[id='lines.n1.qty']").evaluate(PASTE, "1\t1\n" * 120)
    expect(page.locator("#lines-pages")).to_have_text("Rows 1–50 of 120")
    expect(page.locator("#f-total")).to_contain_text("CN¥120.00")

    # when
    page.locator("[id='lines.n1.price']").fill("11")
    page.locator("#lines-end-3").click()
    expect(page.locator("#lines-pages")).to_have_text("Rows 101–120 of 120")
    expect(page.locator("#lines-end-3")).to_be_focused()
    expect(page.locator("#f-total")).to_contain_text("CN¥130.00")
    page.locator("[id='lines.n119.price']").fill("")
    page.locator("#lines-end-0").click()
    expect(page.locator("[id='lines.n1.price']")).to_have_value("11")
    held: list[Route] = []
    page.route("**/eval", lambda route: held.append(route), times=1)
    with page.expect_request("**/eval"):
        page.locator("#lines-end-2").click()
    page.locator("[id='lines.n2.price']").fill("5")  # before the answer comes
    held[0].continue_()
    expect(page.locator("#lines-pages")).to_have_text("Rows 51–100 of 120")
    page.set_viewport_size({"width": 1280, "height": 6000})  # nothing lies under the bar of the buttons
    assert barriers(page, "rows on pages", "light", EVERYTHING) == []
    if shot := os.environ.get("SHOTS"):
        page.set_viewport_size({"width": 1280, "height": 700})
        page.screenshot(path=f"{shot}/row-pages.png")
    page.get_by_role("button", name="Save", exact=True).click()

    # then
    page.get_by_role("button", name="Items, row 119: Fill in Price.").click()
    expect(page.locator("[id='lines.n119.price']")).to_be_focused()
    expect(page.locator("[id='e-lines.n119.price']")).to_be_visible()
    page.keyboard.type("4")
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url("**/quote/1/")
    expect(page.locator("main")).to_contain_text("CN¥137.00")
    if shot := os.environ.get("SHOTS"):
        page.locator("nav.fw-row-pages").scroll_into_view_if_needed()
        page.screenshot(path=f"{shot}/row-pages-read.png")


def test_a_row_with_many_columns_is_short_until_it_is_opened(
    open_tab: Callable[..., Page], alice_sells: User
) -> None:
    # given two rows, of which the one that was added is open
    page = open_tab(alice_sells)
    page.goto(PARTS_NEW)
    expect(page.locator("[id='lines.n1.c8']")).to_be_visible()  # the only row
    page.locator("[id='lines.n1.c1']").press("Alt+Enter")
    expect(page.locator("[id='lines.n2.c1']")).to_be_focused()
    expect(page.locator("[id='lines.n2.c8']")).to_be_visible()
    expect(page.locator("[id='lines.n1.c8']")).to_be_hidden()
    expect(page.locator("[id='lines.n1.c4']")).to_be_visible()

    # when
    page.get_by_role("button", name="Row before row 2").press("Enter")

    # then it stays open while its cells are answered
    expect(page.get_by_role("button", name="Row before row 1")).to_be_focused()
    expect(page.locator("[id='lines.n2.c8']")).to_be_hidden()
    with page.expect_response("**/eval"):
        page.locator("[id='lines.n1.c7']").fill("seven")
        page.keyboard.press("Tab")
    expect(page.locator("[id='lines.n1.c8']")).to_be_focused()
    assert barriers(page, "a row as a panel", "light", EVERYTHING) == []
    if shot := os.environ.get("SHOTS"):
        page.screenshot(path=f"{shot}/row-panel.png", full_page=True)
    page.evaluate("addEventListener('keydown', (event) => { window.isTaken = event.defaultPrevented; })")
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="All cells of row 1")).to_be_focused()
    assert page.evaluate("isTaken")  # else the section of a record that is edited would be left, too
    expect(page.locator("[id='lines.n1.c8']")).to_be_hidden()
    page.set_viewport_size({"width": 390, "height": 844})
    page.get_by_role("button", name="All cells of row 2").click()
    expect(page.locator("[id='lines.n2.c1']")).to_be_focused()
    assert page.evaluate(WIDE) == []
    if shot := os.environ.get("SHOTS"):
        page.screenshot(path=f"{shot}/row-panel-phone.png", full_page=True)


def test_all_of_a_cell_leads_into_its_control(open_tab: Callable[..., Page], alice_sells: User) -> None:
    page = open_tab(alice_sells)
    page.goto(NEW)

    page.locator("[data-row='lines.n1'] > td").nth(1).click(position={"x": 2, "y": 2})

    expect(page.locator("[id='lines.n1.qty']")).to_be_focused()
