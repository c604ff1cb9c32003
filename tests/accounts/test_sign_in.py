"""Signing in: tries are counted, the answers tell nothing, and nobody is led astray."""

import re
import time

import pytest
from flask import Flask
from flask.testing import FlaskClient

from runtime.accounts import passwords, service
from runtime.accounts.models import User
from runtime.db import transaction
from tests.support.pages import PASSWORD, is_signed_in, post, sign_in, token_of, with_password

ASTRAY = [
    "//evil.example",
    "https://evil.example",
    "https:evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/%09/evil.example",
    "/%5cevil.example",
    "/\t/evil.example",
    "javascript:alert(1)",
    "http://localhost@evil.example/",
    "http://localhost:9999/",
    "///evil.example",
    "inbox",
    " /inbox",
    "/\r\nSet-Cookie: a=b",
]


@pytest.mark.parametrize("target", ASTRAY)
def test_sign_in_never_leads_to_another_site(client: FlaskClient, bob: User, target: str) -> None:
    assert sign_in(client, with_password(bob), next=target).headers["Location"] == "/"


@pytest.mark.parametrize("target", ASTRAY)
def test_the_language_switch_never_leads_to_another_site(client: FlaskClient, target: str) -> None:
    assert post(client, "/language", locale="zh", next=target).headers["Location"] == "/"


def test_the_answer_does_not_tell_whether_an_account_exists(client: FlaskClient, bob: User) -> None:
    with_password(bob)
    wrong = post(client, "/login", email=bob.email, password="wrong words here")
    unknown = post(client, "/login", email="nobody@example.com", password="wrong words here")
    assert wrong.status_code == unknown.status_code == 422
    assert without_tokens(wrong.text) == without_tokens(unknown.text).replace("nobody@example.com", bob.email)


def without_tokens(page: str) -> str:
    return re.sub(r'(content|value)="[\w.-]{60,}"', "", page)


def test_an_unknown_account_takes_as_long(app: Flask, bob: User) -> None:
    with_password(bob)

    def cost(email: str) -> float:
        """Seconds of processor, the least of nine: what else runs on the machine does not count."""
        spent = []
        for _ in range(9):
            start = time.thread_time()
            assert service.authenticate(email, "wrong words here") is None
            spent.append(time.thread_time() - start)
        return min(spent)

    cost("nobody@example.com")  # the first makes the hash to compare with
    assert 0.5 < cost(bob.email) / cost("nobody@example.com") < 2


def test_a_user_without_a_password_cannot_sign_in(client: FlaskClient, bob: User) -> None:
    assert sign_in(client, bob, "").status_code == 422


def test_of_many_tries_for_an_account_twenty_are_looked_at(client: FlaskClient, bob: User) -> None:
    with_password(bob)
    codes = [
        client.post("/login", data={"csrf_token": token, "email": email, "password": "wrong"}).status_code
        for token in [_token(client)]
        for email in [bob.email, bob.email.upper()] * 15
    ]
    assert codes.count(422) == 20
    assert codes.count(429) == 10
    late = sign_in(client, bob)
    assert late.status_code == 429
    assert late.headers["Retry-After"] == "900"
    assert not is_signed_in(client)


def test_a_forged_address_of_the_sender_changes_nothing(client: FlaskClient, bob: User) -> None:
    token = _token(client)
    codes = [
        client.post(
            "/login",
            data={"csrf_token": token, "email": bob.email, "password": "wrong"},
            headers={"X-Forwarded-For": f"10.0.0.{number}"},
        ).status_code
        for number in range(25)
    ]
    assert codes.count(429) == 5


def test_other_accounts_are_not_shut_out(client: FlaskClient, alice: User, bob: User) -> None:
    token = _token(client)
    for _ in range(25):
        client.post("/login", data={"csrf_token": token, "email": bob.email, "password": "wrong"})
    assert sign_in(client, with_password(alice)).status_code == 303


def test_a_long_password_is_accepted(client: FlaskClient, bob: User) -> None:
    password = "many words " * 9
    assert sign_in(client, with_password(bob, password), password).status_code == 303


def test_a_bearer_token_works_for_the_api_only(app: Flask, client: FlaskClient, bob: User) -> None:
    token = service.create_token("Bob@example.com")
    header = {"Authorization": f"Bearer {token}"}
    assert client.get("/", headers=header).status_code == 303
    with transaction() as session:
        service.deactivate(session.get_one(User, bob.id))
    assert client.get("/api/v1/inbox", headers=header).status_code in (401, 404)


def test_a_passwords_hash_does_not_contain_it() -> None:
    stored = passwords.hash_of(PASSWORD)
    assert PASSWORD not in stored
    assert passwords.matches(stored, PASSWORD)
    assert not passwords.matches(stored, PASSWORD + "!")
    assert not passwords.matches("", "")


@pytest.mark.parametrize("password", ["password", "12345678", "Password1", "aaaaaaaaaaaa", "bob@example.com"])
def test_passwords_that_everybody_tries_are_refused(password: str) -> None:
    assert passwords.is_common(password, "Bob", "bob@example.com")


def _token(client: FlaskClient) -> str:
    return token_of(client.get("/login").text)
