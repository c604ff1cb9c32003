"""R4 and R18 of the reliability goals, quick size."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from tests.crash.conftest import installed
from tests.crash.orders import ORDERS, assert_all_done_once, submit
from tests.support.mail import MailSink
from tests.support.postgres import free_port
from tests.support.system import System

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]
both = pytest.mark.parametrize("system", ["sqlite", "postgres"], indirect=True)


@both
def test_an_emptied_redis_loses_nothing(system: System, token: str, sink: MailSink) -> None:
    from redis import Redis

    config = (system.home / "redis" / "redis.conf").read_text()
    words = dict(line.split(" ", 1) for line in config.splitlines())
    redis = Redis(port=int(words["port"]), password=words["requirepass"])
    names = [f"n{number}" for number in range(60)]
    with ThreadPoolExecutor(8) as clients:
        for number, _ in enumerate(clients.map(lambda name: submit(system, token, name), names)):
            if number % 10 == 0:
                redis.flushall()
    assert_all_done_once(system, token, sink, names, mail_copies=0)


def test_submissions_are_accepted_while_redis_is_away(system: System, token: str, sink: MailSink) -> None:
    names = [f"n{number}" for number in range(40)]
    for number, name in enumerate(names):
        if number % 8 == 0:
            system.kill("redis")
        status, body, _ = system.request("POST", ORDERS, {"values": {"name": name}}, token)
        assert status == 201, body
    assert_all_done_once(system, token, sink, names, mail_copies=0)


@pytest.fixture
def alone(request: pytest.FixtureRequest, tmp_path: Path, sink: MailSink) -> Iterator[System]:
    """A system whose Redis is a port that nobody listens at."""
    closed = f"redis://127.0.0.1:{free_port()}/0"
    found = installed(request, tmp_path, sink, REDIS_URL=closed)
    found.start(without="redis")
    yield found
    found.stop()


@pytest.mark.parametrize("alone", ["sqlite", "postgres"], indirect=True)
def test_without_any_redis_everything_is_accepted_at_once_and_done(alone: System, sink: MailSink) -> None:
    token = alone.add_user("Clerk", "--role", "crash:clerk")
    names, seconds = [f"n{number}" for number in range(40)], []
    for name in names:
        began = monotonic()
        status, body, _ = alone.request("POST", ORDERS, {"values": {"name": name}}, token)
        seconds.append(monotonic() - began)
        assert status == 201, body
    assert sorted(seconds)[37] < 0.5, "the 95th of a hundred"
    assert_all_done_once(alone, token, sink, names, mail_copies=0)
    status, health = alone.health()
    assert (status, health["redis"]) == (503, "unreachable")


@both
def test_fifty_equal_submissions_at_once_make_one_record(system: System, token: str, sink: MailSink) -> None:
    def send(_: int) -> tuple[int, Any]:
        status, body, _ = system.request(
            "POST", ORDERS, {"values": {"name": "once"}}, token, Idempotency_Key="the same"
        )
        return status, body["id"] if status == 201 else body

    with ThreadPoolExecutor(50) as clients:
        answers = list(clients.map(send, range(50)))
    assert answers == [(201, answers[0][1])] * 50, (system.home / "up.log").read_text()[-5000:]
    status, _, _ = system.request(
        "POST", ORDERS, {"values": {"name": "other"}}, token, Idempotency_Key="the same"
    )
    assert status == 409
    assert_all_done_once(system, token, sink, ["once"], mail_copies=0)
