"""R26: the disk is full, read-only or locked, or PostgreSQL restarts. There is no half record, what was typed can be
sent again, and the product recovers by itself.
"""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from io import BytesIO
from pathlib import Path
from threading import Timer
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, func, select, text

from runtime import schema
from runtime.accounts.models import User
from runtime.db import db
from runtime.definitions import lookup
from runtime.files.models import StoredFile
from runtime.records.models import Event
from runtime.records.tables import table
from tests.conftest import OwnContext, _app_for, make_user
from tests.forms.followup import sign_in
from tests.records import factory
from tests.records.factory import field, form_document
from tests.support.postgres import Postgres

ITEM = form_document("item", {"name": field("text"), "papers": field("file", {"maxItems": 3}, kinds=["pdf"])})
NEW = "/apps/shop/forms/item/new"
OWN = {"Origin": "http://localhost"}
TYPED = "The long story of Acme. " * 10


class Site:
    """The product with its data on a disk that gets into trouble."""

    def __init__(self, url: str, home: Path) -> None:
        self.app = _app_for(url, home=home, TESTING=True, WTF_CSRF_ENABLED=False)
        self.app.test_client_class = OwnContext
        self.home = home

    def open(self) -> FlaskClient:
        factory.shop(ITEM)
        self.bob = make_user("Bob")
        factory.give_role(self.bob)
        return sign_in(self.app.test_client(), self.bob)

    def counts(self) -> tuple[int, int]:
        """How many records and events there are."""
        db.session.rollback()
        form = lookup.form("shop", "item")
        found = [db.session.scalar(select(func.count()).select_from(each)) for each in (table(form), Event)]
        return found[0] or 0, found[1] or 0


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of eight megabytes."""
    place = tmp_path / "disk"
    place.mkdir()
    if shutil.which("mount") is None or os.geteuid() != 0:
        pytest.skip("only root can make a small disk")
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", place], capture_output=True)
    if mounted.returncode:
        pytest.skip("no disk can be mounted here")
    yield place
    subprocess.run(["umount", "-l", place], check=True)


@pytest.fixture
def site(disk: Path, sqlite_template: Path) -> Iterator[Site]:
    """The product on SQLite, with database and files on the small disk."""
    shutil.copy(sqlite_template, disk / "test.db")
    made = Site(f"sqlite:///{disk / 'test.db'}", disk / "home")
    with made.app.app_context():
        yield made
        db.session.remove()
        db.engine.dispose()


def send(browser: FlaskClient, once: str, **rest: Any) -> Any:
    sent = {"name": TYPED, "_once": once, "_do": "save", **rest}
    return browser.post(NEW, data=sent, headers=OWN)


def fill(disk: Path) -> Path:
    """Leave no byte free."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (65536, 4096, 1):
            try:
                while True:
                    file.write(b"x" * size)
            except OSError:
                continue
    return filler


def is_told(answer: Any) -> None:
    assert answer.status_code == 503, answer.text
    assert "Send again" in answer.text and TYPED.strip() in answer.text, "what was typed is kept"
    assert "Traceback" not in answer.text and "sqlite" not in answer.text.lower()


def test_r26_on_a_full_disk_nothing_is_half_stored_and_the_form_can_be_sent_again(
    site: Site, disk: Path
) -> None:
    browser = site.open()
    fills_up(site, browser, disk)


def fills_up(site: Site, browser: FlaskClient, disk: Path) -> None:
    """Have the disk full for a while, and look at what people see and what is stored."""
    before = site.counts()
    filler = fill(disk)

    # when
    refused = next(
        (each for each in (send(browser, f"o{number}") for number in range(60)) if each.status_code != 303),
        None,
    )

    # then
    assert refused is not None
    is_told(refused)
    assert "cannot store anything" in refused.text
    records, events = site.counts()
    assert records - before[0] == events - before[1]
    assert browser.get(NEW).status_code == 200, "what was stored is still read"
    filler.unlink()
    assert send(browser, "again").status_code == 303
    assert send(browser, "again").status_code == 303
    assert site.counts()[0] == records + 1


