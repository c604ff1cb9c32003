"""Ctrl+K: a dialog that goes anywhere by its name."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from runtime.accounts.models import User
from tests.browser.axe import problems
from tests.forms.followup import FOLLOWUP, make_all

pytestmark = [pytest.mark.browser, pytest.mark.slow]

OpenTab = Callable[..., Page]
COMPOSING = """box => box.dispatchEvent(
  new KeyboardEvent("keydown", {key: "Enter", isComposing: true, bubbles: true, cancelable: true}))"""


def test_given_a_page_when_a_name_is_typed_after_ctrl_k_then_the_arrows_choose_and_enter_goes_there(
    open_tab: OpenTab, seller: User
) -> None:
    make_all("customer", [{"name": "华新电子"}, {"name": "华信贸易"}])
    page = open_tab(seller)
    page.goto(f"{FOLLOWUP}/customer/?sort=name")
    page.wait_for_load_state()
    box, chosen = page.locator("#go-q"), page.locator("#go-found [aria-selected=true]")

    page.keyboard.press("Control+k")
    expect(box).to_be_focused()
    expect(box).to_have_attribute("aria-activedescendant", "go-1")
    assert problems(page, "going somewhere") == []
    page.keyboard.type("hx")
    expect(page.locator("#go-found a")).to_have_count(2)
    expect(page.locator("#live")).to_have_text("2 found.")
    first = chosen.text_content()
    box.evaluate(COMPOSING)
    page.keyboard.press("ArrowDown")
    expect(box).to_have_attribute("aria-activedescendant", "go-2")
    expect(box).to_be_focused()
    assert chosen.text_content() != first
    page.keyboard.press("ArrowDown")  # round
    expect(box).to_have_attribute("aria-activedescendant", "go-1")
    page.keyboard.press("Escape")
    expect(box).to_be_hidden()

    page.locator("#go").click()
    expect(box).to_be_focused()
    page.keyboard.press("Control+a")
    page.keyboard.type("hxdz")
    page.keyboard.press("Enter")  # before the answer is there: it goes once it is
    page.wait_for_url(re.compile(r"/customer/\d+/$"))
    expect(page.locator("h1")).to_contain_text("华新电子")
