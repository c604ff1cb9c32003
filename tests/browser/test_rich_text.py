"""Formatted text: written with keys and buttons under our strict policy, plain without JavaScript."""

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from runtime.accounts.models import User
from tests.browser.axe import EVERYTHING, WIDE, barriers
from tests.builder.factory import app as app_document
from tests.builder.factory import field, form, install, rule

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]

NEW = "/apps/shop/forms/order/new"
ORDER = form(
    "order",
    {
        "text": field("rich_text", title="Text"),
        "short": field("yes_no", title="Short"),
    },
    ("text",),
    rules=[rule("hides", {"required": ["short"], "properties": {"short": {"const": True}}}, hide=["text"])],
)
DRAWN = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
CHOSEN = """(letters) => {
  const [from, to] = document.querySelector("trix-editor").editor.getSelectedRange();
  return to - from === letters;
}"""
GRANT = {"form": "order", "actions": ["create", "read", "update"], "scope": "all"}


@pytest.fixture
def alice_shops(app: Flask, alice: User) -> User:
    """Somebody who may fill the form."""
    roles = [{"key": "r", "title": "R", "grants": [GRANT]}]
    install(ORDER, app=app_document(languages=["en", "zh"], roles=roles))
    return alice


def test_a_text_is_written_with_formats_hidden_shown_and_saved(
    open_tab: Callable[..., Page], alice_shops: User
) -> None:
    page = open_tab(alice_shops, width=390, dark=True)
    page.goto(NEW)
    editor = page.get_by_role("textbox", name="Text")

    # an empty one is told, and the summary leads into the editor
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("link", name="Fill in Text.").click()
    expect(editor).to_be_focused()

    for typed in ("拜访 ", "Control+b", "bold", "Control+b", "Enter"):
        page.evaluate(DRAWN)  # nobody types before the editor has drawn the last key
        page.keyboard.press(typed) if typed[0].isupper() else page.keyboard.type(typed)
    expect(editor.locator("strong").first).to_have_text("bold")
    page.get_by_role("button", name="Bullets").press("Enter")
    editor.focus()
    page.keyboard.type("one <b>item")
    page.evaluate(DRAWN)  # the editor draws what was typed in the next frame, and sets the cursor anew
    page.keyboard.press("Shift+Control+ArrowLeft")
    page.wait_for_function(CHOSEN, arg=len("item"))
    page.get_by_role("button", name="Link").first.click()
    address = page.get_by_role("textbox", name="Address of the link")
    address.fill("https://example.com/")
    address.press("Enter")
    expect(editor.get_by_role("link")).to_have_attribute("href", "https://example.com/")
    assert barriers(page, "rich text", "dark", EVERYTHING) == []
    assert page.evaluate(WIDE) == []

    # a rule hides it and shows it again
    page.locator("#short").check()
    expect(editor).to_have_count(0)
    page.locator("#short").uncheck()
    expect(editor).to_contain_text("one <b>item")

    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/order/1/")
    expect(page.locator("dd strong")).to_have_text("bold")
    expect(page.locator("dd li")).to_have_text("one <b>item")
    expect(page.locator("dd").get_by_role("link", name="item")).to_have_attribute(
        "href", "https://example.com/"
    )

    # untouched, it is sent back as it was
    page.goto("/apps/shop/forms/order/1/edit")
    expect(editor).to_contain_text("one <b>item")
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url("**/order/1/")
    expect(page.locator("[data-kind=updated]")).to_have_count(0)


def test_without_script_plain_text_is_typed(open_tab: Callable[..., Page], alice_shops: User) -> None:
    page = open_tab(alice_shops, script=False)
    page.goto(NEW)
    expect(page.get_by_role("button", name="Bold")).to_be_hidden()
    page.get_by_role("textbox", name="Text").fill("one < two\nthree")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("dd .fw-rich-text")).to_have_text("one < twothree")
    page.get_by_role("link", name="Edit").click()
    expect(page.get_by_role("textbox", name="Text")).to_have_value("one < two\nthree")