def test_r26_on_a_full_disk_of_postgresql_the_same(postgres: Postgres, disk: Path, tmp_path: Path) -> None:
    place = disk / "tables"
    place.mkdir()
    name = f"full_{abs(hash(disk)) % 10**8}"
    postgres.execute(f"CREATE DATABASE {name} TEMPLATE template_formwright STRATEGY FILE_COPY")
    postgres.execute(f"CREATE TABLESPACE {name} LOCATION '{place}'")
    site = Site(postgres.url(name), tmp_path / "home")
    with site.app.app_context():
        browser = site.open()
        with db.engine.begin() as connection:
            for each in ("shop_item", "events"):
                connection.execute(text(f"ALTER TABLE {each} SET TABLESPACE {name}"))
        fills_up(site, browser, disk)
        db.session.remove()
        db.engine.dispose()
    postgres.execute(f"DROP DATABASE {name} WITH (FORCE)")
    postgres.execute(f"DROP TABLESPACE {name}")


@pytest.fixture
def broken_disk() -> Iterator[Callable[[], AbstractContextManager[None]]]:
    """What lets every write of this process to its disk fail, for a while."""
    if shutil.which("strace") is None:
        pytest.skip("there is no strace")

    @contextmanager
    def broken() -> Iterator[None]:
        words = ["strace", "-f", "-p", str(os.getpid()), "-e", "trace=fsync,fdatasync", "-o", "/dev/null"]
        inject = ["-e", "inject=fsync,fdatasync:error=EIO"]
        with subprocess.Popen([*words, *inject], stderr=subprocess.PIPE, text=True) as process:
            assert process.stderr is not None
            if "attached" not in process.stderr.readline():
                process.terminate()
                pytest.skip("no process may be traced here")
            try:
                yield
            finally:
                process.terminate()

    yield broken


def test_r26_a_disk_that_keeps_no_bytes_is_told_and_what_it_was_told_of_is_not_there(
    app: Flask,
    client: FlaskClient,
    bob: User,
    broken_disk: Callable[[], AbstractContextManager[None]],
) -> None:
    # given
    app.config["WTF_CSRF_ENABLED"] = False
    factory.shop(ITEM)
    factory.give_role(bob)
    browser = sign_in(client, bob)
    assert send(browser, "before").status_code == 303

    # when
    db.session.remove()
    event.listen(
        db.engine, "checkout", lambda raw, *_rest: raw.execute("PRAGMA synchronous=FULL")
    )  # as in life
    with broken_disk():
        is_told(send(browser, "x"))

    # then
    db.session.remove()
    form = table(lookup.form("shop", "item"))
    assert db.session.scalar(select(func.count()).select_from(form)) == 1
    assert db.session.scalar(text("PRAGMA integrity_check")) == "ok"
    db.session.rollback()
    assert send(browser, "x").status_code == 303
    assert send(browser, "x").status_code == 303
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(form)) == 2


def test_r26_a_file_for_which_there_is_no_room_is_told_at_its_field(site: Site, disk: Path) -> None:
    browser = site.open()
    content = b"%PDF-1.7\n" + b"x" * 450_000  # more would lie in a file of the test client, left open
    filler = disk / "filler"
    filler.write_bytes(b"x" * (shutil.disk_usage(disk).free - 300_000))
    papers = {"_file.papers": (BytesIO(content), "a.pdf")}
    answer = browser.post(NEW, data={"name": TYPED, "_once": "x", "_do": "save", **papers}, headers=OWN)
    assert answer.status_code == 422 and TYPED.strip() in answer.text and "a.pdf" not in answer.text
    assert site.counts()[0] == 0
    assert not [each for each in (site.home / "files").rglob("*") if each.is_file()]
    db.session.rollback()
    assert not db.session.scalars(select(StoredFile.key).where(StoredFile.state == "ready")).all()
    filler.unlink()
    papers = {"_file.papers": (BytesIO(content), "a.pdf")}
    answer = browser.post(NEW, data={"name": TYPED, "_once": "x", "_do": "save", **papers}, headers=OWN)
    assert answer.status_code == 303, answer.text


