"""Reading and sending pages as a browser without JavaScript does."""

import re
from html import unescape
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from runtime.accounts import passwords
from runtime.accounts.models import User
from runtime.db import transaction

PASSWORD = "green hills far away"


def token_of(page: str) -> str:
    """The CSRF token in a page."""
    found = re.search(r'name="csrf-token" content="([^"]+)"', page)
    assert found, page[:500]
    return unescape(found[1])


def post(client: FlaskClient, address: str, seen_on: str = "/login", **typed: Any) -> TestResponse:
    """Send a form with the token of a page that the browser has open."""
    return client.post(address, data={"csrf_token": token_of(client.get(seen_on).text), **typed})


def reviewed(page: str) -> dict[str, str]:
    """The marks of what stands on a publish page, which its form carries."""
    return dict(re.findall(r'name="(seen\.[^"]+)" value="([^"]*)"', page))


def with_password(user: User, password: str = PASSWORD) -> User:
    """The user, able to sign in."""
    with transaction() as session:
        session.merge(user).password_hash = passwords.hash_of(password)
    return user


def sign_in(client: FlaskClient, user: User, password: str = PASSWORD, **typed: str) -> TestResponse:
    """Sign in through the page."""
    return post(client, "/login", email=user.email, password=password, **typed)


def is_signed_in(client: FlaskClient) -> bool:
    """Whether the browser gets the home page and is not sent to sign in."""
    return client.get("/").status_code == 200
