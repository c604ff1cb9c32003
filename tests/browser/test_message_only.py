"""A part of a message that only some get, made in the editor and seen in the mail."""

import pytest
from flask import Flask
from playwright.sync_api import expect

from builder import packages
from runtime.db import transaction
from runtime.definitions import lookup
from runtime.records import store
from runtime.records.store import Actor
from tests.browser.axe import problems
from tests.browser.conftest import Tabs
from tests.browser.design import settled
from tests.builder.factory import APP, field, form, message, package
from tests.builder.factory import app as app_document
from tests.conftest import make_user
from tests.support.languages import CHINESE

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]

BILL = form("bill", {"amount": field("number", {"type": "number"}, title={"en": "Amount", "zh": "金额"})})
TOLD = {**message("told", "Look. Ask first.", "bill"), "subject": {"en": "A bill"}}
EDITOR = f"/apps/{APP}/messages/told/design/?lang=en"


@pytest.mark.parametrize("locale", CHINESE)
def test_a_part_for_some_is_made_of_what_is_marked_and_shown_in_the_mail(
    app: Flask, tabs: Tabs, locale: str
) -> None:
    with transaction():
        packages.install(None, package(BILL, messages=[TOLD], app=app_document()))
    dora = make_user("dora", is_admin=True, locale=locale)
    with transaction():
        store.save(Actor(dora, "test"), lookup.form(APP, "bill"), {"amount": 5000})
    page = tabs.open(dora)
    page.goto(EDITOR)
    page.locator("#only-add").click()
    key = page.locator("#only-key")
    expect(key).to_be_visible()
    key.fill("large")
    settled(page)
    page.locator("#cond-only-new select[id$='-path']").select_option("amount")
    settled(page)
    page.locator("#cond-only-new select[id$='-op']").select_option("at_least")
    settled(page)
    page.locator("#cond-only-new input.cond-value").fill("1000")
    page.keyboard.press("Tab")
    part = page.locator("#blocks [data-block*='record.is.large']")
    expect(part).to_have_count(1)
    settled(page)

    body = page.locator("#body-en")
    body.evaluate("text => { text.focus(); text.setSelectionRange(5, 15); }")
    part.click()
    expect(body).to_have_value("Look.{% if record.is.large %} Ask first{% endif %}.")
    settled(page)

    mail = page.frame_locator("#trial-mail")
    expect(mail.locator("body")).to_have_text("Look. Ask first.")
    page.locator("#trial-width").select_option("phone")
    expect(page.locator("#trial-mail[data-width=phone]")).to_be_visible()
    page.locator("#trial-scheme").select_option("dark")
    expect(page.locator("#trial-mail[src*='scheme=dark']")).to_be_visible()
    settled(page)
    assert problems(page, "message") == []
