"""The clock rings for what is due, the worker works it off; both survive the absence of Redis."""

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from runtime import bell, health, outbox
from runtime import clock as clock_process
from runtime.db import db, transaction
from runtime.health import Heartbeat
from runtime.outbox import Outbox
from runtime.times import now
from tests.support.system import wait_for
from tests.support.valkey import Valkey

PROGRAM = """
import sys
from app import create_app
from runtime import bell, clock, jobs, outbox, worker
from runtime.db import transaction

def handle(lease):
    with transaction() as session:
        lease.renew(session)
        lease.finish(session)

jobs.handler("test")(handle)
with create_app().app_context():
    {"worker": worker, "clock": clock}[sys.argv[1]].run()
"""


@pytest.fixture
def doorbell(app: Flask, valkey: Valkey) -> Iterator[Valkey]:
    """A Redis-compatible server that the app uses, empty."""
    app.config["REDIS_URL"] = valkey.url
    bell.queue().connection.flushall()
    yield valkey
    bell.queue().connection.close()


@pytest.fixture
def process(
    app: Flask, database_url: str, doorbell: Valkey, tmp_path: Path
) -> Iterator[Callable[[str], Any]]:
    """`process("worker")` starts a real worker (or clock) on the database of the test."""
    started: list[subprocess.Popen[bytes]] = []
    environ = {
        **os.environ,
        "FORMWRIGHT_HOME": str(tmp_path / "home"),
        "DATABASE_URL": database_url,
        "REDIS_URL": doorbell.url,
        "FORMWRIGHT_SECRET_KEY": "a secret key for tests only",
        "PYTHONPATH": str(Path(__file__).parent.parent),
    }

    def start(role: str) -> "subprocess.Popen[bytes]":
        started.append(subprocess.Popen([sys.executable, "-c", PROGRAM, role], env=environ))
        return started[-1]

    yield start
    for each in started:
        each.kill()
        each.wait(20)


def put(count: int, **values: Any) -> None:
    with transaction() as session:
        start = session.query(Outbox).count()
        for number in range(count):
            outbox.put(session, "test", start + number, **values)


def states() -> Counter[str]:
    """How many jobs stand how."""
    db.session.rollback()
    return Counter(db.session.scalars(select(Outbox.state)))


def undone() -> int:
    return states().total() - states()["done"]


def test_a_tick_rings_what_is_due_and_nothing_else(app: Flask, doorbell: Valkey) -> None:
    put(3)
    put(2, due_at=now() + timedelta(hours=1))
    bell.queue().empty()
    assert clock_process.tick() == 3
    assert bell.queue().count == 3


def test_a_full_queue_is_not_filled_further(app: Flask, doorbell: Valkey, monkeypatch: Any) -> None:
    monkeypatch.setattr(clock_process, "MOST_WAITING", 4)
    put(6)
    bell.queue().empty()
    assert clock_process.tick() == 4
    assert clock_process.tick() == 0


def test_a_tick_without_redis_is_no_error(app: Flask) -> None:
    put(1)
    assert clock_process.tick() == 0


def test_health_says_what_is_missing(app: Flask) -> None:
    ok, found = health.health()
    assert not ok
    assert found == {
        "database": "ok",
        "redis": "unreachable",
        "worker": "never started",
        "clock": "never started",
    }


def test_health_is_well_with_fresh_heartbeats_and_notices_silence(
    app: Flask, doorbell: Valkey, clock: Any
) -> None:
    for role in ("worker", "clock"):
        assert health.beat(role)
    assert health.health() == (True, dict.fromkeys(("database", "redis", "worker", "clock"), "ok"))
    with transaction() as session:
        session.get_one(Heartbeat, ("worker", health._process())).at = now() - timedelta(minutes=2)
    assert health.health()[1]["worker"] == "silent"


@pytest.mark.slow
def test_worker_and_clock_together_work_off_what_no_ring_told(
    app: Flask, process: Callable[[str], Any], doorbell: Valkey
) -> None:
    put(20)
    bell.queue().connection.flushall()
    process("worker")
    process("clock")
    wait_for(lambda: undone() == 0, 100)
    wait_for(lambda: health.health()[0], 100)
    assert states() == {"done": 20}


@pytest.mark.slow
def test_the_worker_goes_on_without_redis_and_after_it_is_back(
    app: Flask, process: Callable[[str], Any], doorbell: Valkey
) -> None:
    process("worker")
    put(1)
    wait_for(lambda: undone() == 0, 100)
    doorbell.stop()
    try:
        put(5)
        wait_for(lambda: undone() == 0, 100)
    finally:
        doorbell.start()
    put(5)
    process("clock")
    wait_for(lambda: undone() == 0, 100)
    assert states() == {"done": 11}


@pytest.mark.slow
def test_a_killed_worker_loses_nothing(app: Flask, process: Callable[[str], Any]) -> None:
    first = process("worker")
    put(200)
    wait_for(lambda: undone() < 200, 100)
    first.kill()
    first.wait(20)
    with transaction() as session:  # as if the lease of what it held had run out
        session.query(Outbox).filter(Outbox.state == "leased").update(
            {"lease_until": now() - timedelta(minutes=1)}
        )
    process("worker")
    process("clock")
    wait_for(lambda: undone() == 0, 100)
    assert states() == {"done": 200}


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_told_worker_ends_with_code_0(
    app: Flask, process: Callable[[str], Any], number: signal.Signals
) -> None:
    told = process("worker")
    put(1)
    wait_for(lambda: undone() == 0, 100)
    told.send_signal(number)
    assert told.wait(20) == 0
