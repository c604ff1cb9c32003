"""R4 and R18 of the reliability goals, quick size."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.crash.orders import ORDERS, assert_all_done_once, submit
from tests.support.mail import MailSink
from tests.support.system import System

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]
both = pytest.mark.parametrize("system", ["sqlite", "postgres"], indirect=True)


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