@pytest.mark.parametrize("on", [False, True], ids=["sqlite", "postgres"])
def test_r26_a_read_only_database_is_told_and_recovers(
    request: pytest.FixtureRequest, tmp_path: Path, on: bool
) -> None:
    # given
    request.getfixturevalue("sqlite_template")
    with _on(request, tmp_path, on) as (site, make_read_only):
        browser = site.open()
        before = site.counts()

        # when
        make_read_only(True)
        is_told(send(browser, "x"))

        # then
        make_read_only(False)
        assert site.counts() == before
        assert send(browser, "x").status_code == 303


class _on:
    """A site, and what makes its database read-only."""

    def __init__(self, request: pytest.FixtureRequest, folder: Path, postgres: bool) -> None:
        self.name = f"trouble_{abs(hash(folder)) % 10**8}"
        self.server: Postgres | None = request.getfixturevalue("postgres") if postgres else None
        if self.server is not None:
            self.server.execute(
                f"CREATE DATABASE {self.name} TEMPLATE template_formwright STRATEGY FILE_COPY"
            )
            url = self.server.url(self.name)
        else:
            shutil.copy(request.getfixturevalue("sqlite_template"), folder / "test.db")
            url = f"sqlite:///{folder / 'test.db'}"
        self.site = Site(url, folder / "home")

    def __enter__(self) -> tuple[Site, Any]:
        self.context = self.site.app.app_context()
        self.context.push()
        return self.site, self._read_only

    def _read_only(self, only: bool) -> None:
        db.session.remove()
        if self.server is not None:
            self.server.execute(
                f"ALTER DATABASE {self.name} SET default_transaction_read_only = {'on' if only else 'off'}"
            )
            db.engine.dispose()
            return
        event.listen(db.engine, "checkout", lambda raw, *_rest: raw.execute(f"PRAGMA query_only={int(only)}"))

    def __exit__(self, *rest: object) -> None:
        db.session.remove()
        db.engine.dispose()
        self.context.pop()
        if self.server is not None:
            self.server.execute(f"DROP DATABASE {self.name} WITH (FORCE)")


@pytest.mark.parametrize("seconds", [1, pytest.param(10, marks=pytest.mark.full)])
def test_r26_a_save_waits_for_a_database_that_is_locked_for_seconds(
    app: Flask, client: FlaskClient, bob: User, seconds: int
) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    factory.shop(ITEM)
    factory.give_role(bob)
    browser = sign_in(client, bob)
    db.session.remove()
    path = str(db.engine.url.database)
    with closing(sqlite3.connect(path, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        release = Timer(seconds, other.rollback)
        release.start()
        answer = send(browser, "x")
        release.join()
    assert answer.status_code == 303, answer.text


def test_r26_a_restart_of_postgresql_loses_nothing_and_needs_no_restart_of_ours(tmp_path: Path) -> None:
    # given
    server = Postgres()
    try:
        server.execute("CREATE DATABASE trouble")
        site = Site(server.url("trouble"), tmp_path / "home")
        with site.app.app_context():
            schema.upgrade()
            browser = site.open()
            assert send(browser, "before").status_code == 303
            before = site.counts()

            db.session.remove()

            # when
            server.interrupt()
            is_told(send(browser, "x"))
            assert browser.get(NEW).status_code == 503
            server.start()

            # then
            assert send(browser, "x").status_code == 303
            assert send(browser, "x").status_code == 303
            assert site.counts()[0] == before[0] + 1, "it was stored once, and what was there before is there"
            db.session.remove()
            db.engine.dispose()
    finally:
        server.stop()
