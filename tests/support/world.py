"""The app Follow-up management with people of two departments, for tests that only look at it from outside.

The app is installed once in a process and each world copies that database. One world serves a whole module
where it can: tests make the records they are about and compare with what was there before.
"""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from builder import packages
from runtime import config, jobs, outbox
from runtime.accounts import service
from runtime.accounts.models import Department, LoginSession, User, UserRole
from runtime.accounts.sessions import digest
from runtime.db import Base, db, transaction
from runtime.definitions import lookup
from runtime.definitions.models import Definition, Draft, Version
from runtime.records import store
from runtime.records.models import Event
from runtime.records.tables import table
from runtime.text import search_key
from tests.conftest import OwnContext, _app_for
from tests.support.postgres import Postgres

STARTER = Path(config.ROOT, "runtime", "starters", "followup.json")
FORMS = ("customer", "contact", "opportunity", "visit", "reminder")
# name → department, role in the app, further marks
PEOPLE: dict[str, tuple[str, str, dict[str, bool]]] = {
    "anna": ("", "", {"is_admin": True}),
    "dora": ("", "", {"is_designer": True}),
    "stan": ("North", "", {}),
    "bob": ("North", "sales", {}),
    "mia": ("North", "manager", {}),
    "rita": ("North", "reader", {}),
    "eve": ("South", "sales", {}),
    "max": ("South", "manager", {}),
}
_numbers = count()


class Api:
    """A program with a person's token."""

    def __init__(self, client: FlaskClient, token: str) -> None:
        self._client = client
        self.headers = {"Authorization": f"Bearer {token}"}

    def __call__(self, method: str, path: str, **rest: Any) -> TestResponse:
        headers = {**self.headers, **rest.pop("headers", {})}
        address = path if path.startswith("/healthz") else f"/api/v1{path}"
        return self._client.open(address, method=method, headers=headers, **rest)

    def create(self, form: str, headers: dict[str, str] | None = None, **values: Any) -> TestResponse:
        """Ask for a new record."""
        return self("POST", records(form), json={"values": values}, headers=headers or {})

    def made(self, form: str, **values: Any) -> int:
        """A new record."""
        answer = self.create(form, **values)
        assert answer.status_code == 201, answer.text
        return int(answer.json["id"])


def records(form: str, record_id: int | str = "", app: str = "followup") -> str:
    """The path of the records of a form, or of one of them."""
    path = f"/apps/{app}/forms/{form}/records"
    return f"{path}/{record_id}" if record_id != "" else path


@dataclass(frozen=True)
class Inhabitants:
    """The ids of people and departments, and a token for each person's programs."""

    ids: dict[str, int]
    departments: dict[str, int]
    tokens: dict[str, str]


def inhabit(app: Flask) -> Inhabitants:
    """Give an empty database its people and the app."""
    with app.app_context():
        departments = _add_departments()
        ids = _add_people(departments)
        with transaction():
            packages.install(None, json.loads(STARTER.read_text("utf-8")))
        tokens = {name: service.create_token(f"{name}@example.com") for name in PEOPLE}
        db.session.remove()
        db.engine.dispose()
    return Inhabitants(ids, departments, tokens)


def _add_departments() -> dict[str, int]:
    departments = {}
    with transaction() as session:
        for name in ("North", "South"):
            session.add(one := Department(name=name))
            session.flush()
            one.path = f"/{one.id}/"
            departments[name] = one.id
    return departments


def _add_people(departments: dict[str, int]) -> dict[str, int]:
    ids = {}
    with transaction() as session:
        for name, (department, role, marks) in PEOPLE.items():
            user = User(name=name.capitalize(), email=f"{name}@example.com", **marks)
            user.search_text = search_key(user.name, user.email)
            user.department_id = departments.get(department)
            user.roles = [UserRole(app="followup", role=role)] if role else []
            session.add(user)
            session.flush()
            session.add(LoginSession(token_hash=digest(_session_of(name)), user_id=user.id))
            ids[name] = user.id
        for department, manager in (("North", "mia"), ("South", "max")):
            session.get_one(Department, departments[department]).manager_id = ids[manager]
    return ids


def _session_of(name: str) -> str:
    return f"a session of {name}"


