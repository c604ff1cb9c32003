"""What is typed stays: drafts on the server, edits in the browser, leaving, signing in again on the spot."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import delete

from runtime.accounts.models import LoginSession, User
from runtime.db import transaction
from tests.browser.axe import problems
from tests.browser.office import press_primary
from tests.conftest import make_user
from tests.forms.followup import FOLLOWUP, make
from tests.support.pages import PASSWORD, with_password

pytestmark = [pytest.mark.browser, pytest.mark.slow]

OpenTab = Callable[..., Page]
IDLE = 5_100


def test_a_new_record_goes_on_at_the_phone_and_is_sent_once(open_tab: OpenTab, seller: User) -> None:
    make("customer", {"name": "Acme"})
    desk = open_tab(seller)
    desk.clock.install()
    desk.goto(f"{FOLLOWUP}/customer/new")
    desk.locator("#name").fill("Ohm")
    desk.clock.run_for(IDLE)
    expect(desk.locator("#draft-state")).to_contain_text("Draft saved")

    # when it goes on at the phone
    phone = open_tab(seller, width=390)
    phone.goto("/drafts")
    phone.get_by_role("link", name="Ohm", exact=True).tap()
    expect(phone.locator("#name")).to_have_value("Ohm")
    phone.locator("#address").fill("Rosenweg 1")
    phone.locator("[name=_do][value=draft]").tap()
    expect(phone.locator("#flashes")).to_contain_text("The draft is saved.")

    # then the desk is told, and loses nothing
    desk.locator("#name").fill("Ohm & Co")
    desk.clock.run_for(IDLE)
    expect(desk.locator("#draft-state")).to_contain_text("changed on another page")
    expect(desk.locator("#name")).to_have_value("Ohm & Co")

    # and sending it takes the draft away
    press_primary(phone)
    phone.wait_for_url("**/customer/*/")
    phone.goto("/drafts")
    expect(phone.get_by_role("link", name="Ohm", exact=True)).to_have_count(0)

    # when a page comes back with what is wrong, then that is kept, too
    state = desk.locator("#draft-state")
    desk.goto(f"{FOLLOWUP}/customer/new")
    desk.locator("#phone").fill("12")
    press_primary(desk)
    desk.locator("[data-summary]").wait_for()
    desk.clock.run_for(IDLE)
    expect(state).to_contain_text("Draft saved")

    # and what is not sent because the log-in ended is kept from then on again, for which he is asked to sign in
    with transaction() as session:
        session.execute(delete(LoginSession))
    desk.clock.run_for(61_000)
    press_primary(desk)
    desk.locator("#sign-in").get_by_role("button", name="Not now").click()
    desk.locator("#address").fill("Rosenweg 1")
    desk.clock.run_for(IDLE)
    expect(state).to_contain_text("not saved yet")
    expect(desk.locator("#toasts")).to_contain_text("You are signed out.")


def kept_here(page: Page) -> list[str]:
    """What the browser keeps of edits."""
    keys: list[str] = page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('edits:'))")
    return keys


def test_edits_survive_leaving_and_a_log_in_that_ends_and_go_with_whoever_made_them(
    open_tab: OpenTab, seller: User
) -> None:
    address = f"{FOLLOWUP}/customer/{make('customer', {'name': 'Acme', 'owner': seller.id})}/edit"
    page = open_tab(with_password(seller))
    page.clock.install()
    page.goto(address)
    name, leave, offer = page.locator("#name"), page.locator("#leave"), page.locator("#edits")

    # given edits that are back to what was stored, nobody asks
    name.fill("Acme & Co")
    page.clock.run_for(1_100)
    assert len(kept_here(page)) == 1
    name.fill("Acme")
    page.clock.run_for(1_100)
    assert kept_here(page) == []

    # when somebody follows a link with an edit, he is asked, and stays by the Escape key
    name.fill("Acme & Co")
    page.clock.run_for(1_100)
    page.locator(".breadcrumb a").first.click()
    expect(leave.get_by_role("button", name="Stay here")).to_be_focused()
    page.keyboard.press("Escape")
    expect(leave).to_be_hidden()
    expect(name).to_have_value("Acme & Co")

    # when the page is lost, it is offered, and comes back
    page.goto(address)
    expect(name).to_have_value("Acme")
    expect(offer).to_contain_text("You have unsaved changes from")
    offer.get_by_role("button", name="Restore").click()
    expect(name).to_have_value("Acme & Co")
    expect(offer).to_be_hidden()

    # when the log-in ends meanwhile, he signs in on the spot and it is saved
    with transaction() as session:
        session.execute(delete(LoginSession))
    page.clock.run_for(61_000)
    press_primary(page)
    door = page.locator("#sign-in")
    door.get_by_label("Password").fill("wrong")
    page.keyboard.press("Enter")
    expect(door.get_by_role("alert")).to_contain_text("The password is wrong.")
    door.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/customer/*/")
    expect(page.locator("h1")).to_contain_text("Acme & Co")
    assert kept_here(page) == []

    # and what he leaves behind goes when he signs out
    page.goto(address)
    name.fill("Acme & Sons")
    page.clock.run_for(1_100)
    assert len(kept_here(page)) == 1

    # which is offered until he decides, even if he saves something else meanwhile
    page.goto(address)
    expect(offer).to_be_visible()
    page.locator("#address").fill("Rosenweg 1")
    press_primary(page)
    page.wait_for_url("**/customer/*/")
    assert len(kept_here(page)) == 1
    page.goto(address)
    expect(offer).to_be_visible()
    page.locator("[popovertarget=user-menu]").click()
    page.locator("form[action='/logout'] button").click()
    page.wait_for_url("**/login")
    assert kept_here(page) == []


def test_discarding_a_page_that_came_back_with_errors_discards_its_draft(
    open_tab: OpenTab, seller: User
) -> None:
    page = open_tab(seller)
    page.clock.install()
    page.goto(f"{FOLLOWUP}/customer/new")
    page.locator("#phone").fill("12")
    page.clock.run_for(IDLE)
    expect(page.locator("#draft-state")).to_contain_text("Draft saved")
    press_primary(page)
    page.locator("[data-summary]").wait_for()
    page.locator("#address").fill("Rosenweg 1")

    page.locator(".breadcrumb a").first.click()
    page.locator("#leave").get_by_role("button", name="Discard").click()
    page.wait_for_url("**/apps/followup/")

    page.goto("/drafts")
    expect(page.locator("main a[href*='/drafts/']")).to_have_count(0)


def test_two_tabs_on_one_record_both_keep_what_was_typed(open_tab: OpenTab, seller: User) -> None:
    address = f"{FOLLOWUP}/customer/{make('customer', {'name': 'Acme', 'owner': seller.id})}/edit"
    one = open_tab(seller)
    one.goto(address)
    two = one.context.new_page()
    two.goto(address)
    for page, text in ((one, "First"), (two, "Second")):
        page.locator("#name").fill(text)
        page.wait_for_function("(text) => JSON.stringify(localStorage).includes(text)", arg=text)

    # when both are lost, the newer one is offered, then the other
    one.goto("about:blank")
    two.goto(address)
    offer = two.locator("#edits")
    offer.get_by_role("button", name="Restore").click()
    expect(two.locator("#name")).to_have_value("Second")
    press_primary(two)
    two.wait_for_url("**/customer/*/")
    assert len(kept_here(two)) == 1
    two.goto(address)
    offer.get_by_role("button", name="Restore").click()
    expect(two.locator("#name")).to_have_value("First")


def test_two_people_edit_one_customer_at_once_and_nobodys_typing_is_lost(
    open_tab: OpenTab, seller: User
) -> None:
    acme = make("customer", {"name": "Acme", "phone": "13800138000", "owner": seller.id})
    address = f"{FOLLOWUP}/customer/{acme}/edit"
    desk, phone = open_tab(seller), open_tab(make_user("Li", is_admin=True), width=390)
    for page in (desk, phone):
        page.goto(address)
    phone.locator("#address").fill("3 High Street")
    phone.locator("#email").fill("li@example.com")
    press_primary(phone)
    phone.wait_for_url("**/customer/*/")

    # when the other one saves a moment later, by keyboard alone
    desk.locator("#address").fill("2 Side Street")
    desk.locator("#phone").fill("13900139000")
    desk.keyboard.press("Control+Enter")

    # then both answers stand there, and what only one of them changed is in
    summary, clash = desk.locator("[data-summary]"), desk.locator("#x-address")
    expect(summary).to_be_focused()
    expect(clash).to_contain_text("2 Side Street")
    expect(clash).to_contain_text("Li,")
    expect(clash).to_contain_text("3 High Street")
    expect(desk.locator("#email")).to_have_value("li@example.com")
    expect(desk.locator("#phone")).to_have_value("13900139000")
    assert problems(desk, "two answers") == []
    desk.wait_for_load_state()
    desk.keyboard.press("Tab")
    desk.keyboard.press("Enter")
    expect(desk.locator("#mine-address")).to_be_focused()
    desk.keyboard.press("Enter")
    expect(clash).to_have_count(0)
    desk.wait_for_load_state()
    desk.locator("#address").press("Control+Enter")
    desk.wait_for_url("**/customer/*/")
    for text in ("2 Side Street", "li@example.com", "139 0013 9000"):
        expect(desk.locator(".fw-record")).to_contain_text(text)


def test_edits_kept_by_a_clock_that_was_wrong_by_a_day_are_offered_and_saved(
    open_tab: OpenTab, seller: User
) -> None:
    address = f"{FOLLOWUP}/customer/{make('customer', {'name': 'Acme', 'owner': seller.id})}/edit"
    page = open_tab(seller)
    page.clock.install(time=datetime.now(UTC) + timedelta(days=1))
    page.goto(address)
    page.locator("#name").fill("Acme & Co")
    page.clock.run_for(1_100)
    assert len(kept_here(page)) == 1

    # when the clock was set right
    right = page.context.new_page()
    page.close()
    right.goto(address)
    right.locator("#edits").get_by_role("button", name="Restore").click()
    expect(right.locator("#name")).to_have_value("Acme & Co")
    press_primary(right)
    right.wait_for_url("**/customer/*/")
    expect(right.locator("h1")).to_contain_text("Acme & Co")
    assert kept_here(right) == []


def test_a_section_that_is_edited_in_place_is_not_left_unasked(open_tab: OpenTab, seller: User) -> None:
    page = open_tab(seller)
    page.goto(f"{FOLLOWUP}/customer/{make('customer', {'name': 'Acme', 'owner': seller.id})}/")
    page.locator(".fw-pencil").first.click()
    page.locator("form[data-section]").wait_for()
    page.wait_for_load_state()
    page.locator("#name").fill("Acme & Co")

    page.locator(".breadcrumb a").first.click()
    expect(page.locator("#leave")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#name")).to_have_value("Acme & Co")
    page.locator("#name").press("Escape")  # leaves the section, and asks as well
    expect(page.locator("#leave")).to_be_visible()
    page.locator("#leave").get_by_role("button", name="Save").click()
    expect(page.locator("h1")).to_contain_text("Acme & Co")
