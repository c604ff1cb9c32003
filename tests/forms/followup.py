"""The app Follow-up management with a few customers, and people who are signed in."""

import json
import re
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from builder import packages
from runtime import config
from runtime.accounts.models import Department, LoginSession, User, UserRole
from runtime.accounts.sessions import digest
from runtime.db import db, transaction
from runtime.definitions import lookup
from runtime.definitions.documents import Form
from runtime.records import store
from tests.conftest import sqlite_with

STARTER = Path(config.ROOT, "runtime", "starters", "followup.json")
TRUSTED = store.Actor(user=None, origin="sample", trusted=True)


def make(form: str, values: dict[str, Any], app: str = "followup") -> int:
    """A stored record."""
    return make_all(form, [values], app)[0]


def make_all(form: str, several: list[dict[str, Any]], app: str = "followup") -> list[int]:
    """Stored records, in one transaction."""
    with transaction():
        return [store.save(TRUSTED, lookup.form(app, form), values).id for values in several]


def sign_in(client: FlaskClient, user: User) -> FlaskClient:
    """The browser of this person."""
    token = f"session of {user.name}"
    with transaction() as session:
        session.add(LoginSession(token_hash=digest(token), user_id=user.id))
    with client.session_transaction() as cookie:
        cookie["_user_id"], cookie["_fresh"] = token, True
    return client


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the starter package, that each test copies."""
    return sqlite_with(tmp_path_factory, install)


def install() -> None:
    """The starter package, without its samples."""
    with transaction():
        packages.install(None, json.loads(STARTER.read_text("utf-8")), samples=False)


@pytest.fixture
def followup(app: Flask) -> Callable[[str], Form]:
    """The app of the starter package; `followup("visit")` is one of its forms."""
    app.config["WTF_CSRF_ENABLED"] = False
    return lambda key: lookup.form("followup", key)


@pytest.fixture
def seller(followup: Callable[[str], Form], bob: User) -> User:
    """Bob sells, in a department."""
    with transaction() as session:
        department = Department(name="Sales")
        session.add(department)
        session.flush()
        department.path = f"/{department.id}/"
        bob.department_id, bob.search_text = department.id, "bob"
        session.merge(bob)
        session.add(UserRole(user_id=bob.id, app="followup", role="sales"))
    return db.session.get_one(User, bob.id, populate_existing=True)


FOLLOWUP = "/apps/followup/forms"


class Browser:
    """A browser without JavaScript: it sends what the controls of the page hold."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        self.page = ""
        self.address = ""

    def open(self, address: str) -> TestResponse:
        """Load a page."""
        answer = self.client.get(address)
        self.address, self.page = address, answer.text
        return answer

    def fields(self) -> dict[str, str]:
        """What the controls of the form hold, as a browser without JavaScript would send it."""
        return read_controls(self.page)

    def send(self, address: str = "", /, **typed: str) -> TestResponse:
        """Fill in and press Save (or another button, `_do`)."""
        answer = self.client.post(address or self.address, data={**self.fields(), "_do": "save", **typed})
        self.page = answer.text
        return answer


def read_controls(page: str) -> dict[str, str]:
    """Name and value of every control of a page, of several with one name the last."""
    body = page[page.index('<form id="rec"') :]
    found: dict[str, str] = {}
    for tag in re.findall(
        r"<input[^>]*>|<textarea[^>]*>.*?</textarea>|<select[^>]*>.*?</select>", body, re.S
    ):
        name = re.search(r' name="([^"]*)"', tag)
        kind = re.search(r' type="([^"]*)"', tag)
        if not name or (kind and kind[1] in ("radio", "checkbox") and " checked" not in tag):
            continue
        found[unescape(name[1])] = unescape(_value(tag))
    return found


def _value(tag: str) -> str:
    if tag.startswith("<textarea"):
        return tag[tag.index(">") + 1 : tag.rindex("</")].removeprefix("\n")
    if tag.startswith("<select"):
        chosen = re.search(r'<option value="([^"]*)" selected', tag)
        return chosen[1] if chosen else ""
    value = re.search(r' value="([^"]*)"', tag)
    return value[1] if value else ""


def errors(page: str) -> dict[str, str]:
    """The messages at the fields."""
    found = re.findall(r'id="e-([a-z_]+)">.*?</span>\s*(.*?)</div>', page, re.S)
    return {key: unescape(text.strip()) for key, text in found}


def control(page: str, key: str) -> str:
    """What one control of the page holds."""
    return read_controls(page)[key]
