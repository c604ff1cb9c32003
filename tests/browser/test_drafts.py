"""What is typed stays: drafts on the server, edits in the browser, leaving, signing in again on the spot."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from runtime.accounts.models import User
from tests.browser.office import press_primary
from tests.forms.followup import FOLLOWUP, make

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
