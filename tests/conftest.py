"""Fixtures of all tests: real servers, a fresh database for each test, three people."""

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import settings
from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from app import create_app
from runtime import config, schema
from runtime.accounts.models import User
from runtime.db import db as database
from runtime.db import transaction
from tests.support.mail import MailSink
from tests.support.postgres import Postgres
from tests.support.valkey import Valkey

_compile = Rule.compile
_compiled: dict[Any, dict[str, Any]] = {}


def _compiled_once(rule: Rule) -> None:
    """Werkzeug compiles the addresses of an application, 20 ms for each of the tests: they are the same ones."""
    key = (rule.rule, rule.endpoint, repr(rule.defaults), rule.map.converters["int"])
    if key not in _compiled:
        _compile(rule)
        _compiled[key] = dict(vars(rule))
        return
    known = _compiled[key]
    names = ("_parts", "_trace", "_converters", "arguments")
    vars(rule).update({name: known[name] for name in names})
    for name in ("_build", "_build_unknown"):
        setattr(rule, name, known[name].__func__.__get__(rule, None))


Rule.compile = _compiled_once  # type: ignore[method-assign]

# Each test has an engine of its own, and SQLAlchemy compiles each statement anew for each: here they share what it
# compiled, as engines of one kind speak alike.
DefaultDialect.__hash__ = lambda self: hash(type(self))  # type: ignore[method-assign]
DefaultDialect.__eq__ = lambda self, other: type(self) is type(other)  # type: ignore[method-assign,assignment]
_statements: LRUCache[Any, Any] = LRUCache(4_000)


@event.listens_for(Engine, "engine_connect")
def _share_statements(connection: Connection) -> None:
    connection.engine._compiled_cache = _statements


@event.listens_for(Engine, "connect")
def _write_without_waiting(connection: Any, _record: Any) -> None:
    """The disk is not waited for: no test of this process cuts the power, those that kill have others."""
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA synchronous=OFF")


settings.register_profile("same", deadline=None, derandomize=True)  # only a change turns a test red
settings.register_profile("fresh", deadline=None, print_blob=True)
settings.load_profile("fresh" if os.environ.get("FRESH") else "same")

both_databases = pytest.mark.parametrize("database_url", ["sqlite", "postgres"], indirect=True)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server, started by the first test that needs one."""
    server = Postgres()
    with _app_for(server.url("postgres")).app_context():
        server.execute("CREATE DATABASE template_formwright")
    with _app_for(server.url("template_formwright")).app_context():
        schema.upgrade()
        database.engine.dispose()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file that each test copies."""
    return sqlite_with(tmp_path_factory, lambda: None)


def sqlite_with(tmp_path_factory: pytest.TempPathFactory, write: Callable[[], object]) -> Path:
    """A migrated SQLite file with what `write` writes. Modules give it to their tests as their `sqlite_template`."""
    path = tmp_path_factory.mktemp("template") / "template.db"
    with _app_for(f"sqlite:///{path}").app_context():
        schema.upgrade()
        write()
        database.session.remove()
        database.engine.dispose()
    return path


@pytest.fixture(scope="session")
def valkey() -> Iterator[Valkey]:
    """A Redis-compatible server."""
    server = Valkey()
    yield server
    server.remove()


def _app_for(url: str, home: Path | None = None, redis_url: str = "", **overrides: Any) -> Flask:
    environ = {
        "FORMWRIGHT_HOME": str(home or tempfile.mkdtemp(prefix="formwright-home-")),
        "DATABASE_URL": url,
        "REDIS_URL": redis_url,
        "FORMWRIGHT_SECRET_KEY": "a secret key for tests only",
    }
    return create_app(config.read(environ), **overrides)


_numbers = iter(range(1_000_000))


