"""Rules of the rows of a sub-table made in a browser: at a column by keys alone, tried with a row."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from builder import drafts
from runtime.accounts.models import Department
from runtime.conditions import Group, Row, from_rows
from runtime.db import db, transaction
from runtime.definitions import lookup
from runtime.records import store
from tests.browser.axe import problems
from tests.builder.factory import app as app_document
from tests.builder.factory import field, install, rule
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


def test_days_and_a_department_are_asked_for_by_keys(app: object, open_tab: Callable[..., Page]) -> None:
    # given a rule for a date, a person, and two departments
    document = quote(rules=[rule("ask", {"required": ["day"]}, require=["name"])])
    document["properties"] |= {"day": field("date", title="Day"), "who": field("member", title="Who")}
    install(document, app=app_document(languages=["en", "zh"]))
    with transaction() as session:
        session.add_all(
            [Department(id=1, name="Sales", path="/1/"), Department(id=2, name="North", path="/2/")]
        )
    page = open_tab(make_user("ada", is_admin=True))
    page.goto(f"{QUOTE}/rules?sel=rule/ask")
    page.wait_for_load_state()

    # when
    page.locator("#rule-ask-c\\.0-op").select_option("in_last_days")
    page.locator("#rule-ask-c\\.0-v0").focus()
    page.keyboard.type("9999")
    page.keyboard.press("Tab")
    expect(page.locator("#rule-ask-c\\.0-fault")).to_contain_text("3660")
    page.locator("#rule-ask-c\\.0-v0").fill("7")
    page.keyboard.press("Tab")
    expect(page.locator("#rule-ask")).to_contain_text("Day is in the last 7 days")
    page.locator("#rule-ask-c-add").focus()
    page.keyboard.press("Enter")
    page.locator("#rule-ask-c\\.1-path").select_option("who")
    page.locator("#rule-ask-c\\.1-op").select_option("in_department")
    picker = page.locator("#rule-ask-c\\.1-v0")
    picker.focus()
    picker.press_sequentially("sal")
    expect(page.locator(".fw-options [role=option][data-value]")).to_have_count(1)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")

    # then
    expect(page.locator("#rule-ask")).to_contain_text("Who is in Sales or a department below it")
    assert problems(page, "days and departments") == []
    db.session.expire_all()
    made = drafts.read_draft("shop", "form", "quote").document["fw"]["rules"][0]["when"]
    days = Row("day", "in_last_days", 7)
    assert made == from_rows(Group("all", (days, Row("who", "in_department", 1))))
