"""Formulas over the rows of a sub-table, made within the clicks that people have."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from builder import drafts, packages
from runtime.db import db, transaction
from runtime.definitions import lookup
from runtime.records import store
from tests.browser.axe import EVERYTHING, barriers
from tests.browser.design import Counter, drag, item, settled
from tests.builder.factory import app as app_document
from tests.builder.factory import field, form, package
from tests.conftest import make_user
from tests.support.languages import ENGLISH

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]

COLUMNS = {
    "item": field("text", title={"en": "Item", "zh": "品名"}),
    "qty": field("number", title={"en": "Qty", "zh": "数量"}),
    "price": field("money", title={"en": "Price", "zh": "单价"}, currency="CNY"),
}
QUOTE = form(
    "quote",
    {
        "name": field("text", title={"en": "Name", "zh": "名称"}),
        "lines": field(
            "sub_table",
            {"items": {"type": "object", "properties": COLUMNS}},
            title={"en": "Lines", "zh": "明细"},
        ),
    },
    title_field="name",
)
LINES = [{"item": "a", "qty": 3, "price": 250}, {"item": "b", "qty": 2, "price": Decimal("0.5")}]


@pytest.fixture(params=ENGLISH)
def page(request: pytest.FixtureRequest, app: Any, open_tab: Callable[..., Page]) -> Page:
    """The tab of a designer, and an app with the quote PR-0042 of two lines."""
    with transaction():
        packages.install(None, package(QUOTE, app=app_document(languages=["en", "zh"])))
    with transaction():
        actor = store.Actor(None, "sample", trusted=True)
        store.save(actor, lookup.form("shop", "quote"), {"name": "PR-0042", "lines": LINES})
    return open_tab(make_user("ada", is_admin=True, locale=request.param))


def test_t08_a_total_of_each_line_and_one_of_all_lines(page: Page) -> None:
    counter = Counter(page)
    text, result = page.locator("input[id$='-text'].formula"), page.locator(".formula-result")
    for _try in counter.tries(seconds=8):
        with transaction():
            drafts.save_draft(None, "shop", "form", "quote", QUOTE)
        page.goto("/apps/shop/forms/quote/design/fields")
        with counter.budget(clicks=6, keys=14, seconds=60):
            # a column behind the price
            drag(page, item(page, "formula"), page.locator("#cell-lines thead th").nth(3), x=0.8)
            settled(page)
            text.click()
            page.keyboard.press("Control+A")
            page.keyboard.type("qty*price")
            expect(page.locator(".formula-list [aria-selected=true]")).to_have_attribute(
                "data-insert", "price"
            )
            page.keyboard.press("Enter")
            expect(result).to_contain_text("PR-0042")
            expect(result.locator("output")).to_have_text("750")

            # a field below the lines
            page.locator("#pick-lines").click()
            settled(page)
            item(page, "formula").click()
            settled(page)
            text.click()
            page.keyboard.press("Control+A")
            page.keyboard.type("sum(lines.f")
            offered = page.locator(".formula-list [aria-selected=true]")
            expect(offered).to_have_attribute("data-insert", "lines.formula")
            page.keyboard.press("Enter")
            page.keyboard.type(")")
            expect(result).to_contain_text("PR-0042")
            expect(result.locator("output")).to_have_text("751")
            page.keyboard.press("Tab")
            settled(page)
    assert counter.counts["char"] <= 60
    assert barriers(page, "formulas of rows", "light", EVERYTHING) == []
    db.session.rollback()
    db.session.expire_all()
    properties = drafts.read_draft("shop", "form", "quote").document["properties"]
    assert properties["lines"]["items"]["properties"]["formula"]["fw"]["formula"] == "qty*price"
    assert properties["formula"]["fw"]["formula"] == "sum(lines.formula)"
