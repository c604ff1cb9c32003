"""The story that the product is for, told from the first start on, in both languages.

Nobody here knows the code: pages are reached by links and addresses, fields by their names.
"""

import re
import time
from collections.abc import Iterator
from datetime import datetime

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Opens
from tests.browser.office import (
    FORMS,
    LANGUAGES,
    NEW,
    Office,
    answer,
    focus,
    pick,
    press_primary,
    set_up,
    staff,
)
from tests.support.languages import CHINESE
from tests.support.system import wait_for

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]

PHONE_PROBLEM = {"en": "phone number", "zh": "电话"}
SUBJECT = {"en": "Visit Northwind Traders", "zh": "跟进客户：Northwind Traders"}


@pytest.fixture(scope="module", params=CHINESE)
def office(request: pytest.FixtureRequest, an_office: Opens) -> Iterator[Office]:
    """A company that has been set up and has its people."""
    with an_office(request.param) as office:
        set_up(office)
        staff(office)
        office.close_tabs()
        yield office


@pytest.fixture
def tabs(office: Office) -> Iterator[Office]:
    """The office; after the test nothing may have gone wrong on any page."""
    yield office
    office.close_tabs()


def begin(page: Page, customer: str) -> None:
    """Open the form of a new follow-up and choose the customer."""
    page.goto(NEW)
    pick(page, "customer", customer)
    expect(page.locator("#phone")).not_to_have_value("")


def fill(page: Page, next_on: str) -> None:
    """Write down what was said, and ask to be reminded."""
    page.locator("#content").fill("报价已发出 They want ten.")
    page.locator("#result").check()
    page.locator("#remind").check()
    page.locator("#next_on").fill(next_on)
    page.locator("#prepare").fill("价目表 Price list")


def save(page: Page) -> str:
    """Save; the number of the follow-up."""
    press_primary(page)
    return number_of(page)


def number_of(page: Page) -> str:
    expect(page.locator("h1")).to_have_text(re.compile(r"^(FU|RM)-\d{6}-\d{4}$"))
    return page.locator("h1").inner_text()


def rows(page: Page, form: str) -> Locator:
    page.goto(f"{FORMS}/{form}/")
    return page.locator("tbody tr")


