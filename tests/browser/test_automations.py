"""The automation builder: from an empty automation to one that was tried and runs, in so many clicks."""

import json
from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from builder import definitions, drafts, packages
from runtime import jobs, outbox
from runtime.accounts.models import Department, User
from runtime.automations import dispatch
from runtime.automations.models import Run
from runtime.db import db, transaction
from runtime.definitions import lookup
from runtime.notifications.models import Delivery
from runtime.records import store
from runtime.records.models import Event
from runtime.records.store import Actor
from tests.browser import axe
from tests.browser.design import Counter, drag, settled
from tests.builder import factory
from tests.support.languages import ENGLISH

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(240)]

BASE = f"/apps/{factory.APP}/automations"
ROLES = [
    {
        "key": "buyer",
        "title": {"en": "Buyer", "zh": "采购员"},
        "grants": [{"form": "purchase", "actions": ["create", "read"], "scope": "own"}],
    }
]
PURCHASE = factory.form(
    "purchase",
    {
        "subject": factory.field("text", title={"en": "Subject", "zh": "主题"}),
        "amount": factory.field("number", {"type": "number"}, title={"en": "Amount", "zh": "金额"}),
        "buyer": factory.field("member", title={"en": "Buyer", "zh": "采购员"}),
        "needed_on": factory.field(
            "date", {"type": "string", "format": "date"}, title={"en": "Needed on", "zh": "需要日期"}
        ),
    },
    title_field="subject",
)

MESSAGE = {
    **factory.message("large", "Look at {{ subject }}: {{ amount }}", "purchase"),
    "subject": {"en": "Look at {{ subject }}", "zh": "请看 {{ subject }}"},
    "body": {"en": "It costs {{ amount }}.", "zh": "金额 {{ amount }}。"},
}


@pytest.fixture(params=ENGLISH)
def page(request: pytest.FixtureRequest, open_tab: Callable[..., Page], alice: User, app: Flask) -> Page:
    """A tab of a designer in one language, and an app with a form, a message and two purchases."""
    dispatch.register()
    with transaction() as session:
        boss = User(name="Boss", email="boss@example.com", locale=request.param, search_text="boss")
        session.add(boss)
        session.flush()
        session.add(one := Department(name="Office", manager_id=boss.id))
        session.flush()
        one.path = f"/{one.id}/"
        found = session.get_one(User, alice.id)
        found.department_id, found.locale = one.id, request.param
        own = {"languages": ["en", "zh"], "roles": ROLES}
        packages.install(None, factory.package(PURCHASE, messages=[MESSAGE], app=factory.app(**own)))
    buy(alice, "Paper", 20)
    buy(alice, "A lathe", 5000)
    with transaction():
        document = definitions.empty(factory.APP, "automation", "tell", "Tell the manager", "en")
        definitions.create(alice, factory.APP, "automation", "tell", document)
    return open_tab(alice, language="en-GB" if request.param == "en" else "zh-CN")


def buy(user: User, subject: str, amount: int) -> None:
    with transaction():
        actor = Actor(user=db.session.get_one(User, user.id), origin="page")
        values = {"subject": subject, "amount": amount, "needed_on": "2027-10-01"}
        store.save(actor, lookup.form(factory.APP, "purchase"), values)


def rows() -> list[int]:
    db.session.rollback()
    models = (Run, Event, Delivery)
    return [db.session.scalar(select(func.count()).select_from(each)) or 0 for each in models]


def work() -> None:
    while ids := outbox.due_ids():
        for outbox_id in ids:
            jobs.work(outbox_id)


def test_t10_a_large_amount_tells_the_manager(page: Page, alice: User) -> None:
    counter = Counter(page)
    page.goto(f"/apps/{factory.APP}/app/{factory.APP}/design/overview")
    with counter.budget(clicks=15, keys=6, seconds=12):
        page.locator("#new-automation").click()
        page.keyboard.type("Large")
        page.keyboard.press("Enter")
        page.locator("#t-on-2").click()  # not when it is changed
        settled(page)
        page.locator("#pick-when").click()
        page.locator("#when-c\\.0-path").select_option("record.amount")
        settled(page)
        page.locator("#when-c\\.0-op").select_option("greater_than")
        settled(page)
        page.locator("#when-c\\.0-v0").click()
        page.keyboard.type("1000")
        page.keyboard.press("Tab")
        settled(page)
        page.locator("#add-notify").click()
        settled(page)
        page.locator("#a-notify-to-add").select_option("manager_of:starter")
        settled(page)
        counter.counts["click"] += 3  # native choices
        page.locator(".design-tabs a[href$='/design/test']").click()
        before = rows()
        page.locator("#test-run").click()
        expect(page.locator("#test-nothing")).to_be_visible()
        assert rows() == before
        expect(page.locator("#test-steps")).to_contain_text("Boss")
        expect(page.locator("#test-steps")).to_contain_text("A lathe")
        page.locator("#auto-switch").click()
        expect(page.locator("#auto-asking")).to_contain_text("1")
        page.locator("#auto-confirm").click()
        expect(page.locator("#auto-on")).to_be_visible()

    buy(alice, "Pens", 30)
    buy(alice, "A press", 9000)
    work()
    page.goto(f"{BASE}/large/design/runs")
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("tbody tr")).to_contain_text("A press")
    assert axe.barriers(page, "runs", "", axe.EVERYTHING) == []


