"""Views for others: a list filtered, saved and shared in few clicks; made, ordered and looked at in the designer."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from runtime.accounts.models import User
from runtime.db import transaction
from runtime.definitions import lookup
from runtime.forms.lists import views
from runtime.forms.lists.looks import Look
from tests.browser.axe import problems
from tests.browser.conftest import Tabs
from tests.browser.design import Counter, settled
from tests.forms.followup import FOLLOWUP, make, make_all
from tests.forms.test_calendars import with_field
from tests.support.languages import CHINESE

pytestmark = [pytest.mark.browser, pytest.mark.slow]

OpenTab = Callable[..., Page]
DEALS = f"{FOLLOWUP}/opportunity/"
DESIGN = "/apps/followup/forms/opportunity/design/list"


@pytest.fixture(autouse=True)
def deals(seller: User) -> None:
    """Deals of Bob's at two stages, below and above a thousand."""
    common = {
        "customer": make("customer", {"name": "Acme", "owner": seller.id}),
        "owner": seller.id,
        "cost": 1,
    }
    rows: list[dict[str, Any]] = [
        {"name": name, "stage": stage, "expected_amount": amount}
        for name, stage, amount in [
            ("Roof", "need", 1200),
            ("Wall", "need", 900),
            ("Door", "quote", 5000),
            ("Yard", "need", 3000),
        ]
    ]
    make_all("opportunity", [{**common, **row} for row in rows])


def pick(counter: Counter, page: Page, name: str, value: str) -> None:
    """A native choice of the filter, which counts as one click, and the list that follows it."""
    page.locator(f"#filter-c\\.{name}").select_option(value)
    counter.counts["click"] += 1


def titles(page: Page) -> list[str]:
    return page.locator("td.fw-title a").all_inner_texts()


@pytest.mark.parametrize("language", CHINESE)
def test_t20_a_list_is_filtered_by_two_fields_saved_and_shared_with_a_role(
    tabs: Tabs, alice: User, seller: User, language: str
) -> None:
    with transaction() as session:
        session.merge(alice).locale = language
    page = tabs.open(alice)
    counter = Counter(page)
    page.goto(DEALS)
    with counter.budget(clicks=11, keys=3, seconds=8):
        page.locator("#open-filter").click()
        pick(counter, page, "0-path", "stage")
        page.locator("#filter-c\\.0-v0").wait_for()
        pick(counter, page, "0-v0", "need")
        expect(page.locator(".fw-chip")).to_have_count(1)
        page.locator("#filter-c-add").click()
        pick(counter, page, "1-path", "expected_amount")
        page.locator("#filter-c\\.1-op").wait_for()
        pick(counter, page, "1-op", "greater_than")
        page.locator("#filter-c\\.1-v0").click()
        page.keyboard.type("1000")
        page.locator("#open-view").click()
        page.locator("#view-title").wait_for()
        page.keyboard.type("Large")
        page.locator("#view-role-sales").click()
        page.locator("#keep button[value=save]").click()
        expect(page.locator(".fw-views [aria-current=page]")).to_be_focused()
    assert page.url.endswith("view=large")
    assert sorted(titles(page)) == ["Roof", "Yard"]

    seller_page = tabs.open(seller)
    seller_page.goto(DEALS)
    seller_page.locator(".fw-views .nav-link", has_text="Large").click()
    expect(seller_page.locator(".fw-views [aria-current=page]")).to_contain_text("Large")
    assert sorted(titles(seller_page)) == ["Roof", "Yard"]
    alone = tabs.open(seller)
    alone.goto(seller_page.url)
    assert sorted(titles(alone)) == ["Roof", "Yard"]
    assert lookup.views("followup", "opportunity")[0].roles == ("sales",)


def keep_own(user: User, *titles: str) -> None:
    form = lookup.form("followup", "opportunity")
    with transaction():
        for title in titles:
            views.save(user, form, title, Look(sort="name"), "")


def order(page: Page) -> list[str]:
    return [
        str(each.get_attribute("data-item"))
        for each in page.locator("ol[data-moves='list.view_move'] > li").all()
    ]


def test_views_are_made_and_ordered_by_dragging_by_keys_and_by_buttons(
    open_tab: OpenTab, alice: User
) -> None:
    page = open_tab(alice)
    for title in ("One", "Two"):
        page.goto(DESIGN)
        page.locator("#new-view").fill(title)
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile("/views/[a-z_]+/design/"))
    page.locator("#v-kind").select_option("board")
    expect(page.locator("[data-preview=board]")).to_be_visible()
    expect(page.locator("[data-preview=board]")).to_contain_text("Roof")
    assert problems(page, "view in the designer") == []
    page.goto(DESIGN)
    one, two = order(page)

    page.locator(f"#view-up-{two}").click()
    expect(page.locator("ol[data-moves='list.view_move'] > li").first).to_have_id(f"view-{two}")
    settled(page)
    page.locator(f"#view-{two} .app-part").focus()
    page.keyboard.press("Alt+ArrowDown")
    expect(page.locator("ol[data-moves='list.view_move'] > li").first).to_have_id(f"view-{one}")
    settled(page)
    start = page.locator(f"#view-{two} .h").bounding_box()
    end = page.locator(f"#view-{one} .h").bounding_box()
    assert start and end
    page.mouse.move(start["x"] + 4, start["y"] + 4)
    page.mouse.down()
    page.mouse.move(start["x"] + 4, start["y"] - 10, steps=4)
    page.mouse.move(end["x"] + 4, end["y"] - 4, steps=6)
    page.mouse.up()
    expect(page.locator("ol[data-moves='list.view_move'] > li").first).to_have_id(f"view-{two}")


def test_views_of_ones_own_are_ordered_by_dragging_by_keys_and_by_buttons(
    open_tab: OpenTab, seller: User
) -> None:
    keep_own(seller, "One", "Two", "Three")
    page = open_tab(seller)
    page.goto(DEALS)
    page.wait_for_load_state()
    tabs = page.locator(".fw-views [data-own]")
    expect(tabs).to_have_text(["One", "Two", "Three"])

    tabs.nth(2).focus()
    page.keyboard.press("Alt+ArrowLeft")
    expect(tabs).to_have_text(["One", "Three", "Two"])
    expect(tabs.nth(1)).to_be_focused()
    tabs.nth(0).drag_to(tabs.nth(2))
    expect(page.locator("#live")).to_contain_text("place 3 of 3")
    expect(tabs).to_have_text(["Three", "Two", "One"])

    tabs.nth(2).click()
    page.wait_for_url("**view=own-**")
    page.wait_for_load_state()
    page.locator("#open-view").click()
    page.locator("#view-arrow-left").click()
    expect(tabs).to_have_text(["Three", "One", "Two"])
    expect(page.locator("#view-arrow-left")).to_be_focused()
    assert problems(page, "moving a view of one's own") == []
    page.reload()
    expect(tabs).to_have_text(["Three", "One", "Two"])


def test_a_gallery_of_the_pictures_that_somebody_chose_is_open_to_everybody(
    open_tab: OpenTab, seller: User
) -> None:
    for key in ("photo", "plan"):
        with_field(key, "image")
    page = open_tab(seller)
    page.goto(f"{DEALS}?kind=gallery&colour=stage")
    page.locator(".fw-by a", has_text="plan").click()
    page.wait_for_url("**picture=plan**")

    expect(page.locator(".fw-gallery .fw-mark").first).to_be_visible()
    assert problems(page, "gallery") == []