def reminder_of(page: Page, visit: str) -> str:
    """Open the reminder that was made from this follow-up; its number. It may take the worker a moment."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        for link in rows(page, "reminder").get_by_role("link").all():
            address = link.get_attribute("href")
            page.goto(address or "")
            if answer(page, "visit") == visit:
                return number_of(page)
            page.go_back()
    raise AssertionError(f"no reminder of {visit}")


def moment_of(page: Page, kind: str) -> datetime:
    text = page.locator(f"[data-kind={kind}] time").last.get_attribute("datetime")
    return datetime.fromisoformat(text or "")


def timers(page: Page, state: str) -> Locator:
    return page.locator(f"[data-kind=timer][data-state={state}]")


def reloaded(page: Page, what: Locator, count: int) -> None:
    """Look at the page again and again until it shows so many."""

    def shows() -> bool:
        page.reload()
        return what.count() == count

    wait_for(shows, 20, f"{count} × {what}")


def test_the_administrator_has_done_what_was_to_do(tabs: Office) -> None:
    page = tabs.tab("admin")
    page.goto("/")
    expect(page.locator("html")).to_have_attribute("lang", LANGUAGES[tabs.locale])
    expect(page.locator("main a[href='/apps/followup/']")).to_be_visible()
    expect(page.locator("ol.todo")).to_have_count(0)


def test_the_links_of_the_beginning_work_once(tabs: Office) -> None:
    page = tabs.tab()
    answered = page.goto(tabs.setup_link())
    assert answered and answered.status == 404


def test_the_form_fills_itself_and_tells_mistakes_at_the_right_moment(tabs: Office) -> None:
    page = tabs.tab("seller")
    page.goto("/")
    page.locator(f"main a[href='{NEW}']").click()
    pick(page, "customer", "华新")
    expect(page.locator("#phone")).to_have_value("138 0013 8001")
    expect(page.locator("#grade")).to_be_checked()
    expect(page.locator("#owner")).to_have_value(tabs.people["seller"].name)
    page.locator("#deal").click()
    expect(page.locator("#o-deal [role=option]")).to_have_text(
        ["备件年度合同", "SMT 生产线升级"]
    )  # by pinyin
    page.keyboard.press("Escape")

    pick(page, "customer", "mdjy")
    expect(page.locator("#phone")).to_have_value("139 0013 9002")
    page.locator("#deal").click()
    expect(page.locator("#o-deal [role=option]")).to_have_text(["教务系统"])
    page.keyboard.press("Escape")

    page.locator("#phone").fill("")
    page.locator("#phone").press_sequentially("12")
    assert page.locator("#e-phone").count() == 0
    page.keyboard.press("Tab")
    expect(page.locator("#e-phone")).to_contain_text(PHONE_PROBLEM[tabs.locale])

    expect(page.locator("#f-next_on")).to_have_count(0)
    page.locator("#remind").check()
    for key in ("next_on", "remind_whom", "prepare"):
        expect(page.locator(f"#{key}")).to_have_attribute("aria-required", "true")

    press_primary(page)
    expect(page.locator("[data-summary]")).to_be_focused()
    links = page.locator("[data-summary] a")
    keys = [(link.get_attribute("href") or "")[1:] for link in links.all()]
    assert keys == ["phone", "content", "result", "next_on", "prepare"]
    for key, link in zip(keys, links.all(), strict=True):
        assert page.locator(f"#e-{key}").inner_text().endswith(link.inner_text())
        link.click()
        assert focus(page) == key

    page.locator("#phone").fill("13900139003")
    fill(page, str(tabs.day(7)))
    page.locator("main form button.btn-primary").dblclick()
    number = number_of(page)
    expect(page.locator("#f-phone dd")).to_have_text("139 0013 9003")
    expect(rows(page, "visit").get_by_role("link", name=number)).to_have_count(1)
    customers = rows(page, "visit").filter(has_text="明德教育集团")
    expect(customers).to_have_count(1)


def test_the_reminder_writes_itself_and_says_where_it_comes_from(tabs: Office) -> None:
    page = tabs.tab("seller")
    begin(page, "Blue")
    fill(page, str(tabs.day(7)))
    visit = save(page)
    saved, next_on, today = moment_of(page, "created"), answer(page, "next_on"), answer(page, "visited_on")
    customer = page.locator("#f-customer dd a").get_attribute("href") or ""
    address = page.url

    reminder = reminder_of(page, visit)
    assert (moment_of(page, "created") - saved).total_seconds() <= 2
    assert answer(page, "customer") == "Blue Pine Software"
    assert answer(page, "owner") == tabs.people["seller"].name
    assert answer(page, "due_on") == next_on
    assert answer(page, "text") == "价目表 Price list"
    made = page.locator("[data-kind=created]")
    title = {"en": "Make the reminder", "zh": "自动生成跟进提醒"}[tabs.locale]
    expect(made).to_contain_text(title)
    expect(made).to_contain_text({"en": "version 1", "zh": "1"}[tabs.locale])
    expect(made.get_by_role("link", name=visit)).to_have_count(1)
    expect(timers(page, "planned")).to_have_count(3)
    theirs = page.url

    page.goto(customer)
    assert answer(page, "last_visit_on") == today

    stranger = tabs.tab("stranger")
    for form in ("visit", "reminder"):
        expect(rows(stranger, form)).to_have_count(0)
    for hidden in (address, theirs, customer):
        answered = stranger.goto(hidden)
        assert answered and answered.status == 404
    stranger.goto("/inbox")
    expect(stranger.locator("#notices")).to_have_count(0)
    assert reminder not in stranger.content()


def test_timers_follow_the_date_and_end_with_the_reminder(tabs: Office) -> None:
    page = tabs.tab("seller")
    begin(page, "knyl")
    fill(page, str(tabs.day(7)))
    visit = save(page)
    address = page.url
    reminder_of(page, visit)
    reminder = page.url
    expect(timers(page, "planned")).to_have_count(3)

    page.goto(f"{address}edit")
    page.locator("#next_on").fill(str(tabs.day(10)))
    save(page)
    page.goto(reminder)
    reloaded(page, timers(page, "cancelled"), 3)
    expect(timers(page, "planned")).to_have_count(3)
    reason = {"en": "the date changed", "zh": "日期"}[tabs.locale]
    expect(timers(page, "cancelled").first).to_contain_text(reason)

    page.goto(f"{address}edit")
    page.locator("#remind").uncheck()
    expect(page.locator("#f-next_on")).to_have_count(0)
    save(page)
    page.goto(reminder)
    reloaded(page, timers(page, "cancelled"), 6)
    expect(timers(page, "planned")).to_have_count(0)

    page.goto(f"{address}edit")
    page.locator("#remind").check()
    page.locator("#next_on").fill(str(tabs.day(12)))
    pick(page, "remind_whom", tabs.people["seller"].name)
    page.locator("#prepare").fill("价目表")
    save(page)
    page.goto(reminder)
    reloaded(page, timers(page, "planned"), 3)

    page.goto(f"{address}delete")
    page.locator("main form button").click()
    page.wait_for_url(f"**{FORMS}/visit/")
    answered = page.goto(reminder)
    assert answered and answered.status == 404


def test_a_visit_of_today_is_told_at_once_to_its_owner_and_in_copy_to_the_manager(tabs: Office) -> None:
    page = tabs.tab("seller")
    begin(page, "north")
    fill(page, str(tabs.day()))
    visit = save(page)
    reminder_of(page, visit)
    reloaded(page, page.locator("[data-kind=delivery][data-state=sent]"), 4)
    expect(timers(page, "sent")).to_have_count(1)
    expect(timers(page, "skipped")).to_have_count(2)
    reminder = page.url

    wait_for(lambda: len(tabs.mails.mails) == 2, 20, "two mails")
    assert sorted(tabs.mails.recipients) == ["manager@example.com", "seller@example.com"]
    for mail in tabs.mails.mails:
        assert SUBJECT[tabs.locale].split()[0] in str(mail["Subject"])
        assert "Northwind Traders" in str(mail["Subject"])

    page.goto("/")
    expect(page.locator("#inbox-badge .count")).to_have_text("1")
    for who in ("seller", "manager"):
        inbox = tabs.tab(who)
        inbox.goto("/inbox")
        inbox.locator("#notices .notice-open").click()
        assert inbox.url == reminder


def test_it_all_works_with_javascript_switched_off(tabs: Office) -> None:
    page = tabs.tab("seller", script=False)
    page.goto(NEW)
    page.locator("input[name='_find.customer']").fill("hxdz")
    page.locator("button[value='search:customer']").click()
    page.locator("select[name=customer]").select_option(label="华新电子有限公司")
    page.locator("#phone").fill("12")
    page.locator("#remind").check()
    press_primary(page)

    summary = page.locator("[data-summary]")
    expect(summary).to_be_focused()
    keys = [(link.get_attribute("href") or "")[1:] for link in summary.locator("a").all()]
    assert keys == ["phone", "content", "result", "next_on", "prepare"]
    assert page.locator("#remind").is_checked()
    offered = page.locator("select[name=deal] option").all_inner_texts()
    assert sorted(offered) == sorted(["", "SMT 生产线升级", "备件年度合同"])
    assert page.locator("input[name=grade][value=A]").is_checked()

    page.locator("#phone").fill("13800138002")
    page.locator("#content").fill("报价已发出")
    page.locator("#result").check()
    page.locator("#next_on").fill(str(tabs.day(7)))
    page.locator("#prepare").fill("价目表")
    visit = save(page)
    assert answer(page, "phone") == "138 0013 8002"
    assert answer(page, "owner") == tabs.people["seller"].name
    reminder_of(page, visit)
    assert answer(page, "customer") == "华新电子有限公司"
    expect(timers(page, "planned")).to_have_count(3)
