"""Filling in, as people do it: at a phone (T17), left and gone on with after a log-in ended (T18), a long quote begun
at a desk and finished at a phone.
"""

import gzip
import os
import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import delete, select

from runtime import config
from runtime.accounts.models import LoginSession, User, UserRole
from runtime.db import db, transaction
from runtime.definitions import lookup
from runtime.records import query
from runtime.records.tables import table
from tests.browser.axe import problems
from tests.browser.design import Counter
from tests.browser.office import press_primary
from tests.browser.test_files import file
from tests.builder.factory import APP, field, form, install
from tests.builder.factory import app as app_document
from tests.conftest import make_user
from tests.files.desk import picture
from tests.support.languages import ENGLISH
from tests.support.pages import PASSWORD, with_password

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(180)]

OpenTab = Callable[..., Page]
MOST_SCRIPT = 45_000  # bytes of a record form, packed
REPORT = form(
    "report",
    {
        "name": field("text", title={"en": "Name", "zh": "名称"}),
        "kind": field("choice", {"enum": ["a", "b", "c"]}, title={"en": "Kind", "zh": "类型"}),
        "day": field("date", title={"en": "Day", "zh": "日期"}),
        "count": field("number", title={"en": "Number", "zh": "数量"}),
        "photo": field("image", title={"en": "Photo", "zh": "照片"}),
        "remark": field("long_text", title={"en": "Remark", "zh": "备注"}),
    },
    ("name", "day"),
    title_field="name",
)
LINES = {
    "text": field("text", title={"en": "Item", "zh": "项目"}),
    "qty": field("number", {"default": 1}, title={"en": "Quantity", "zh": "数量"}, decimals=2),
    "price": field("money", title={"en": "Price", "zh": "单价"}, currency="CNY"),
    "amount": field(
        "formula", title={"en": "Amount", "zh": "金额"}, formula="qty * price", result="money", currency="CNY"
    ),
}
QUOTE = form(
    "quote",
    {
        "name": field("text", title={"en": "Name", "zh": "名称"}),
        "lines": field(
            "sub_table",
            {"type": "array", "items": {"type": "object", "properties": LINES, "required": ["price"]}},
            title={"en": "Items", "zh": "明细"},
        ),
        "total": field(
            "formula",
            title={"en": "Total", "zh": "合计"},
            formula="SUM(lines.amount)",
            result="money",
            currency="CNY",
        ),
        "photo": field("image", title={"en": "Photo", "zh": "照片"}),
        "signed": field("signature", title={"en": "Signature", "zh": "签名"}),
        "papers": field("file", title={"en": "Papers", "zh": "文件"}, kinds=["pdf"]),
    },
    ("name",),
    title_field="name",
)
SMALL = """(least) => [...document.querySelectorAll("#rec button, #rec a, #rec input, #rec select, #rec textarea")]
  .filter((one) => one.type !== "hidden" && one.checkVisibility() && !one.closest(".visually-hidden, .fw-unseen"))
  .map((one) => one.matches("[type=checkbox], [type=radio]") ? one.closest("label") ?? one : one)
  .map((one) => [one, one.getBoundingClientRect()])
  .filter(([, { width, height }]) => width && Math.min(width, height) < least)
  .map(([one]) => one.outerHTML.slice(0, 120))"""

# Phones zoom into what is written smaller, and out of the page with it.
ZOOMED = """() => [...document.querySelectorAll("#rec input, #rec select, #rec textarea")]
  .filter((one) => one.checkVisibility() && !one.matches("[type=checkbox], [type=radio]"))
  .filter((one) => parseFloat(getComputedStyle(one).fontSize) < 16)
  .map((one) => one.outerHTML.slice(0, 120))"""


@pytest.fixture
def at_work(app: Flask) -> Callable[[str], User]:
    """`at_work("zh")` is somebody who fills in reports and quotes in this language."""

    def hired(language: str) -> User:
        grants = [
            {"form": each, "actions": ["create", "read", "update"], "scope": "all"}
            for each in ("report", "quote")
        ]
        roles = [{"key": "r", "title": "R", "grants": grants}]
        install(REPORT, QUOTE, app=app_document(languages=["en", "zh"], roles=roles))
        user = make_user("Alice", locale=language)
        with transaction() as session:
            session.add(UserRole(user_id=user.id, app=APP, role="r"))
        return user

    return hired


