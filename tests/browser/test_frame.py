"""The frame of the pages in a real browser: language, menus, messages, and what happens when a request fails."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from runtime.accounts.models import LoginSession, User
from runtime.db import transaction
from tests.browser.conftest import Tabs
from tests.forms.followup import FOLLOWUP, make
from tests.support.pages import PASSWORD, with_password

OpenTab = Callable[..., Page]


def test_people_sign_in_and_out_by_keyboard(open_tab: OpenTab, bob: User) -> None:
    with_password(bob)
    page = open_tab()
    page.goto("/inbox/")
    expect(page.locator("#email")).to_be_focused()
    page.keyboard.type(bob.email)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/inbox/$"))
    page.get_by_role("button", name="Your menu").press("Enter")
    page.get_by_role("button", name="Sign out").press("Enter")
    expect(page).to_have_url(re.compile("/login"))


@pytest.mark.parametrize("script", [True, False])
def test_the_language_is_switched_by_one_click(open_tab: OpenTab, alice: User, script: bool) -> None:
    page = open_tab(alice, script=script)
    page.goto("/admin/users?q=ali")
    page.get_by_role("button", name="中文").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    expect(page).to_have_url(re.compile(r"/admin/users\?q=ali$"))
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_the_navigation_of_a_phone_opens_and_closes(open_tab: OpenTab, alice: User) -> None:
    page = open_tab(alice, width=390)
    page.goto("/")
    expect(page.locator("#navigation")).to_be_hidden()
    page.get_by_role("button", name="Menu", exact=True).click()
    expect(page.get_by_role("link", name="Departments")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#navigation")).to_be_hidden()


def test_the_first_tab_leads_past_the_navigation(open_tab: OpenTab, alice: User) -> None:
    page = open_tab(alice)
    page.goto("/admin/users")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


@pytest.mark.parametrize(("chosen", "colour"), [("Dark", "dark"), ("Light", "light")])
def test_the_theme_is_chosen_in_the_profile(open_tab: OpenTab, bob: User, chosen: str, colour: str) -> None:
    page = open_tab(bob, dark=colour == "light")
    page.goto("/profile")
    page.get_by_label(chosen).check()
    page.get_by_role("button", name="Use these colours").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", colour)


def test_a_link_for_a_new_user_is_shown_and_copied(open_tab: OpenTab, alice: User) -> None:
    page = open_tab(alice)
    page.goto("/admin/users/new")
    page.get_by_label("Full name").fill("王芳")
    page.get_by_label("E-mail").fill("wang@example.com")
    page.get_by_role("button", name="Add user").click()
    expect(page.locator("#link")).to_have_value(re.compile("/password/"))
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()


def test_mistakes_are_summed_up_and_the_summary_has_the_focus(open_tab: OpenTab, alice: User) -> None:
    page = open_tab(alice)
    page.goto("/admin/users/new")
    page.get_by_role("button", name="Add user").click()
    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    assert page.title().startswith("Error: ")
    summary.get_by_role("link", name="E-mail").click()
    expect(page.locator("#email")).to_be_focused()


# --- When a request of htmx fails: the record form stands for every page that uses it


@pytest.fixture
def form(open_tab: OpenTab, seller: User) -> Page:
    """Bob has the form of a new follow-up open."""
    make("customer", {"name": "华新电子", "phone": "13800138001", "grade": "A"})
    page = open_tab(seller)
    page.goto(f"{FOLLOWUP}/visit/new")
    return page


def test_an_ended_session_costs_nothing_and_offers_to_sign_in(form: Page) -> None:
    with transaction() as session:
        session.query(LoginSession).delete()
    form.locator("#phone").fill("13800138009")
    form.locator("#phone").press("Tab")
    note = form.get_by_role("alert")
    expect(note).to_contain_text("You are signed out.")
    note.get_by_role("button", name="Sign in").click()
    expect(form.locator("#again-password")).to_be_focused()
    form.keyboard.press("Escape")
    expect(form.locator("#phone")).to_have_value("13800138009")


def test_an_old_token_is_renewed_without_a_word(form: Page) -> None:
    form.evaluate("document.querySelector('meta[name=csrf-token]').content = 'old'")
    form.evaluate(
        "document.querySelectorAll('input[name=csrf_token]').forEach((field) => { field.value = 'old' })"
    )
    with form.expect_response(lambda answer: "/eval" in answer.url and answer.status == 200):
        form.locator("#phone").fill("not a phone")
        form.locator("#phone").press("Tab")
    expect(form.locator("#f-phone")).to_contain_text("phone number")


def test_a_server_out_of_reach_is_said_and_can_be_tried_again(form: Page, tabs: Tabs) -> None:
    form.route("**/eval", lambda route: route.abort())
    form.locator("#phone").fill("not a phone")
    form.locator("#phone").press("Tab")
    note = form.get_by_role("alert")
    expect(note).to_contain_text("The server cannot be reached.")
    form.unroute("**/eval")
    with form.expect_response(lambda answer: "/eval" in answer.url and answer.status == 200):
        note.get_by_role("button", name="Try again").click()
    expect(form.locator("#phone")).to_have_value("not a phone")
    tabs.errors.clear()  # the browser notes the failure that the test made


def test_the_badge_follows_the_inbox(open_tab: OpenTab, bob: User) -> None:
    page = open_tab(bob)
    page.goto("/")
    with page.expect_response(lambda answer: answer.url.endswith("/inbox/badge")) as answer:
        page.evaluate("htmx.ajax('GET', '/inbox/badge', {source: '#inbox-badge', target: '#inbox-badge'})")
    assert answer.value.status == 200
    expect(page.locator("#inbox-badge")).to_have_count(1)
