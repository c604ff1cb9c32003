"""A session lasts from sign-in to sign-out, and no old cookie opens anything."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from runtime.accounts import service
from runtime.accounts.models import LoginSession, User
from runtime.accounts.sessions import end_sessions
from runtime.db import db, transaction
from tests.conftest import Queries
from tests.support.pages import PASSWORD, is_signed_in, post, sign_in, with_password

COOKIE = "formwright"
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
def signed_in(client: FlaskClient, bob: User) -> FlaskClient:
    """Bob's browser."""
    assert sign_in(client, with_password(bob)).status_code == 303
    return client


def cookie_of(client: FlaskClient) -> str:
    cookie = client.get_cookie(COOKIE)
    assert cookie is not None
    return cookie.value


def with_cookie(app: Flask, value: str) -> FlaskClient:
    client = app.test_client()
    client.set_cookie(COOKIE, value)
    return client


def test_signing_in_leads_to_the_home_page(signed_in: FlaskClient) -> None:
    assert is_signed_in(signed_in)


def test_a_page_without_a_session_leads_to_sign_in_and_back(client: FlaskClient, bob: User) -> None:
    answer = client.get("/inbox/?before=7")
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/login?next=/inbox/?before%3D7"
    assert (
        sign_in(client, with_password(bob), next="/inbox/?before=7").headers["Location"] == "/inbox/?before=7"
    )


def test_the_cookie_changes_at_sign_in(client: FlaskClient, bob: User) -> None:
    client.get("/login")
    before = cookie_of(client)
    sign_in(client, with_password(bob))
    assert cookie_of(client) != before


def test_two_sign_ins_have_two_sessions(app: Flask, signed_in: FlaskClient, bob: User) -> None:
    other = app.test_client()
    sign_in(other, bob)
    hashes = set(db.session.scalars(select(LoginSession.token_hash)))
    assert len(hashes) == 2


def test_the_database_does_not_hold_the_token(signed_in: FlaskClient) -> None:
    with signed_in.session_transaction() as cookie:
        token = cookie["_user_id"]
    assert db.session.scalar(select(LoginSession.token_hash)) not in (None, token)


def test_signing_out_ends_the_session_for_a_copy_of_the_cookie(app: Flask, signed_in: FlaskClient) -> None:
    copy = with_cookie(app, cookie_of(signed_in))
    assert post(signed_in, "/logout", "/").status_code == 303
    assert not is_signed_in(signed_in)
    assert not is_signed_in(copy)


def test_a_new_password_ends_the_other_sessions_only(app: Flask, signed_in: FlaskClient, bob: User) -> None:
    other = app.test_client()
    sign_in(other, bob)
    answer = post(signed_in, "/profile/password", "/profile", old=PASSWORD, password="seven blue lamps")
    assert answer.status_code == 303
    assert is_signed_in(signed_in)
    assert not is_signed_in(other)
    assert sign_in(app.test_client(), bob).status_code == 422
    assert sign_in(app.test_client(), bob, "seven blue lamps").status_code == 303


def test_a_deactivated_user_is_out_at_once(signed_in: FlaskClient, bob: User) -> None:
    with transaction() as session:
        service.deactivate(session.get_one(User, bob.id))
    assert not is_signed_in(signed_in)
    assert sign_in(signed_in, bob).status_code == 422


def test_ended_sessions_are_gone(signed_in: FlaskClient, bob: User) -> None:
    with transaction():
        end_sessions(bob)
    assert not is_signed_in(signed_in)


def test_fourteen_idle_days_end_a_session(
    client: FlaskClient, bob: User, clock: Callable[[datetime], None]
) -> None:
    clock(NOON)
    sign_in(client, with_password(bob))
    clock(NOON + timedelta(days=13))
    assert is_signed_in(client)
    clock(NOON + timedelta(days=13 + 15))
    assert not is_signed_in(client)


def test_sixty_days_end_a_session_that_is_used_each_day(
    client: FlaskClient, bob: User, clock: Callable[[datetime], None]
) -> None:
    clock(NOON)
    sign_in(client, with_password(bob))
    for day in range(10, 60, 10):
        clock(NOON + timedelta(days=day))
        assert is_signed_in(client)
    clock(NOON + timedelta(days=60, minutes=1))
    assert not is_signed_in(client)


@pytest.mark.parametrize("spoil", ["cut", "longer", "other", "empty"])
def test_a_changed_cookie_opens_nothing(app: Flask, signed_in: FlaskClient, spoil: str) -> None:
    value = cookie_of(signed_in)
    changed = {"cut": value[:-4], "longer": value + "a" * 8000, "other": "x" + value, "empty": ""}[spoil]
    stranger = app.test_client(use_cookies=False)
    answer = stranger.get("/", headers={"Cookie": f"{COOKIE}={changed}"})
    assert answer.status_code == 303


def test_a_cookie_signed_with_another_key_opens_nothing(app: Flask, signed_in: FlaskClient) -> None:
    app.config["SECRET_KEY"] = "another secret key, longer than sixteen"
    assert not is_signed_in(signed_in)


def test_a_role_taken_away_is_gone_with_the_next_request(signed_in: FlaskClient, bob: User) -> None:
    with transaction() as session:
        session.get_one(User, bob.id).is_admin = True
    assert signed_in.get("/admin/users").status_code == 200
    with transaction() as session:
        session.get_one(User, bob.id).is_admin = False
    assert signed_in.get("/admin/users").status_code == 404


def test_the_api_does_not_take_the_cookie(signed_in: FlaskClient) -> None:
    assert signed_in.get("/api/v1/inbox").status_code in (401, 404)


def test_who_asks_costs_one_query(signed_in: FlaskClient, queries: Queries) -> None:
    signed_in.get("/inbox/badge")
    queries.clear()
    signed_in.get("/inbox/badge")
    assert queries.count == 2  # session with user and roles; number of unread notices


def test_use_is_noted_every_five_minutes_at_most(
    client: FlaskClient, bob: User, clock: Callable[[datetime], None], queries: Queries
) -> None:
    clock(NOON)
    sign_in(client, with_password(bob))
    queries.clear()
    clock(NOON + timedelta(minutes=4))
    client.get("/")
    assert not [s for s in queries.statements if s.startswith("UPDATE")]
    clock(NOON + timedelta(minutes=6))
    client.get("/")
    client.get("/")
    assert len([s for s in queries.statements if s.startswith("UPDATE")]) == 1