class World:
    """The application with its people; `browsers` are signed in, `apis` carry tokens."""

    def __init__(self, app: Flask, people: Inhabitants) -> None:
        self.app = app
        self.ids, self.departments, self.tokens = people.ids, people.departments, people.tokens
        self.apis = {name: Api(app.test_client(), token) for name, token in self.tokens.items()}
        self.browsers = {name: self._signed_in(name) for name in PEOPLE}

    def _signed_in(self, name: str) -> FlaskClient:
        client = self.app.test_client()
        with client.session_transaction() as cookie:
            cookie["_user_id"], cookie["_fresh"] = _session_of(name), True
        return client

    def anonymous(self) -> FlaskClient:
        """A browser that nobody has signed in with."""
        return self.app.test_client()

    def api(self, name: str) -> Api:
        """The program of this person."""
        return self.apis[name]

    def make(self, form: str, **values: Any) -> int:
        """A stored record that nobody made by hand."""
        with self.app.app_context(), transaction():
            actor = store.Actor(user=None, origin="sample", trusted=True)
            return store.save(actor, lookup.form("followup", form), values).id

    def install(self, package: Any) -> None:
        """Install another app."""
        with self.app.app_context(), transaction():
            packages.install(None, package)

    def work(self) -> None:
        """Work off everything that is due, as the workers would."""
        with self.app.app_context():
            while ids := outbox.due_ids():
                for outbox_id in ids:
                    jobs.work(outbox_id)

    def follow_up(self, name: str, customer: int, day: date, **values: Any) -> int:
        """A follow-up with a reminder in three days, written at eight; the first notice goes out at nine."""
        own = {
            "visited_on": day.isoformat(),
            "content": "They want a demonstration.",
            "result": "interested",
            "remind": True,
            "next_on": (day + timedelta(days=3)).isoformat(),
            "prepare": "The demonstration",
        }
        eight = datetime.combine(day, time(8), ZoneInfo("Asia/Shanghai"))
        with time_machine.travel(eight, tick=False):
            visit = self.api(name).made("visit", customer=customer, **{**own, **values})
            self.work()
        with time_machine.travel(eight + timedelta(minutes=61), tick=False):
            self.work()
        return visit

    def stored(self) -> tuple[int, ...]:
        """How much of everything there is: nothing was stored when it stays the same."""
        with self.app.app_context():
            tables = [table(form) for app in lookup.apps() for form in lookup.forms(app.key)]
            models = (Event, Definition, Draft, Version, User, Department)
            counts = [select(func.count()).select_from(one) for one in (*tables, *models)]
            return tuple(db.session.scalar(one) or 0 for one in counts)

    def everything(self) -> dict[str, Any]:
        """How many rows every table has, and the numbers that were drawn."""
        with self.app.app_context():
            own = [table(form) for app in lookup.apps() for form in lookup.forms(app.key)]
            counts = {
                one.name: db.session.scalar(select(func.count()).select_from(one))
                for one in (*Base.metadata.sorted_tables, *own)
            }
            counters = db.session.execute(select(Base.metadata.tables["counters"])).all()
            return {**counts, "drawn": sorted(map(tuple, counters))}


@cache
def _sqlite_template(empty: Path) -> tuple[Path, Inhabitants]:
    """A database file that every world of this process is copied from, and who lives there."""
    path = empty.with_name("world.db")
    shutil.copy(empty, path)
    return path, inhabit(_app_for(f"sqlite:///{path}"))


@cache
def _postgres_template(server: Postgres) -> tuple[str, Inhabitants]:
    server.execute("CREATE DATABASE template_world TEMPLATE template_formwright")
    return "template_world", inhabit(_app_for(server.url("template_world")))


def _copied(kind: str, request: pytest.FixtureRequest, home: Path) -> tuple[str, Inhabitants]:
    """The address of a fresh world of this kind, and who lives there."""
    if kind == "sqlite":
        path, people = _sqlite_template(request.getfixturevalue("sqlite_template"))
        shutil.copy(path, home / "world.db")
        return f"sqlite:///{home / 'world.db'}", people
    server: Postgres = request.getfixturevalue("postgres")
    template, people = _postgres_template(server)
    name = f"world_{next(_numbers)}"
    server.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
    return server.url(name), people


@contextmanager
def world_on(kind: str, request: pytest.FixtureRequest, home: Path, **settings: Any) -> Iterator[World]:
    """A world on a fresh database of this kind."""
    home.mkdir(parents=True, exist_ok=True)
    url, people = _copied(kind, request, home)
    app = _app_for(url, home=home, TESTING=True, **settings)
    app.test_client_class = OwnContext
    yield World(app, people)
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
