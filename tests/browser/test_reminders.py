"""Reminders at their moments: pages in a browser and a real mail server, the clock moved from one day to the next."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from playwright.sync_api import Page, expect

from runtime import jobs, outbox, times
from runtime.accounts.models import Department, User, UserRole
from runtime.db import db, transaction
from tests.browser.office import NEW, answer, pick, press_primary
from tests.conftest import make_user
from tests.forms.followup import FOLLOWUP, make
from tests.support.mail import MailSink

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ZONE = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def manager(seller: User) -> User:
    """Mia manages the department of Bob, who sells."""
    mia = make_user("Mia", department_id=seller.department_id)
    with transaction() as session:
        session.add(UserRole(user_id=mia.id, app="followup", role="manager"))
        session.get_one(Department, seller.department_id).manager_id = mia.id
    return mia


def work_at(moment: datetime) -> None:
    """Do what is due at this moment."""
    with time_machine.travel(moment, tick=True):
        while ids := outbox.due_ids():
            for outbox_id in ids:
                jobs.work(outbox_id)
    db.session.remove()


def nine(day: date) -> datetime:
    """When reminders of this day go out."""
    return datetime.combine(day, time(9), ZONE)


def new_follow_up(page: Page, next_on: date) -> None:
    page.goto(NEW)
    pick(page, "customer", "hxdz")
    expect(page.locator("#phone")).not_to_have_value("")
    page.locator("#content").fill("They want ten.")
    page.locator("#result").check()
    page.locator("#remind").check()
    page.locator("#next_on").fill(str(next_on))
    page.locator("#prepare").fill("A price list")
    press_primary(page)
    expect(page.locator("h1")).to_contain_text("FU-")


def notices(page: Page) -> int:
    page.goto("/inbox/")
    return page.locator("#notices > li").count()


@pytest.mark.parametrize(("locale", "words"), [("en", "Visit 华新电子"), ("zh", "跟进客户：华新电子")])
def test_three_days_one_day_and_on_the_day_at_nine_the_owner_and_the_manager_are_told(
    open_tab: Callable[..., Page], seller: User, manager: User, mail_sink: MailSink, locale: str, words: str
) -> None:
    with transaction() as session:
        for one in (seller, manager):
            session.get_one(User, one.id).locale = locale
    make("customer", {"name": "华新电子", "phone": "13800138001", "grade": "A"})
    page, hers = open_tab(seller), open_tab(manager)
    due = datetime.now(ZONE).date() + timedelta(days=7)
    new_follow_up(page, due)
    work_at(times.now())
    page.goto(f"{FOLLOWUP}/reminder/")
    page.locator("tbody a").first.click()
    planned = page.locator("[data-kind=timer][data-state=planned]")
    sent = page.locator("[data-kind=timer][data-state=sent]")
    assert answer(page, "customer") == "华新电子"
    expect(planned).to_have_count(3)
    reminder = page.url

    for told, days in enumerate((3, 1, 0)):
        moment = nine(due - timedelta(days=days))
        work_at(moment - timedelta(seconds=1))
        assert (notices(page), notices(hers), len(mail_sink.mails)) == (told, told, 2 * told)
        work_at(moment)
        assert (notices(page), notices(hers), len(mail_sink.mails)) == (told + 1, told + 1, 2 * told + 2)
        page.goto(reminder)
        expect(planned).to_have_count(2 - told)
        expect(sent).to_have_count(told + 1)

    assert mail_sink.recipients.count("bob@example.com") == mail_sink.recipients.count("mia@example.com") == 3
    assert all(words in str(mail["Subject"]) for mail in mail_sink.mails)
    work_at(nine(due) + timedelta(days=1))
    assert len(mail_sink.mails) == 6
