"""A list on a phone: cards of four fields, a sheet for the filter, choosing by a button or a long press."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from runtime.accounts.models import User
from tests.browser.axe import problems
from tests.forms.followup import FOLLOWUP, make_all

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LIST = f"{FOLLOWUP}/customer/?cols=phone,name,grade,state,source&sort=name"


def test_given_a_phone_when_a_list_is_filtered_and_records_are_chosen_then_cards_sheet_and_button_do_it(
    open_tab: Callable[..., Page], seller: User
) -> None:
    one = {"grade": "A", "state": "lead", "phone": "+8613800138000"}
    make_all("customer", [{"name": f"Customer {number}", **one} for number in range(3)])
    page = open_tab(seller, width=390)
    page.goto(LIST)
    page.wait_for_load_state()
    card = page.locator("#list tr[id^=row-]").first
    boxes = page.locator("#list [name=_record]")
    expect(boxes.first).to_be_hidden()
    assert card.locator("td").evaluate_all("all => all.filter((td) => td.checkVisibility()).length") == 4

    page.locator("#open-filter").tap()
    sheet = page.locator("#panel")
    expect(sheet).to_be_visible()
    box = sheet.bounding_box()
    assert box and box["y"] + box["height"] == 844
    sheet.locator(".fw-shut-panel").tap()
    expect(sheet).to_have_count(0)

    page.locator("#select-rows").tap()
    expect(boxes.first).to_be_visible()
    page.locator("#select-rows").tap()
    expect(boxes.first).to_be_hidden()
    card.locator("td", has_text="138").dispatch_event(
        "pointerdown", {"pointerType": "touch", "bubbles": True}
    )
    expect(boxes.first).to_be_checked()
    expect(page.locator("#bulk")).to_be_visible()
    expect(page.locator("#select-rows")).to_have_attribute("aria-pressed", "true")
    page.locator("#open-filter").tap()
    expect(sheet).to_be_visible()
    assert problems(page, "filter in a sheet, chosen records") == []