def weight(page: Page) -> int:
    """What the scripts of a page weigh, packed."""
    names = page.locator("script[src]").evaluate_all("all => all.map((one) => new URL(one.src).pathname)")
    files = [
        Path(config.ROOT, "static", part) for one in names for part in one.removeprefix("/static/").split("+")
    ]
    return sum(len(gzip.compress(path.read_bytes(), 9)) for path in files)


def stored(key: str) -> list[dict[str, Any]]:
    own = table(lookup.form(APP, key))
    return [dict(row._mapping) for row in db.session.execute(select(own).order_by(own.c.id))]


@pytest.mark.parametrize("language", ENGLISH)
def test_t17_six_fields_with_a_photo_are_filled_in_at_a_phone(
    open_tab: OpenTab, at_work: Callable[[str], User], language: str
) -> None:
    page = open_tab(at_work(language), width=390)
    counter = Counter(page)
    page.goto(f"/apps/{APP}/forms/report/new")

    with counter.budget(clicks=11, seconds=10):  # and one to choose the photo, which no test can tap
        page.locator("#name").tap()
        page.keyboard.insert_text("Pump 4")
        page.locator("[name=kind][value=b]").tap()
        page.locator("#day").tap()
        page.locator("#day").fill("2026-12-24")
        assert page.locator("#count").get_attribute("inputmode") == "decimal"
        assert page.locator("#count").get_attribute("enterkeyhint") == "next"
        page.locator("#count").tap()
        page.keyboard.insert_text("3")
        page.locator("#photo").set_input_files(file("pump.png", picture()))
        expect(page.locator("#photo-list img")).to_be_visible()
        page.locator("#remark").tap()
        page.keyboard.insert_text("Leaks a little.")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert page.evaluate(SMALL, 24) == []
        assert page.evaluate(ZOOMED) == []
        assert "interactive-widget=resizes-content" in str(
            page.locator("meta[name=viewport]").get_attribute("content")
        )
        page.evaluate("scrollTo(0, 0)")
        primary = page.locator(".btn-primary[data-saving]").bounding_box()
        assert primary is not None and primary["height"] >= 44
        assert primary["y"] + primary["height"] <= 844, (
            "the button stands above the keyboard, not below the fields"
        )
        assert weight(page) <= MOST_SCRIPT
        page.locator(".btn-primary[data-saving]").tap()
        page.wait_for_url(re.compile(r"/report/\d+/$"))
        page.locator("main").focus()

    (record,) = stored("report")
    assert (record["name"], record["kind"], str(record["day"]), record["count"], record["remark"]) == (
        "Pump 4",
        "b",
        "2026-12-24",
        3,
        "Leaks a little.",
    )
    assert len(record["photo"]) == 1
    assert problems(page, "T17") == []


@pytest.mark.parametrize("language", ENGLISH)
def test_t18_left_mid_way_reopened_and_saved_after_the_log_in_ended(
    open_tab: OpenTab, at_work: Callable[[str], User], language: str
) -> None:
    page = open_tab(with_password(at_work(language)))
    counter = Counter(page)
    page.clock.install()
    page.goto(f"/apps/{APP}/forms/report/new")
    page.locator("#name").fill("Pump 4")
    page.locator("#day").fill("2026-12-24")
    page.locator("[name=kind][value=b]").check()
    page.locator("#remark").fill("Leaks a little.")

    with counter.budget(clicks=4, keys=2, seconds=12):
        page.locator("[name=_do][value=draft]").click()
        page.wait_for_url("**/drafts/*")
        page.goto("/")
        page.get_by_role("link", name="Pump 4", exact=False).first.click()
        expect(page.locator("#remark")).to_have_value("Leaks a little.")
        with transaction() as session:
            session.execute(delete(LoginSession))
        page.clock.run_for(61_000)
        page.locator(".btn-primary[data-saving]").click()
        expect(page.locator("#again-password")).to_be_focused()
        page.locator("#again-password").press_sequentially(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile(r"/report/\d+/$"))
        page.locator("main").focus()

    assert counter.counts["char"] == len(PASSWORD)
    (record,) = stored("report")
    assert (record["name"], record["kind"], str(record["day"]), record["remark"]) == (
        "Pump 4",
        "b",
        "2026-12-24",
        "Leaks a little.",
    )
    page.goto("/drafts")
    expect(page.get_by_role("link", name="Pump 4")).to_have_count(0)
    assert problems(page, "T18") == []