def test_actions_move_and_go_by_keys_by_buttons_and_by_drag_alike(page: Page) -> None:
    page.goto(f"{BASE}/tell/design/")
    for kind in ("create_record", "notify", "update_records"):
        page.locator(f"#add-{kind}").click()
        expect(page.locator(f"#card-{kind}")).to_be_visible()
        settled(page)
    begin, found = draft(), []

    def by_keys() -> None:
        page.locator("#pick-create_record").press("Alt+ArrowDown")
        settled(page)
        assert order(page) == ["notify", "create_record", "update_records"]
        page.keyboard.press("Alt+ArrowDown")
        settled(page)
        assert page.evaluate("document.activeElement.id") == "pick-create_record"

    def by_buttons() -> None:
        for _press in range(2):
            page.locator("#action-down-create_record").click()
            settled(page)

    def by_drag() -> None:
        drag(page, page.locator("#card-create_record .h"), page.locator("#card-update_records"), y=0.9)

    for way in (by_keys, by_buttons, by_drag):
        with transaction():
            drafts.save_draft(None, factory.APP, "automation", "tell", json.loads(begin))
        page.goto(f"{BASE}/tell/design/")
        way()
        settled(page)
        expect(page.locator("#live")).to_contain_text("3")
        assert order(page) == ["notify", "update_records", "create_record"]
        found.append(draft())
    assert len({begin, *found}) == 2

    page.locator("#pick-update_records").focus()
    page.keyboard.press("Delete")
    settled(page)
    assert order(page) == ["notify", "create_record"]
    page.keyboard.press("Control+z")
    settled(page)
    assert order(page) == ["notify", "update_records", "create_record"]


def draft() -> str:
    """The draft as it is stored, byte for byte."""
    db.session.rollback()
    db.session.expire_all()
    return json.dumps(drafts.read_draft(factory.APP, "automation", "tell").document, ensure_ascii=False)


def order(page: Page) -> list[str]:
    """The actions from above to below."""
    cards = page.locator("#auto-cards [data-item]")
    return [str(card.get_attribute("data-item")) for card in cards.all()]


def test_a_date_shows_its_next_moments(page: Page) -> None:
    page.goto(f"{BASE}/tell/design/")
    page.locator("#trigger-type").select_option("date_reached")
    settled(page)
    page.locator("#moment-number").fill("3")
    page.locator("#moment-add").click()
    settled(page)

    expect(page.locator("#moments li")).to_have_count(2)
    expect(page.locator("#moments li").first).to_contain_text("28")
    expect(page.locator("#moments li").first).to_contain_text("09:00")


def test_it_works_without_a_script(page: Page, open_tab: Callable[..., Page], alice: User) -> None:
    plain = open_tab(alice, script=False)
    plain.goto(f"{BASE}/tell/design/")
    plain.locator("#add-notify").click()
    plain.locator("#a-notify-to-add").select_option("starter")
    plain.locator("#a-notify-to-form button").click()
    plain.locator(".design-tabs a[href$='/design/test']").click()
    plain.locator("#test-run").click()

    expect(plain.locator("#test-steps")).to_contain_text("Alice")


def test_no_barriers_in_any_state(page: Page) -> None:
    page.goto(f"{BASE}/tell/design/")
    for kind in ("upsert_record", "notify"):
        page.locator(f"#add-{kind}").click()
        settled(page)
    found = []
    for rest in (
        "",
        "?sel=trigger",
        "?sel=when",
        "?sel=action/notify",
        "?sel=action/upsert_record",
        "?ask=on",
        "test",
        "runs",
    ):
        page.goto(f"{BASE}/tell/design/{'' if rest in ('test', 'runs') else 'steps'}{rest}")
        found += axe.problems(page, rest)

    assert found == []


def test_bad_words_at_a_control_stay_there_with_the_reason(page: Page) -> None:
    page.goto(f"{BASE}/tell/design/")
    page.locator("#trigger-type").select_option("date_reached")
    settled(page)
    page.locator("#trigger-advanced summary").click()
    page.locator("#t-late-send_within").fill("a while")
    page.keyboard.press("Tab")
    settled(page)

    expect(page.locator("#t-late-send_within")).to_have_value("a while")
    expect(page.locator("#t-late-send_within-error")).to_be_visible()


def test_a_person_is_found_by_typing_in_a_fixed_value_and_in_a_condition(page: Page) -> None:
    page.goto(f"{BASE}/tell/design/")
    page.locator("#add-create_record").click()
    settled(page)
    page.locator("#a-create_record-form").select_option("purchase")
    settled(page)
    page.locator("#a-create_record-set-add").select_option("buyer")
    settled(page)
    page.locator("#a-create_record-set-buyer").select_option("=constant")
    settled(page)

    pick(page, "a-create_record-set-buyer-raw", "bos", "Boss")

    expect(page.locator("#pick-create_record")).to_contain_text("Boss")
    expect(page.locator("#a-create_record-set-buyer-raw")).to_be_focused()
    assert axe.barriers(page, "a picker", "", axe.EVERYTHING) == []
    page.locator("#pick-when").click()
    page.locator("#when-c\\.0-path").select_option("record.buyer")
    settled(page)
    pick(page, "when-c.0-v0", "bos", "Boss")
    expect(page.locator("#pick-when")).to_contain_text("Boss")
    assert axe.barriers(page, "a picker", "", axe.EVERYTHING) == []


def pick(page: Page, id: str, typed: str, title: str) -> None:
    """Find something by keys alone."""
    box = page.locator(f'[id="{id}"]')
    box.focus()
    page.keyboard.type(typed)
    expect(page.locator(f'[id="o-{id}"] [role=option]')).to_have_text(title)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    settled(page)
    expect(box).to_have_value(title)
