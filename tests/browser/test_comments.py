"""What is typed about a record stays: it is not left unasked, and no answer that is drawn takes it away."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Dialog, Page, expect

from runtime.accounts.models import User
from tests.forms.followup import FOLLOWUP, make

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_half_typed_change_stays_when_the_timeline_is_drawn_anew_and_is_not_left_unasked(
    open_tab: Callable[..., Page], seller: User
) -> None:
    customer = f"{FOLLOWUP}/customer/{make('customer', {'name': 'Acme'})}/"
    page = open_tab(seller)
    page.goto(customer)
    page.locator("#comment").fill("First")
    page.locator("#say .btn-primary").click()
    expect(page.locator(".fw-comment")).to_have_text("First")
    page.locator(".fw-event summary").first.click()
    half_typed = page.locator(".fw-event textarea").last
    half_typed.fill("Half typed")

    # when another comment is posted, and the part with the comments is left for a while
    page.locator("#comment").fill("Second")
    page.locator("#say .btn-primary").click()
    expect(page.locator(".fw-comment")).to_have_count(2)
    expect(half_typed).to_be_visible()
    expect(half_typed).to_have_value("Half typed")
    page.locator("#part-3").click()
    expect(page.locator(".fw-comment")).to_have_count(0)
    page.locator("#part-2").click()
    expect(half_typed).to_be_visible()
    expect(half_typed).to_have_value("Half typed")

    # then a key leads nowhere while it is typed, and a link asks first
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    half_typed.press("Alt+n")
    with page.expect_event("dialog"):
        page.locator(".breadcrumb a").first.click(no_wait_after=True)
    expect(half_typed).to_have_value("Half typed")
    assert asked == ["beforeunload"]
