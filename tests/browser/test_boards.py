"""Cards that go to another column: by dragging, and by keys."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from runtime.accounts.models import User
from tests.forms.followup import FOLLOWUP, make_all

pytestmark = [pytest.mark.browser, pytest.mark.slow]

OpenTab = Callable[..., Page]


def test_given_a_board_when_cards_are_dragged_and_moved_by_keys_then_they_stand_there_and_keep_the_focus(
    open_tab: OpenTab, seller: User
) -> None:
    acme, bolt = make_all("customer", [{"name": "Acme", "grade": "A"}, {"name": "Bolt", "grade": "A"}])
    page = open_tab(seller)
    page.goto(f"{FOLLOWUP}/customer/?kind=board&by=grade")
    of_b = page.locator('.fw-cards[data-place="is:B"]')

    start, end = page.locator(f"#card-{acme} .fw-title").bounding_box(), of_b.bounding_box()
    assert start and end
    page.mouse.move(start["x"] + 5, start["y"] + 5)
    page.mouse.down()
    page.mouse.move(start["x"] + 40, start["y"] + 20, steps=4)
    page.mouse.move(end["x"] + end["width"] / 2, end["y"] + end["height"] / 2, steps=8)
    page.mouse.up()
    expect(of_b.locator(f'#card-{acme}[data-move="{acme}.2."] .fw-title')).to_be_focused()

    page.locator(f"#card-{bolt} .fw-title").focus()
    page.keyboard.press("m")
    expect(page.locator(".fw-targets button").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".fw-targets")).to_have_count(0)
    expect(page.locator(f"#move-{bolt}")).to_be_focused()
    page.keyboard.press("m")
    expect(page.locator(".fw-targets button").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(of_b.locator(f'#card-{bolt}[data-move="{bolt}.2."] .fw-title')).to_be_focused()
