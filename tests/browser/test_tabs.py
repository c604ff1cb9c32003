"""Tabs and widths of a form in a browser: by pointer, by keys, and without any script."""

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page, Route, expect

from runtime.accounts.models import User
from tests.browser.axe import problems
from tests.builder.factory import app as app_document
from tests.builder.factory import field, form, install, rule

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]

NEW = "/apps/shop/forms/order/new"
NOTE = {"en": "Ask for the **number**.", "zh": "请问**号码**。"}
ORDER = form(
    "order",
    {
        "name": field("text", title="Name"),
        "count": field("number", title="Count"),
        "note": field("note", text=NOTE),
        "line": field("divider", title="Line"),
        "street": field("text", title="Street"),
        "town": field("text", title="Town"),
    },
    ("town",),
    tabs=[{"key": "goods", "title": "Goods"}, {"key": "way", "title": {"en": "Delivery", "zh": "配送"}}],
    layout=[
        {
            "key": "one",
            "tab": "goods",
            "section": "What",
            "rows": [[{"field": "name", "span": 8}, "count"], ["note"]],
        },
        {"key": "two", "tab": "way", "section": "Where", "rows": [["line"], ["street", "town"]]},
    ],
)
PARCEL = form(
    "parcel",
    {
        "name": field("text", title="Name"),
        "town": field("text", title="Town"),
        "words": field("text", title="Words"),
    },
    tabs=[{"key": key, "title": key.capitalize()} for key in ("goods", "way", "card")],
    layout=[
        {"tab": tab, "rows": [[key]]} for tab, key in (("goods", "name"), ("way", "town"), ("card", "words"))
    ],
    rules=[rule("plain", {"required": ["town"]}, hide=["tab/card"])],
)
GRANTS = [
    {"form": key, "actions": ["create", "read", "update"], "scope": "all"} for key in ("order", "parcel")
]


@pytest.fixture
def alice_shops(app: Flask, alice: User) -> User:
    """Somebody who may fill the form."""
    roles = [{"key": "r", "title": "R", "grants": GRANTS}]
    install(ORDER, PARCEL, app=app_document(languages=["en", "zh"], roles=roles))
    return alice


def test_tabs_show_one_panel_and_move_by_keys(open_tab: Callable[..., Page], alice_shops: User) -> None:
    page = open_tab(alice_shops)
    page.goto(NEW)
    goods, way = page.get_by_role("tab", name="Goods"), page.get_by_role("tab", name="Delivery")
    expect(goods).to_have_attribute("aria-selected", "true")
    expect(page.get_by_label("Town")).to_be_hidden()
    expect(page.get_by_text("Ask for the number.")).to_be_visible()
    goods.press("ArrowRight")
    expect(way).to_be_focused()
    expect(page.get_by_role("tabpanel", name="Delivery")).to_be_visible()
    expect(page.get_by_label("Name")).to_be_hidden()


def test_a_problem_is_counted_at_its_tab_and_its_link_opens_the_tab(
    open_tab: Callable[..., Page], alice_shops: User
) -> None:
    page = open_tab(alice_shops)
    page.goto(NEW)
    page.get_by_role("button", name="Save", exact=True).click()
    way = page.get_by_role("tab", name="Delivery 1 problem")
    expect(way).to_have_attribute("aria-selected", "true")
    page.get_by_role("tab", name="Goods").click()
    page.locator("[data-summary] a").click()
    expect(page.get_by_label("Town")).to_be_focused()
    page.get_by_role("tab", name="Goods").click()
    page.get_by_label("Name").fill("Desk")
    page.get_by_label("Count").fill("x")
    page.get_by_label("Name").focus()
    expect(page.get_by_role("tab", name="Goods 1 problem")).to_have_attribute("aria-selected", "true")
    expect(page.get_by_label("Town")).to_be_hidden()


def test_who_is_in_a_tab_that_goes_is_taken_back_to_what_hid_it(
    open_tab: Callable[..., Page], alice_shops: User
) -> None:
    # given
    page, held = open_tab(alice_shops), list[Route]()
    page.goto("/apps/shop/forms/parcel/new")
    page.route("**/eval", lambda route: held.append(route))
    page.get_by_role("tab", name="Way").click()
    with page.expect_request("**/eval"):
        page.get_by_label("Town").fill("Here")
        page.get_by_label("Town").blur()
    page.get_by_role("tab", name="Card").click()
    page.get_by_label("Words").focus()

    # when
    held[0].continue_()

    # then
    expect(page.get_by_role("tab")).to_have_text(["Goods", "Way"])
    expect(page.get_by_role("tab", name="Way")).to_have_attribute("aria-selected", "true")
    expect(page.get_by_label("Town")).to_be_focused()


def test_without_script_all_tabs_stand_one_below_the_other(
    open_tab: Callable[..., Page], alice_shops: User
) -> None:
    page = open_tab(alice_shops, script=False)
    page.goto(NEW)
    expect(page.get_by_label("Name")).to_be_visible()
    expect(page.get_by_label("Town")).to_be_visible()
    expect(page.get_by_role("heading", name="Delivery")).to_be_visible()
    expect(page.locator("nav[data-tabs] a")).to_have_text(["Goods", "Delivery"])
    page.get_by_label("Town").fill("Here")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("nav[data-tabs] a")).to_have_text(["Goods", "Delivery"])
    expect(page.get_by_text("Here").first).to_be_visible()


def test_a_form_with_tabs_has_no_barriers(open_tab: Callable[..., Page], alice_shops: User) -> None:
    page = open_tab(alice_shops)
    page.goto(NEW)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("tab", name="Delivery 1 problem")).to_be_visible()
    found = problems(page, "errors")
    page.get_by_role("tab", name="Goods").click()
    found += problems(page, "goods")
    assert found == []


@pytest.mark.parametrize("width", [1280, 390])
def test_fields_stand_side_by_side_in_the_widths_of_their_row(
    open_tab: Callable[..., Page], alice_shops: User, width: int
) -> None:
    page = open_tab(alice_shops, width=width)
    page.goto(NEW)
    name, count = page.locator("#f-name").bounding_box(), page.locator("#f-count").bounding_box()
    assert name and count
    assert (name["y"] == count["y"]) is (width > 500)
    assert width < 500 or 1.9 < name["width"] / count["width"] < 2.2