@pytest.fixture
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A fresh migrated database; SQLite unless the test is marked `both_databases`."""
    if getattr(request, "param", "sqlite") == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "test.db")
        yield f"sqlite:///{tmp_path / 'test.db'}"
        return
    server: Postgres = request.getfixturevalue("postgres")
    name = f"test_{next(_numbers)}"
    server.execute(f"CREATE DATABASE {name} TEMPLATE template_formwright STRATEGY FILE_COPY")
    yield server.url(name)
    server.execute(f"DROP DATABASE {name} WITH (FORCE)")


class OwnContext(FlaskClient):
    """A browser whose every request has an application context of its own, as in life.

    Flask would give it the one that the fixture `app` holds open, and who signed in for one request would
    still be signed in for the next.
    """

    def open(self, *args: Any, follow_redirects: bool = False, **kwargs: Any) -> TestResponse:
        answer = self._one(*args, **kwargs)
        while follow_redirects and answer.status_code in (302, 303):
            answer = self._one(answer.location)
        return answer

    def _one(self, *args: Any, **kwargs: Any) -> TestResponse:
        with self.application.app_context():
            return super().open(*args, **kwargs)


@pytest.fixture
def app(database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """The application on a fresh database, without Redis: rings are lost, as they may be in life."""
    app = _app_for(database_url, home=tmp_path / "home", TESTING=True)
    app.test_client_class = OwnContext
    with app.app_context():
        yield app
        database.session.remove()
        database.engine.dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser without a session."""
    return app.test_client()


@pytest.fixture
def clock() -> Iterator[Callable[[datetime], None]]:
    """`clock(moment)` sets what time it is, for this test."""
    travels: list[time_machine.travel] = []

    def travel(moment: datetime) -> None:
        for old in travels:
            old.stop()
        travels[:] = [time_machine.travel(moment, tick=False)]
        travels[0].start()

    yield travel
    for old in travels:
        old.stop()


@dataclass
class Queries:
    """The statements that ran since the start of the test (or since `clear`)."""

    statements: list[str] = field(default_factory=list)

    def clear(self) -> None:
        self.statements.clear()

    @property
    def count(self) -> int:
        """How many selects, inserts, updates and deletes ran."""
        return sum(
            s.lstrip()[:6].upper() in ("SELECT", "INSERT", "UPDATE", "DELETE") for s in self.statements
        )


@pytest.fixture
def queries(app: Flask) -> Iterator[Queries]:
    """Counts what is sent to the database."""
    seen = Queries()

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        seen.statements.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    yield seen
    event.remove(database.engine, "before_cursor_execute", note)


def make_user(name: str, **values: Any) -> User:
    """A stored user; the e-mail is made from the name."""
    with transaction() as session:
        user = User(name=name, email=f"{name.lower()}@example.com", **values)
        session.add(user)
    return user


@pytest.fixture
def alice(app: Flask) -> User:
    """An administrator."""
    return make_user("Alice", is_admin=True)


@pytest.fixture
def bob(app: Flask) -> User:
    """A member; what he may do is up to the test."""
    return make_user("Bob")


@pytest.fixture
def charlie(app: Flask) -> User:
    """A stranger: signed in, without any role."""
    return make_user("Charlie")


@pytest.hookimpl(trylast=True)
@pytest.fixture
def mail_sink(app: Flask) -> Iterator[MailSink]:
    """A mail server that the app is set up to use."""
    sink = MailSink()
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], smtp_url=sink.url)
    yield sink
    sink.stop()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever stands under tests/browser needs a browser and time, and so does PostgreSQL, whether it says so or not.

    The modules that take longest begin, so that no worker still has one to do when all else is done. What a browser
    did once and did not do again is told as a rerun, of which a run may have three (docs/decisions/0011).
    """
    for item in items:
        if "tests/browser/" in item.nodeid:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.slow)
            item.add_marker(pytest.mark.flaky(reruns=1))
        elif "postgres" in _parameters(item):
            item.add_marker(pytest.mark.slow)
    items.sort(key=lambda item: not _long(item))


def _parameters(item: pytest.Item) -> list[object]:
    return (
        list(item.callspec.params.values())
        if isinstance(item, pytest.Function) and hasattr(item, "callspec")
        else []
    )


def _long(item: pytest.Item) -> bool:
    module = item.getparent(pytest.Module)
    return "tests/browser/" in item.nodeid or any(
        mark.name == "slow" for mark in module.own_markers if module
    )
