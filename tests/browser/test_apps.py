"""Apps in a real browser, in both languages: made by a title, opened to people, installed, taken from a sheet."""

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from builder import definitions, drafts, packages, publish, upgrading
from runtime.accounts.models import User
from runtime.db import transaction
from tests.browser import walk
from tests.browser.axe import problems
from tests.browser.conftest import Tabs
from tests.conftest import make_user
from tests.support.languages import ENGLISH

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]
DESIGN = "/apps/followup/app/followup/design"


@pytest.fixture(params=ENGLISH)
def designer(request: pytest.FixtureRequest, app: Flask) -> User:
    """An administrator who reads one of the languages."""
    return make_user("Ada", is_admin=True, locale=request.param)


def make_app(page: Page, title: str) -> None:
    page.goto("/")
    page.locator("main a[href='/apps/new-app']").click()
    page.wait_for_url("**/apps/new-app")
    expect(page.locator("#title")).to_be_focused()
    page.keyboard.type(title)
    page.keyboard.press("Enter")
    page.wait_for_url("**/design/overview")


def test_from_home_to_a_new_form_takes_one_click(tabs: Tabs, designer: User) -> None:
    page = tabs.open(designer)

    make_app(page, "采购")
    expect(page.locator("#new-form")).to_be_focused()
    page.keyboard.type("Request")
    page.keyboard.press("Enter")

    page.wait_for_url("**/apps/caigou/forms/request/design/")


def test_the_key_that_a_title_gets_is_shown_while_it_is_typed(tabs: Tabs, designer: User) -> None:
    page = tabs.open(designer)
    page.goto("/apps/new-app")
    expect(page.locator("#title")).to_be_focused()

    page.keyboard.type("Follow up")

    expect(page.locator("#key")).to_have_attribute("placeholder", "follow_up")


def test_a_right_is_given_by_a_click_and_taken_back_by_undo(tabs: Tabs, designer: User, app: Flask) -> None:
    page = tabs.open(designer)
    page.goto(f"{DESIGN}/roles?sel=role/reader")
    cell = page.locator("#grant-visit-update")

    cell.locator("summary").click()
    page.locator("#grant-visit-update-own").check()

    expect(cell.locator("strong")).not_to_have_text("–")
    expect(cell).to_have_attribute("open", "")
    reader = definitions.app_document("followup")["roles"][2]
    assert {"form": "visit", "actions": ["update"], "scope": "own"} in reader["grants"]
    page.locator("#undo-button").click()
    expect(cell.locator("strong")).to_have_text("–")


def test_a_form_is_made_of_pasted_rows_without_javascript(tabs: Tabs, designer: User) -> None:
    page = tabs.open(designer, script=False)
    page.goto(f"{DESIGN}/overview")
    page.locator("a[href='/apps/followup/spreadsheet/']").click()
    page.locator("#sheet-text").fill("Name\tBorn\nAda\t1815-12-10\nBob\t2000-01-02")
    page.locator("main button.btn-primary").click()
    expect(page.locator("#type-1")).to_have_value("date")

    page.locator("#form-title").fill("Guests")
    page.locator("main button.btn-primary").click()

    page.wait_for_url("**/forms/guests/design/")


def test_an_app_of_the_gallery_is_installed_by_one_click(tabs: Tabs, designer: User) -> None:
    page = tabs.open(designer)
    page.goto("/gallery/")

    page.locator("[aria-labelledby=ready-visitors] button[name=samples]").click()

    page.wait_for_url("**/apps/visitors/forms/visit/")
    expect(page.locator("main")).to_contain_text("John Smith")


def offer() -> None:
    """An upgrade that changes the title of a form, which was changed here, too."""
    package = packages.export("followup")
    (customer,) = (each for each in package["definitions"]["forms"] if each["$id"].endswith(":customer"))
    own = {**customer, "title": {"en": "Buyer", "zh": "买家"}}
    customer["title"] = {"en": "Client", "zh": "客人"}
    with transaction():
        drafts.save_draft(None, "followup", "form", "customer", own)
        publish.publish(None, "followup", "form", "customer")
        upgrading.offer(None, {**package, "version": "99.0.0"})


PAGES = {
    "new app": "/apps/new-app",
    "overview": f"{DESIGN}/overview",
    "roles": f"{DESIGN}/roles",
    "settings": f"{DESIGN}/settings",
    "list": "/apps/followup/forms/visit/design/list",
    "retire": "/apps/followup/forms/customer/retire",
    "gallery": "/gallery/",
    "uninstall": "/gallery/followup/uninstall",
    "spreadsheet": "/apps/followup/spreadsheet/",
}


def test_no_page_about_apps_has_a_barrier(tabs: Tabs, designer: User) -> None:
    page = tabs.open(designer)
    found: list[str] = []

    for state, address in PAGES.items():
        page.goto(address)
        found += problems(page, state)
    page.locator("#sheet-text").fill("State\topen\nx\ty\nx\ty\nx\ty")
    page.locator("main button.btn-primary").click()
    expect(page.locator(".app-columns")).to_be_visible()
    found += problems(page, "columns")
    offer()
    page.goto("/gallery/followup/upgrade")
    expect(page.locator(".app-clash")).to_have_count(2)
    found += [*problems(page, "upgrade"), *walk.faults(page)]

    assert found == []
