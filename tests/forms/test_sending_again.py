"""Without JavaScript, a form that is sent after the log-in ended is sent once more, and only once, after signing in."""

import re
from collections.abc import Iterator
from html import unescape

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete
from werkzeug.test import TestResponse

from runtime.accounts.models import LoginSession, User
from runtime.accounts.passwords import hash_of
from runtime.db import db, transaction
from tests.support.world import World, world_on

NEW = "/apps/followup/forms/customer/new"
OURS = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
PASSWORD = "a long pass phrase"


@pytest.fixture(scope="module")
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A company in which Bob signs in by a password."""
    with world_on("sqlite", request, tmp_path_factory.mktemp("again"), WTF_CSRF_ENABLED=True) as found:
        with found.app.app_context(), transaction() as session:
            session.get_one(User, found.ids["bob"]).password_hash = hash_of(PASSWORD)
        yield found


def token(page: TestResponse) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)
    assert found
    return unescape(found[1])


def sign_in(browser: FlaskClient, world: World) -> None:
    with world.app.app_context():
        email = db.session.get_one(User, world.ids["bob"]).email
    page = browser.get("/login")
    typed = {"csrf_token": token(page), "email": email, "password": PASSWORD}
    assert browser.post("/login", data=typed, headers=OURS).status_code == 303


def kept(browser: FlaskClient, world: World) -> dict[str, str]:
    """What the page sends that kept a form sent after the log-in ended."""
    sign_in(browser, world)
    page = browser.get(NEW)
    typed = {"csrf_token": token(page), "_once": "once", "_do": "save", "name": "Typed once"}
    with world.app.app_context(), transaction() as session:
        session.execute(delete(LoginSession))
    answer = browser.post(NEW, data=typed, headers=OURS)
    assert answer.status_code == 401 and "Typed once" in answer.text
    shown = re.findall(r'<textarea name="(\w+)"[^>]*>\n(.*?)</textarea>', answer.text, re.S)
    return {"csrf_token": token(answer), "_again": "1", **{name: unescape(text) for name, text in shown}}


def test_send_again_is_pressed_once(world: World) -> None:
    browser = world.app.test_client()
    again = kept(browser, world)
    sign_in(browser, world)

    answer = browser.post(NEW, data=again, headers=OURS)

    assert answer.status_code == 303, answer.text
    assert "Typed once" in browser.get(answer.location).text


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "http://localhost"},
        {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "https://evil.example", "Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "same-origin"},
        {"Origin": "null", "Sec-Fetch-Site": "same-origin"},
        {"Origin": "http://[", "Sec-Fetch-Site": "same-origin"},
    ],
)
def test_another_site_cannot_send_it(world: World, headers: dict[str, str]) -> None:
    browser = world.app.test_client()
    again = kept(browser, world)
    sign_in(browser, world)

    assert browser.post(NEW, data=again, headers=headers).status_code == 403
    unmarked = {name: text for name, text in again.items() if name != "_again"}
    assert browser.post(NEW, data=unmarked, headers=OURS).status_code == 403
