"""Properties in a browser: every change is stored at once, what cannot be is told at the control."""

import re
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from builder import packages
from runtime.accounts.models import User, UserRole
from runtime.db import transaction
from runtime.definitions import lookup
from runtime.records import store
from runtime.records.store import Actor
from tests.browser.axe import problems
from tests.browser.conftest import Tabs
from tests.browser.design import settled
from tests.builder.factory import APP, field, form, package, rule
from tests.builder.factory import app as app_document
from tests.conftest import make_user
from tests.support.languages import ENGLISH

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]

KINDS = {"small": {"en": "Small", "zh": "小"}, "large": "Large"}
BILL = form(
    "bill",
    {
        "name": field("text", title={"en": "Name", "zh": "名称"}),
        "amount": field("text", title={"en": "Amount"}),
        "kind": field("choice", {"enum": ["small", "large"]}, labels=KINDS),
        "paid": field("yes_no"),
    },
    title_field="name",
    rules=[rule("hide_it", {"required": ["paid"]}, hide=["amount"])],
)
ROLES = [
    {"key": "sales", "title": "Sales", "grants": [{"form": "bill", "actions": ["read"], "scope": "all"}]}
]
DESIGN = f"/apps/{APP}/forms/bill/design/fields"
STATES = (
    "",
    "?ask=icon",
    "?sel=field/kind",
    "?sel=field/amount",
    "?sel=field/amount&ask=delete",
    "?sel=field/amount&ask=uses",
    "?sel=field/amount&ask=type&type=number",
)


@pytest.fixture
def dora(app: Flask) -> User:
    """A designer who may read what is stored, and an app with a form of bills of which one is no number."""
    with transaction():
        packages.install(None, package(BILL, app=app_document(languages=["en", "zh"], roles=ROLES)))
    with transaction():
        for amount in ("12", "13.5", "a lot"):
            actor = Actor(None, "sample", trusted=True)
            store.save(actor, lookup.form(APP, "bill"), {"name": amount, "amount": amount})
    return make_user("dora", is_designer=True, roles=[UserRole(app=APP, role="sales")])


def opened(tabs: Tabs, user: User, query: str, **look: Any) -> Page:
    page = tabs.open(user, **look)
    page.goto(f"{DESIGN}{query}")
    return page


def test_a_title_is_stored_when_it_is_left_and_the_focus_goes_on(tabs: Tabs, dora: User) -> None:
    page = opened(tabs, dora, "?sel=field/amount")
    page.locator("#p-title-en").fill("Sum")
    page.locator("#p-title-en").press("Tab")
    settled(page)
    expect(page.locator("#panel-title")).to_have_text("Sum")
    expect(page.locator("#p-title-zh")).to_be_focused()


def test_options_are_pasted_moved_and_deleted(tabs: Tabs, dora: User) -> None:
    page = opened(tabs, dora, "?sel=field/kind")
    page.locator("#panel-paste summary").click()
    page.locator("#p-paste").fill("Middle\nHuge")
    page.locator("#choice-paste").click()
    values = page.locator(".panel-choice code")
    expect(values).to_have_text(["small", "large", "middle", "huge"])
    page.locator("#choice-up-middle").click()
    expect(values).to_have_text(["small", "middle", "large", "huge"])
    page.locator("#choice-delete-huge").click()
    expect(values).to_have_text(["small", "middle", "large"])


def test_the_value_of_an_option_is_changed_until_it_is_published(tabs: Tabs, dora: User) -> None:
    page = opened(tabs, dora, "?sel=field/kind")
    expect(page.locator("#panel-value-small")).to_have_count(0)
    page.locator("#choice-add").click()
    page.locator("#panel-value-option_3 summary").click()
    page.locator("#p-value-option_3").fill("M")
    page.locator("#p-value-option_3").press("Tab")
    expect(page.locator(".panel-choice code")).to_have_text(["small", "large", "M"])


def test_a_tick_does_not_stay_for_the_next_field(tabs: Tabs, dora: User) -> None:
    page = opened(tabs, dora, "?sel=field/amount")
    page.locator("#p-required-1").click()
    settled(page)
    page.locator("#pick-name").click()
    expect(page.locator("#panel-title")).to_have_text("Name")
    expect(page.locator("#p-required-2")).to_be_checked()


def test_on_a_phone_the_properties_stay_open_after_any_change(tabs: Tabs, dora: User) -> None:
    page = opened(tabs, dora, "?sel=field/kind&pane=properties", width=390)
    page.locator("#choice-up-large").click()
    expect(page.locator(".panel-choice code")).to_have_text(["large", "small"])
    expect(page).to_have_url(re.compile("pane=properties"))
    expect(page.locator("#panel-title")).to_be_visible()


def test_the_menu_of_a_field_shows_where_it_is_used(tabs: Tabs, dora: User) -> None:
    page = opened(tabs, dora, "?sel=field/amount")
    page.locator("#tool-more").click()
    page.locator("#tool-uses").click()
    expect(page.locator("#panel .panel-ask")).to_contain_text("The rule hide_it of Bill")


def test_the_form_leads_to_its_preview_once_and_to_a_spreadsheet(tabs: Tabs, dora: User) -> None:
    page = opened(tabs, dora, "")
    expect(page.locator("a[href$='/design/preview']")).to_have_count(1)
    page.locator("#canvas-sheet").click()
    expect(page).to_have_url(re.compile("/spreadsheet/.form=bill$"))


def test_a_used_field_is_deleted_only_after_its_uses_were_shown(tabs: Tabs, dora: User) -> None:
    page = opened(tabs, dora, "?sel=field/amount")
    page.locator("#panel-delete").click()
    expect(page.locator("#panel")).to_contain_text("The rule hide_it of Bill")
    page.locator("#panel-cancel").click()
    expect(page.locator("#p-title-en")).to_be_visible()


def test_a_type_is_changed_after_seeing_what_converts(tabs: Tabs, dora: User) -> None:
    page = opened(tabs, dora, "?sel=field/amount")
    page.locator("#panel-type").click()
    page.locator("#type-number").click()
    expect(page.locator("#panel-counts dt")).to_have_text(["2", "1"])
    expect(page.locator(".panel-ask")).to_contain_text("a lot")
    page.locator("#convert-keep").click()
    expect(page.locator("#panel")).to_contain_text("Number")
    page.wait_for_url("**sel=field/amount_2**")


def test_without_javascript_a_button_applies_what_was_entered(tabs: Tabs, dora: User) -> None:
    page = opened(tabs, dora, "?sel=field/amount", script=False)
    page.locator("#p-title-en").fill("Sum")
    page.locator("#p-title-en-form button").click()
    assert page.locator("#panel-title").inner_text() == "Sum"


@pytest.mark.parametrize("locale", ENGLISH)
def test_no_state_of_the_panel_has_a_barrier(tabs: Tabs, dora: User, locale: str) -> None:
    with transaction() as session:
        session.get_one(User, dora.id).locale = locale
    page = tabs.open(dora)
    found: list[str] = []
    for state in STATES:
        page.goto(f"{DESIGN}{state}{'&' if state else '?'}pane=properties")
        page.evaluate("for (const one of document.querySelectorAll('#properties details')) one.open = true")
        found += problems(page, state)
    # On a phone the panel covers the canvas, which is the `main` of the page.
    assert [each for each in found if "390 px, light: landmark-one-main" not in each] == []
