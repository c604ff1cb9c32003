"""A running system with the crash app, a mail sink, and a clerk's token."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.crash.package import package
from tests.support.postgres import Postgres
from tests.support.system import System


class Sink:
    """Remembers how often each (subject, Message-ID) arrived."""

    def __init__(self) -> None:
        self.seen: Counter[tuple[str, str]] = Counter()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        from email import message_from_bytes, policy

        mail = message_from_bytes(envelope.content or b"", policy=policy.default)  # type: ignore[arg-type]
        self.seen[str(mail["Subject"]), str(mail["Message-ID"])] += 1
        return "250 OK"


@pytest.fixture
def sink() -> Iterator[tuple[Sink, str]]:
    """A mail server that accepts everything, and its SMTP_URL."""
    handler = Sink()
    controller = Controller(handler, hostname="127.0.0.1", port=0)
    controller.start()
    port = controller.server.sockets[0].getsockname()[1]  # type: ignore[union-attr]
    yield handler, f"smtp://127.0.0.1:{port}?from=forms@example.com"
    controller.stop()


@pytest.fixture
def system(request: pytest.FixtureRequest, tmp_path: Path, sink: tuple[Sink, str]) -> Iterator[System]:
    """`formwright up` with the crash app; on SQLite, or on PostgreSQL when the test's parameter says so."""
    url = ""
    if getattr(request, "param", "sqlite") == "postgres":
        server: Postgres = request.getfixturevalue("postgres")
        name = f"crash_{tmp_path.name.replace('-', '_').lower()}"[:60]
        server.execute(f'CREATE DATABASE "{name}"')
        url = server.url(name)
    found = System(tmp_path, url, SMTP_URL=sink[1])
    (tmp_path / "package.json").write_text(json.dumps(package()))
    found.command("init")
    found.command("packages", "install", str(tmp_path / "package.json"))
    found.start()
    yield found
    found.stop()


@pytest.fixture
def token(system: System) -> str:
    """The API token of a clerk."""
    return system.add_user("Clerk", "--role", "crash:clerk")
