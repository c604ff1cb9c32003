"""R1, R4 and R18 of the reliability goals, quick size."""

import http.client
import random
import threading
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.support.mail import MailSink
from tests.support.system import System, wait_for

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

ORDERS = "/api/v1/apps/crash/forms/order/records"
PARCELS = "/api/v1/apps/crash/forms/parcel/records"
both = pytest.mark.parametrize("system", ["sqlite", "postgres"], indirect=True)


def submit(system: System, token: str, name: str) -> dict[str, Any]:
    """Send an order until it is acknowledged, always with the same key, as a careful client does."""
    key = str(uuid.uuid4())

    def attempt() -> dict[str, Any] | None:
        try:
            status, body, _ = system.request(
                "POST", ORDERS, {"values": {"name": name}}, token, Idempotency_Key=key
            )
        except (OSError, http.client.HTTPException):
            return None
        assert status == 201 or status >= 500, body
        return body if status == 201 else None

    found: dict[str, Any] = wait_for(attempt, 90, f"order {name} to be accepted")
    return found


def everything(system: System, token: str, path: str) -> list[dict[str, Any]]:
    """All records of a form."""
    items: list[dict[str, Any]] = []
    after = ""
    while True:
        status, body, _ = system.request("GET", f"{path}?limit=500{after}", token=token)
        assert status == 200, body
        items += body["items"]
        if body["next"] is None:
            return items
        after = f"&after={body['next']}"


def assert_all_done_once(
    system: System, token: str, sink: MailSink, names: list[str], mail_copies: int
) -> None:
    """Each acknowledged order: one record, one parcel, one notice, one e-mail (a copy per kill at the most)."""
    wanted = Counter(names)

    def notices() -> Counter[str]:
        _, body, _ = system.request("GET", "/api/v1/inbox?limit=500", token=token)
        return Counter(item["subject"].removeprefix("Order ") for item in body["items"])

    def mails() -> Counter[str]:
        different = {(str(mail["Subject"]), str(mail["Message-ID"])) for mail in list(sink.mails)}
        return Counter(subject.removeprefix("Order ") for subject, _ in different)

    wait_for(lambda: len(everything(system, token, PARCELS)) >= len(names), 120, "the parcels")
    wait_for(lambda: len(mails()) >= len(names), 120, "the mails")
    orders = everything(system, token, ORDERS)
    assert Counter(o["values"]["name"] for o in orders) == wanted
    assert len({o["values"]["number"] for o in orders}) == len(names)
    assert Counter(p["values"]["name"] for p in everything(system, token, PARCELS)) == wanted
    assert mails() == wanted, "every copy of a mail carries the same Message-ID"
    assert len(sink.mails) <= len(names) + mail_copies
    newest = notices()
    assert newest and all(count == 1 for count in newest.values())
    wait_for(lambda: system.check() == {"ok": True, "violations": []}, 60, "a clean check")


@both
def test_nothing_acknowledged_is_lost_or_done_twice_under_kill_9(
    system: System, token: str, sink: MailSink
) -> None:
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    chance = random.Random(seed)
    names = [f"n{number}" for number in range(400)]
    sent = threading.Semaphore(0)

    def send(name: str) -> None:
        submit(system, token, name)
        sent.release()

    with ThreadPoolExecutor(8) as clients:
        waiting = [clients.submit(send, name) for name in names]
        for role in chance.sample(["web", "worker", "clock", "redis"] * 3, 12):
            for _ in range(chance.randint(15, 30)):
                assert sent.acquire(timeout=120)
            system.kill(role)
        for future in waiting:
            future.result()
    assert_all_done_once(system, token, sink, names, mail_copies=12)


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
        return status, body["id"]

    with ThreadPoolExecutor(50) as clients:
        answers = set(clients.map(send, range(50)))
    assert len(answers) == 1 and next(iter(answers))[0] == 201
    status, _, _ = system.request(
        "POST", ORDERS, {"values": {"name": "other"}}, token, Idempotency_Key="the same"
    )
    assert status == 409
    assert_all_done_once(system, token, sink, ["once"], mail_copies=0)
