"""Publishing in a real browser, in both languages: what becomes of stored records is chosen on its page."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from builder import drafts, publish
from runtime import documents, jobs, outbox
from runtime.accounts.models import User, UserRole
from runtime.db import db, transaction
from runtime.definitions import lookup
from runtime.records import rows, store
from runtime.records.tables import table
from runtime.times import now
from tests.browser import design
from tests.browser.axe import problems
from tests.browser.conftest import Tabs
from tests.conftest import make_user
from tests.support.languages import ENGLISH

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]
CUSTOMER = "/apps/followup/forms/customer/design"
MESSAGE = "/apps/followup/messages/visit_due/design"
EMAIL, PAUSED = "form/customer:fill/email", "form/customer:map/state/paused"
OWNER = "form/customer:fill/owner"


@pytest.fixture(params=ENGLISH)
def designer(request: pytest.FixtureRequest, app: Flask) -> User:
    """An administrator who reads one of the languages."""
    return make_user("Ada", is_admin=True, locale=request.param)


@pytest.fixture
def paused(designer: User) -> Iterator[int]:
    """A customer without an e-mail address, whose state is an option that the draft no longer has."""
    with transaction():
        actor = store.Actor(None, "sample", trusted=True)
        form = lookup.form("followup", "customer")
        made = store.save(actor, form, {"name": "Paper Lanterns Ltd", "state": "paused"}).id
    changed(stricter)
    yield made


def stricter(document: dict[str, Any]) -> None:
    """The e-mail address and the owner are required, nothing is paused any more."""
    document["required"] = ["name", "email", "owner"]
    document["properties"]["state"]["enum"].remove("paused")


def broken(document: dict[str, Any]) -> None:
    """A choice without options, and a field that an automation still fills is gone."""
    document["properties"]["source"]["enum"] = []
    document["properties"].pop("phone")


def narrower(document: dict[str, Any]) -> None:
    """The address is hidden from sales."""
    document["properties"]["address"]["fw"]["access"] = {"sales": "hidden"}


def role(user: User, key: str) -> None:
    """Give somebody a role of the app."""
    with transaction() as session:
        session.add(UserRole(user_id=user.id, app="followup", role=key))


def changed(change: Callable[[dict[str, Any]], None]) -> None:
    """Let the draft be what is in force with this change."""
    with transaction():
        live = publish.documents_in_force("followup")["form", "customer"]
        document = documents.loads(documents.dumps(live))
        change(document)
        drafts.save_draft(None, "followup", "form", "customer", document)


def work_off() -> None:
    """What the workers would do."""
    db.session.rollback()
    while ids := outbox.due_ids():
        for outbox_id in ids:
            jobs.work(outbox_id)


def values(record_id: int) -> dict[str, Any]:
    """What is stored of a customer."""
    db.session.rollback()
    form = lookup.form("followup", "customer")
    found = db.session.execute(rows.select_all(form).where(table(form).c.id == record_id)).one()
    return rows.record(form, found).values


def named(page: Page, name: str) -> Any:
    """A control of the page."""
    return page.locator(f'[name="{name}"]')


@pytest.mark.parametrize("script", [True, False])
def test_what_is_chosen_on_the_page_is_done_and_taken_back(
    tabs: Tabs, designer: User, paused: int, script: bool
) -> None:
    page = tabs.open(designer, width=1280 if script else 390, script=script)
    page.goto(f"{CUSTOMER}/publish")
    named(page, EMAIL).fill("nobody")
    named(page, PAUSED).select_option("active")
    named(page, "note").fill("Everybody has an address")
    page.locator("#publish-button").click()
    expect(page.locator(".fw-error")).to_have_count(1)
    expect(named(page, PAUSED)).to_have_value("active")
    expect(named(page, "note")).to_have_value("Everybody has an address")
    tabs.errors[:] = [line for line in tabs.errors if "422" not in line]

    named(page, EMAIL).fill("ask@example.com")
    if script:
        page.locator(f'[id="{OWNER}"]').press("ArrowDown")
        expect(page.locator(f'[id="o-{OWNER}"] [aria-selected=true]')).to_have_count(1)
        page.keyboard.press("Enter")
    else:
        page.locator(f'select[name="{OWNER}"]').select_option(index=1)
    page.locator("#publish-button").click()
    page.wait_for_url("**/design/versions")
    expect(page.locator("#share")).to_have_value("http://localhost:8000/apps/followup/forms/customer/new")
    work_off()
    assert (values(paused)["email"], values(paused)["state"]) == ("ask@example.com", "active")
    assert values(paused)["owner"] in range(1, 100)

    versions = page.locator(".design-version")
    known = versions.count()
    page.locator("form[action$='/versions/undo'] button").click()
    expect(versions).to_have_count(known + 1)
    work_off()
    assert (values(paused).get("email"), values(paused)["state"]) == (None, "paused")
    assert "owner" not in values(paused)


def test_a_publish_is_planned_by_keyboard_once_it_is_confirmed_and_called_off(
    tabs: Tabs, designer: User
) -> None:
    role(make_user("Bob"), "sales")
    changed(narrower)
    page = tabs.open(designer, width=390)
    page.goto(f"{CUSTOMER}/publish")
    assert named(page, "note").input_value()
    named(page, "when").first.focus()
    page.keyboard.press("ArrowDown")
    moment = f"{now() + timedelta(days=30):%Y-%m-%dT09:00}"
    named(page, "at").fill(moment)
    named(page, "notify").select_option("app")
    named(page, "told").fill("Look")
    page.locator("#publish-button").press("Enter")
    expect(page.locator("#narrows-1-error")).to_be_visible()
    tabs.errors[:] = [line for line in tabs.errors if "422" not in line]
    expect(named(page, "at")).to_have_value(moment)
    expect(named(page, "told")).to_have_value("Look")
    assert problems(page, "publish") == []
    named(page, "form/customer:narrows").press("Space")
    page.locator("#publish-button").press("Enter")
    page.wait_for_url("**/design/versions")
    page.goto(f"{CUSTOMER}/publish")
    call_off = page.locator("form[action$='/cancel'] button")
    call_off.press("Enter")
    expect(call_off).to_have_count(0)
    expect(page.locator("#publish-button")).to_be_visible()


def test_the_preview_shows_a_phone_a_record_and_a_browser_without_scripts_and_keeps_nothing(
    tabs: Tabs, designer: User, paused: int
) -> None:
    page = tabs.open(designer)
    frame = page.frame_locator("iframe")
    page.goto(f"{CUSTOMER}/preview")

    page.locator("#pv-device").select_option("phone")
    page.wait_for_url("**device=phone**")
    assert frame.locator("html").evaluate("() => innerWidth") <= 390

    page.locator("#pv-record").select_option(str(paused))
    expect(frame.locator("#name")).to_have_value("Paper Lanterns Ltd")
    frame.locator("#name").fill("Paper Lanterns GmbH")
    frame.locator("#email").fill("nobody")
    frame.locator("#email").press("Tab")
    expect(frame.locator("#e-email")).to_be_visible()

    page.locator("[name=noscript]").check()
    page.wait_for_url("**noscript=1**")
    frame.locator("#name").fill("Paper Lanterns GmbH")
    frame.locator("[data-saving][value=save]").click()
    expect(frame.locator("[data-summary]")).to_contain_text("2")  # problems: the owner is empty, too
    assert frame.locator("html").evaluate("() => typeof window.htmx") == "undefined"
    assert values(paused)["name"] == "Paper Lanterns Ltd"

    page.goto(f"{CUSTOMER.replace('customer', 'visit')}/preview")
    hidden = page.locator("#why").inner_text()
    frame.locator("[name=remind][value=yes]").check()
    expect(page.locator("#why")).not_to_have_text(hidden)
    expect(page.locator("#why svg").last).not_to_have_attribute("aria-label", re.compile("hidden|隐藏"))

    # The same at the field: for the pointer and for the focus, until Escape takes it away.
    told, field = frame.locator("#why-tip"), page.locator("#why [data-why]").last.get_attribute("data-why")
    why = page.locator(f"#why [data-why='{field}'] [data-told]").inner_text()
    frame.locator(f"#f-{field}").hover()
    expect(told).to_have_text(why)
    control = frame.locator(f"#f-{field}").locator("input:visible, select, textarea").first
    control.focus()
    expect(control).to_have_attribute("aria-describedby", re.compile(r"\bwhy-tip$"))
    control.press("Escape")
    expect(told).to_be_hidden()
    frame.locator("#f-remind").locator("input:visible").first.focus()
    control.focus()
    expect(told).to_have_text(why)
    told.click()  # it may lie over the next control
    expect(told).to_be_hidden()
    tabs.errors[:] = [
        line for line in tabs.errors if "'allow-scripts'" not in line
    ]  # which is what was asked for


def test_the_preview_tells_at_a_cell_why_it_is_so_in_its_row(open_tab: Callable[..., Page]) -> None:
    dora = make_user("Dora", is_designer=True, locale="en")
    columns = {"kind": design.field("kind"), "price": design.field("price")}
    hours = {"required": ["kind"], "properties": {"kind": {"const": "hours"}}}
    rules = [{"key": "ask", "when": hours, "then": {"require": ["price"]}}]
    rows = {"type": "object", "properties": columns, "fw": {"rules": rules}}
    desk = design.form("name")
    desk["properties"]["lines"] = {**design.field("lines", "sub_table"), "type": "array", "items": rows}
    design.draft(desk)
    page = open_tab(dora)
    frame, told = page.frame_locator("iframe"), page.frame_locator("iframe").locator("#why-tip")
    page.goto("/apps/followup/forms/desk/design/preview")
    expect(frame.locator("[data-row]")).to_have_count(1)
    frame.locator("#lines").click()
    expect(frame.locator("[data-row]")).to_have_count(2)
    first, second = (frame.locator("[data-row]").nth(at) for at in (0, 1))
    second.locator("[data-field$='.kind'] input").fill("hours")
    second.locator("[data-field$='.price'] input").focus()
    expect(told).to_contain_text("Required, because")
    first.locator("[data-field$='.price'] input").focus()
    expect(told).to_have_text("Shown: no rule hides it.")


def test_no_page_on_the_way_to_a_version_has_a_barrier(tabs: Tabs, designer: User, paused: int) -> None:
    page = tabs.open(designer)
    found: list[str] = []

    def look(state: str, path: str = "") -> None:
        if path:
            page.goto(path)
        page.evaluate("scrollTo(0, 0)")  # else the bar at the top may stand over half of a tool
        found.extend(problems(page, state))

    look("not published", f"{MESSAGE}/versions")
    look("publish with effects", f"{CUSTOMER}/publish")
    named(page, EMAIL).fill("nobody")
    page.locator("#publish-button").click()
    expect(page.locator(".fw-error")).to_have_count(1)
    tabs.errors[:] = [line for line in tabs.errors if "422" not in line]
    look("publish, refused")
    named(page, EMAIL).fill("ask@example.com")
    page.locator("#publish-button").click()
    page.wait_for_url("**/design/versions")
    work_off()
    look("versions", f"{CUSTOMER}/versions")
    look("difference of two", f"{CUSTOMER}/versions?from=1&to=2")
    page.locator("summary").first.click()
    look("difference, opened")
    assert found == []


def test_no_page_beside_a_draft_has_a_barrier(tabs: Tabs, designer: User) -> None:
    page = tabs.open(designer)
    found: list[str] = []
    states = {"no problems": f"{CUSTOMER}/problems", "preview": f"{CUSTOMER}/preview"}
    states |= {"message": f"{MESSAGE}/", "publish, nothing": f"{CUSTOMER}/publish"}
    for state, path in states.items():
        page.goto(path)
        found += problems(page, state)
    changed(broken)
    for state, path in {
        "problems": f"{CUSTOMER}/problems",
        "publish, blocked": f"{CUSTOMER}/publish",
    }.items():
        page.goto(path)
        found += problems(page, state)
    assert found == []


def test_a_problem_is_fixed_by_a_button_and_taken_back_by_another(tabs: Tabs, designer: User) -> None:
    def hide_what_is_required(document: dict[str, Any]) -> None:
        document["fw"]["rules"] = [{"key": "away", "when": {}, "then": {"hide": ["name"], "show": ["phone"]}}]

    changed(hide_what_is_required)
    page = tabs.open(designer, width=390)
    page.goto(f"{CUSTOMER}/problems")
    fix = page.locator("form[action$='/problems/fix'] button")
    fix.press("Enter")
    expect(fix).to_have_count(0)
    assert "required" not in draft()
    assert problems(page, "fixed") == []
    page.locator("form[action$='/undo'] button").click()
    expect(fix).to_have_count(1)
    assert draft()["required"] == ["name"]


def draft() -> Any:
    """The draft of the customers as it is stored."""
    db.session.rollback()
    return drafts.read_draft("followup", "form", "customer").document
