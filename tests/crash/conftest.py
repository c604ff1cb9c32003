"""A running system with the crash app, a mail sink, and a clerk's token."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crash.package import package
from tests.support.mail import MailSink
from tests.support.postgres import Postgres
from tests.support.system import System


@pytest.fixture
def sink() -> Iterator[MailSink]:
    """A mail server that accepts everything."""
    found = MailSink()
    yield found
    found.stop()


@pytest.fixture
def system(request: pytest.FixtureRequest, tmp_path: Path, sink: MailSink) -> Iterator[System]:
    """`formwright up` with the crash app; on SQLite, or on PostgreSQL when the test's parameter says so."""
    found = installed(request, tmp_path, sink)
    found.start()
    yield found
    found.stop()


def installed(request: pytest.FixtureRequest, home: Path, sink: MailSink, **settings: str) -> System:
    """The crash app on the database that the test's parameter names, not started."""
    url = ""
    if getattr(request, "param", "sqlite") == "postgres":
        server: Postgres = request.getfixturevalue("postgres")
        name = f"crash_{home.name.replace('-', '_').lower()}"[:60]
        server.execute(f'CREATE DATABASE "{name}"')
        url = server.url(name)
    found = System(home, url, SMTP_URL=sink.url, **settings)
    (home / "package.json").write_text(json.dumps(package()))
    found.run("init")
    found.run("packages", "install", str(home / "package.json"))
    return found


@pytest.fixture
def token(system: System) -> str:
    """The API token of a clerk."""
    return system.add_user("Clerk", "--role", "crash:clerk")
