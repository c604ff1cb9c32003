"""A message as its plan says, and its review by somebody else."""

from collections.abc import Mapping
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.rebuild import hands
from tests.browser.rebuild.hands import at

Plan = Mapping[str, Any]


def build_message(page: Page, plan: Plan) -> None:
    """What it is called, what it is about, and its texts in each language."""
    hands.choose(page, "message-form", plan["form"])
    for part in ("title", "purpose", "subject", "body", "short"):
        for locale, text in plan[part].items():
            write_text(page, f"{part}-{locale}", text)


def write_text(page: Page, id: str, text: str) -> None:
    """Write a text; it is stored while it is written."""
    box = at(page, id)
    if box.input_value() == text:
        return
    with hands.storing(page):
        hands.enter(page, box, text)
        page.keyboard.press("Tab")


def ask_review(page: Page, comment: str) -> None:
    """Submit the message for review."""
    at(page, "comment").fill(comment)
    page.locator('form[action$="/review"] button').click()
    expect(page.locator('form[action$="/review"]')).to_have_count(0)


def approve(page: Page, address: str, comment: str) -> None:
    """Approve it, as somebody else."""
    page.goto(address)
    at(page, "comment").fill(comment)
    page.locator('button[formaction$="/approve"]').click()
    expect(page.locator('button[formaction$="/approve"]')).to_have_count(0)