@pytest.mark.parametrize("language", ENGLISH)
def test_a_quote_of_twenty_rows_is_begun_on_a_keyboard_and_finished_at_a_phone(
    open_tab: OpenTab, at_work: Callable[[str], User], language: str
) -> None:
    user = at_work(language)
    desk = open_tab(user)
    desk.goto(f"/apps/{APP}/forms/quote/new")
    keys = desk.keyboard

    def typed(page: Page, numbers: range) -> None:
        """A row for each, by its price; Enter in the last cell begins the next row."""
        for number in numbers:
            price = page.locator("[data-row]").last.locator("input[id$='.price']")
            price.focus()
            page.keyboard.type(f"{number}.1")
            if number != numbers[-1]:
                page.keyboard.press("Enter")
                expect(page.locator("[data-row]")).to_have_count(numbers.index(number) + 2 + before)

    # when the first ten rows are typed, one is copied and one moved
    before = 0
    desk.locator("#name").focus()
    keys.type("Spring")
    typed(desk, range(1, 11))
    copy = (
        desk.locator("[data-row]")
        .nth(2)
        .locator("button[value^='row-copy'], button[name=_do][value*=copy]")
        .first
    )
    copy.focus()
    keys.press("Enter")
    expect(desk.locator("[data-row]")).to_have_count(11)
    expect(desk.locator("#f-total")).to_contain_text("59.10")  # 1.1 to 10.1, and 3.1 once more
    desk.locator("[data-row]").nth(9).locator("input[id$='.price']").focus()
    keys.press("Alt+ArrowUp")
    expect(desk.locator("[data-row]").nth(8).locator("input[id$='.price']")).to_have_value("9.1")
    expect(desk.locator("[data-row]").nth(8).locator("button:focus")).to_be_attached()  # for the next move
    desk.locator("[name=_do][value=draft]").focus()
    keys.press("Enter")
    desk.wait_for_url("**/drafts/*")

    # then it goes on at a phone, with nine rows more, a photo, a signature and a file
    phone = open_tab(user, width=390)
    phone.goto("/drafts")
    phone.get_by_role("link", name="Spring", exact=True).tap()
    expect(phone.locator("[data-row]")).to_have_count(11)
    phone.wait_for_load_state()
    before = 11
    phone.locator("[data-row]").last.locator("input[id$='.price']").focus()
    phone.keyboard.press("Enter")
    expect(phone.locator("[data-row]")).to_have_count(12)
    typed(phone, range(12, 21))
    phone.locator("#photo").set_input_files(file("site.png", picture()))
    expect(phone.locator("#photo-list img")).to_be_visible()
    phone.locator("#papers").set_input_files(file("terms.pdf"))
    expect(phone.locator("#papers-list .fw-file-keep")).to_have_count(1)
    phone.locator("#signed").fill("王芳")
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert problems(phone, "quote at a phone") == []
    press_primary(phone)
    phone.wait_for_url(re.compile(r"/quote/\d+/$"))
    if os.environ.get("SHOTS"):
        phone.screenshot(path=os.environ["SHOTS"] + "/quote.png", full_page=True)

    (record,) = stored("quote")
    assert record["total"] == Decimal("59.1") + sum(Decimal(f"{number}.1") for number in range(12, 21))
    assert [len(record[key]) for key in ("photo", "signed", "papers")] == [1, 1, 1]
    rows = query.get(user, lookup.form(APP, "quote"), record["id"]).values["lines"]
    prices = [str(row["price"]) for row in rows]
    assert len(prices) == 20
    assert (prices[2:4], prices[8:10]) == (["3.1", "3.1"], ["9.1", "8.1"])
