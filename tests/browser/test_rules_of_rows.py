"""Rules of the rows of a sub-table made in a browser: at a column by keys alone, tried with a row."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from builder import drafts
from runtime.db import db, transaction
from runtime.definitions import lookup
from runtime.records import store
from tests.browser.axe import problems
from tests.builder.factory import app as app_document
from tests.builder.factory import install, rule
from tests.builder.rules.test_of_rows import OF_RECORD, quote
from tests.conftest import make_user
from tests.support.languages import ENGLISH

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(400)]
QUOTE = "/apps/shop/forms/quote/design"


@pytest.fixture(params=ENGLISH)
def page(request: pytest.FixtureRequest, app: object, open_tab: Callable[..., Page]) -> Page:
    """The designer of quotes whose rows have a rule, with one record of two rows."""
    install(quote(rule("show_price", OF_RECORD, show=["price"])), app=app_document(languages=["en", "zh"]))
    rows = [{"kind": "goods", "price": 1}, {"kind": "hours", "remark": "x"}]
    with transaction():
        actor = store.Actor(None, "sample", trusted=True)
        store.save(actor, lookup.form("shop", "quote"), {"name": "Q1", "urgent": True, "lines": rows})
    user = make_user("ada", is_admin=True)
    return open_tab(user, language="en-GB" if request.param == "en" else "zh-CN")


def test_a_rule_on_a_column_is_made_by_keys_and_tried_with_a_row(page: Page) -> None:
    # when
    page.goto(f"{QUOTE}/fields?sel=field/lines.remark&pane=properties")
    page.locator("#field-rule-require").focus()
    page.keyboard.press("Enter")
    page.locator("#new-require-c\\.0-path").select_option("kind")
    page.locator("#new-require-c\\.0-v0").select_option("hours")
    expect(page.locator("#field-rules li")).to_have_count(1)

    # then
    db.session.expire_all()
    rows = drafts.read_draft("shop", "form", "quote").document["properties"]["lines"]["items"]
    assert rows["fw"]["rules"][1]["then"] == {"require": ["remark"]}
    page.goto(f"{QUOTE}/rules?sel=rule/lines.require_remark")
    expect(page.locator(".rule-test")).to_contain_text("Q1")
    page.locator("#rules-row").select_option("2")
    expect(page.locator(".rule-test")).to_contain_text("2")
    assert problems(page, "rules of rows") == []
