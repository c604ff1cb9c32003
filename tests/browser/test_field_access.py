"""Rights on a field in a real browser, in both languages: chosen in the panel, published, and met by people."""

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from builder import packages
from runtime.accounts.models import User, UserRole
from runtime.db import transaction
from runtime.definitions import lookup
from runtime.records import store
from runtime.records.store import Actor
from tests.browser.axe import EVERYTHING, barriers
from tests.browser.conftest import Tabs
from tests.browser.design import settled
from tests.builder.factory import APP, field, form, package
from tests.builder.factory import app as app_document
from tests.conftest import make_user
from tests.support.languages import CHINESE

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]

BILL = form(
    "bill",
    {
        "name": field("text", title={"en": "Name", "zh": "名称"}),
        "amount": field("text", title={"en": "Amount", "zh": "金额"}),
    },
    title_field="name",
)

GRANTS = [{"form": "bill", "actions": ["create", "read", "update"], "scope": "all"}]
ROLES = [{"key": key, "title": key, "grants": GRANTS} for key in ("reader", "clerk")]
FORM = f"/apps/{APP}/forms/bill"


@pytest.fixture(params=CHINESE)
def people(request: pytest.FixtureRequest, app: Flask) -> dict[str, User]:
    """An administrator, a reader and a clerk who read one of the languages; and a bill."""
    with transaction():
        packages.install(None, package(BILL, app=app_document(languages=["en", "zh"], roles=ROLES)))
    with transaction():
        values = {"name": "First", "amount": "4711 canary"}
        store.save(Actor(None, "sample", trusted=True), lookup.form(APP, "bill"), values)
    made = {"admin": make_user("Ada", is_admin=True, locale=request.param)}
    for role in ("reader", "clerk"):
        made[role] = make_user(role, locale=request.param)
        with transaction() as session:
            session.add(UserRole(user_id=made[role].id, app=APP, role=role))
    return made


def chosen(page: Page, role: str, number: int) -> None:
    """Choose a right of a role: 1 to edit, 2 to read, 3 hidden."""
    page.locator(f"#p-access-{role}-{number}").check()
    settled(page)
    expect(page.locator(f"#p-access-{role}-{number}")).to_be_checked()


def test_what_is_chosen_in_the_panel_is_what_people_meet(tabs: Tabs, people: dict[str, User]) -> None:
    desk = tabs.open(people["admin"])
    desk.goto(f"{FORM}/design/fields?sel=field/amount")
    desk.locator("#panel-access summary").click()
    chosen(desk, "reader", 3)
    chosen(desk, "clerk", 2)
    desk.goto(f"{FORM}/design/preview?role=reader")
    expect(desk.frame_locator("iframe").locator("#f-name")).to_be_visible()
    expect(desk.frame_locator("iframe").locator("#f-amount")).to_have_count(0)
    assert barriers(desk, "preview as a role", "desk", EVERYTHING) == []
    desk.goto(f"{FORM}/design/publish")
    desk.locator('[name="form/bill:narrows"]').check()
    desk.locator("#publish-button").click()
    desk.wait_for_url(lambda url: not url.endswith("/publish"))

    reader, clerk = tabs.open(people["reader"]), tabs.open(people["clerk"])
    for address in ("/", "/1/", "/1/edit"):
        for page in (reader, clerk):
            page.goto(f"{FORM}{address}")
        assert "4711 canary" not in reader.content()
        assert "4711 canary" in clerk.content()
    expect(reader.locator("#amount")).to_have_count(0)
    expect(clerk.locator("#f-amount")).to_contain_text("4711 canary")
    expect(clerk.locator("[name=amount]")).to_have_count(0)

    reader.locator("#name").fill("Second")
    reader.locator("#name").press("Tab")
    reader.locator("[data-saving][value=save]").click()
    reader.wait_for_url("**/bill/1/")
    clerk.goto(f"{FORM}/1/")
    assert "Second" in clerk.content() and "4711 canary" in clerk.content()
