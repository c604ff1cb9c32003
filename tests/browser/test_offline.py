"""Filling in where the connection comes and goes: it is said, nothing is lost, and what had to wait is done."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from playwright.sync_api import Page, Route, expect
from sqlalchemy import select

from runtime.accounts.models import User
from runtime.db import db, transaction
from runtime.definitions import lookup
from runtime.public import opening
from runtime.records.tables import table
from tests.browser.axe import problems
from tests.browser.conftest import Tabs
from tests.browser.test_files import file
from tests.builder.factory import APP, field, form, install, rule
from tests.conftest import make_user
from tests.files.desk import picture

pytestmark = [pytest.mark.browser, pytest.mark.slow]

REPORT = form(
    "report",
    {
        "name": field("text", title="Name"),
        "kind": field("choice", {"enum": ["a", "b"]}, title="Kind"),
        "why": field("text", title="Why"),
        "photo": field("image", title="Photo"),
        "parts": field(
            "sub_table",
            {
                "type": "array",
                "items": {"type": "object", "properties": {"part": field("text", title="Part")}},
            },
            title="Parts",
        ),
    },
    ("name",),
    title_field="name",
    rules=[rule("r", {"properties": {"kind": {"const": "b"}}, "required": ["kind"]}, show=["why"])],
)


@pytest.fixture
def page(open_tab: Callable[..., Page], app: Flask, alice: User) -> Page:
    """A new report at a phone, once its draft is kept on the server."""
    install(REPORT)
    page = open_tab(alice, width=390)
    page.clock.install()
    page.goto(f"/apps/{APP}/forms/report/new")
    page.locator("#name").fill("Pump 4")
    page.clock.run_for(5_100)
    expect(page.locator("#draft-state")).to_contain_text("Draft saved")
    return page


def cut_off(page: Page) -> None:
    page.context.set_offline(True)
    expect(page.locator("#offline")).to_contain_text("No connection.")


def names() -> list[str]:
    own = table(lookup.form(APP, "report"))
    db.session.rollback()
    return [
        f"{row.name}, {row.why}, {len(row.photo or [])}"
        for row in db.session.execute(select(own).order_by(own.c.id))
    ]


def test_what_had_to_wait_for_the_connection_is_done_when_it_is_back(page: Page, tabs: Tabs) -> None:
    cut_off(page)

    # when somebody goes on without a connection, nothing is lost or asked
    page.locator("[name=kind][value=b]").check()
    page.locator("#photo").set_input_files(file("pump.png", picture()))
    expect(page.locator(".fw-file-coming")).to_be_visible()
    page.locator(".btn-primary[data-saving]").tap()
    expect(page.locator("#offline")).to_contain_text("As soon as there is one again, this page is sent.")
    assert problems(page, "without a connection") == []

    # and who adds a row or types on is not sent before he says so again
    page.locator("[name=_do][value^='row_add']").tap()
    expect(page.locator("#offline")).to_contain_text("is kept in this browser")
    page.locator(".btn-primary[data-saving]").tap()
    expect(page.locator("#offline")).to_contain_text("this page is sent.")
    page.locator("#name").fill("Pump 5")
    expect(page.locator("#offline")).to_contain_text("is kept in this browser")
    page.context.set_offline(False)
    expect(page.locator("#why")).to_be_visible()
    expect(page.locator("#offline")).to_be_hidden()
    expect(page.locator("#photo-list img")).to_be_visible()
    page.locator("#why").fill("It leaks.")
    cut_off(page)
    page.locator(".btn-primary[data-saving]").tap()
    page.context.set_offline(False)

    # then it is saved once, with all of it
    page.wait_for_url(re.compile(r"/report/\d+/$"))
    assert names() == ["Pump 5, It leaks., 1"]
    tabs.errors.clear()  # the browser notes what it could not fetch


def test_a_new_record_that_is_lost_without_a_connection_is_offered_again(page: Page, tabs: Tabs) -> None:
    cut_off(page)
    page.locator("#name").fill("Pump 6")
    page.clock.run_for(1_100)

    # when the page is lost and opened again
    page.goto("about:blank")
    page.context.set_offline(False)
    page.goto(f"/apps/{APP}/forms/report/new")
    page.locator("#edits").get_by_role("button", name="Restore").click()
    expect(page.locator("#name")).to_have_value("Pump 6")

    # then it goes on with its draft, and nothing is left of it here once that is kept
    page.clock.run_for(5_100)
    expect(page.locator("#draft-state")).to_contain_text("Draft saved")
    assert page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('edits:'))") == []
    page.goto("/drafts")
    expect(page.locator("main a[href*='/drafts/']")).to_have_count(1)
    tabs.errors.clear()


# A connection that only keeps silent is given up at once; a browser may wait for minutes.
IMPATIENT = "const own = AbortSignal.timeout; AbortSignal.timeout = () => own.call(AbortSignal, 200);"
GONE = [
    pytest.param(lambda _route: None, id="silent"),
    pytest.param(lambda route: route.fulfill(status=502), id="proxy", marks=pytest.mark.full),
]


@pytest.mark.parametrize("gone", GONE)
def test_a_guest_who_sends_into_a_connection_that_is_gone_unnoticed_stays_on_the_page(
    open_tab: Callable[..., Page],
    app: Flask,
    tabs: Tabs,
    clock: Callable[[datetime], None],
    gone: Callable[[Route], None],
) -> None:
    install(REPORT)
    clock(opened := datetime.now(UTC))
    with transaction():
        dora = make_user("dora", is_designer=True)
        public = opening.open_up(dora, lookup.form(APP, "report").definition_id)
    page = open_tab(width=390)
    page.add_init_script(IMPATIENT)
    page.goto(f"/f/{public.slug}")
    page.locator("#name").fill("Pump 7")
    clock(opened + timedelta(seconds=20))

    page.route("**/*", gone)
    page.locator(".btn-primary[data-saving]").tap()
    expect(page.locator("#offline")).to_contain_text("As soon as there is one again, this page is sent.")
    expect(page.locator("#name")).to_have_value("Pump 7")
    page.unroute_all(behavior="ignoreErrors")

    page.wait_for_url("**/sent/*")
    assert names() == ["Pump 7, None, 0"]
    tabs.errors.clear()
