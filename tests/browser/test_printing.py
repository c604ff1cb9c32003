"""Lists and records on paper, as browsers print them."""

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from runtime.accounts.models import User
from runtime.db import transaction
from runtime.definitions import lookup
from runtime.records import store
from tests.builder.factory import APP, field, form, install
from tests.builder.factory import app as app_document
from tests.conftest import make_user
from tests.support.languages import ENGLISH

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(120)]

LINES = {"type": "array", "items": {"type": "object", "properties": {"part": field("text")}}}
ORDER = form(
    "order",
    {
        "name": field("text", title={"en": "Customer", "zh": "客户"}),
        "lines": field("sub_table", LINES, title={"en": "Lines", "zh": "明细"}),
    },
    title_field="name",
    tabs=[
        {"key": "one", "title": {"en": "One", "zh": "一"}},
        {"key": "two", "title": {"en": "Two", "zh": "二"}},
    ],
    layout=[{"key": "a", "tab": "one", "rows": [["name"]]}, {"key": "b", "tab": "two", "rows": [["lines"]]}],
)
SCREEN = ".menu, .top, .navigation, .fw-search, .fw-tools, .page-actions, .fw-choose, .breadcrumb, .nav-tabs"
ON_SCREEN = f"{SCREEN}, .fw-pencil"
NAME = "王芳 and a name that is too long for one line of a list " * 3


def all_break(tab: Page, which: str) -> bool:
    """Whether each of these goes on on the next page, instead of beginning there when it is long."""
    found = tab.locator(which).evaluate_all("all => all.map((one) => getComputedStyle(one).breakInside)")
    return bool(found) and set(found) == {"auto"}


def orders(user: User, rows: list[int]) -> None:
    for number in rows:
        lines = [{"part": f"Part {each}"} for each in range(number)]
        with transaction():
            actor = store.Actor(user=user, origin="page")
            store.save(actor, lookup.form(APP, "order"), {"name": NAME, "lines": lines})


@pytest.mark.parametrize("language", ENGLISH)
def test_a_list_and_a_record_are_printed_whole_and_without_what_is_for_the_screen(
    open_tab: Callable[..., Page], app: Flask, language: str
) -> None:
    grants = [{"form": "order", "actions": ["read", "create", "update", "delete"], "scope": "all"}]
    roles = [{"key": "r", "title": "R", "grants": grants}]
    install(ORDER, app=app_document(languages=["en", "zh"], roles=roles))
    anna = make_user("anna", is_admin=True, locale=language)
    orders(anna, [0, 90])
    tab = open_tab(anna)

    # a list begins below its title, under headings that each page repeats
    tab.goto(f"/apps/{APP}/forms/order/")
    expect(tab.locator("tbody tr[id^=row-]")).to_have_count(2)
    tab.evaluate("() => { window.print = () => { document.body.dataset.printed = 'yes'; }; }")
    tab.locator("#ways").click()
    tab.locator("#print").click()
    expect(tab.locator("body")).to_have_attribute("data-printed", "yes")
    tab.emulate_media(media="print")
    assert all_break(tab, ".card:has(table)")
    expect(tab.locator("thead")).to_have_css("display", "table-header-group")
    expect(tab.locator(ON_SCREEN).filter(visible=True)).to_have_count(0)

    # a record shows all of its tabs, and its rows begin on the first page
    tab.locator("tbody tr[id^=row-] a").first.click()
    tab.wait_for_url("**/order/*/**")
    tab.goto(f"{tab.url.partition('?')[0]}?at=all")
    tab.emulate_media(media="screen")  # one of another page is forgotten on slow machines
    tab.emulate_media(media="print")
    expect(tab.locator(ON_SCREEN).filter(visible=True)).to_have_count(0)
    expect(tab.locator("[data-panel] td", has_text="Part 0")).to_be_visible()
    expect(tab.locator("[data-panel] td", has_text="Part 89")).to_be_visible()
    expect(tab.locator("[data-panel] thead")).to_have_css("display", "table-header-group")
    assert all_break(tab, ".card:has(table)")
