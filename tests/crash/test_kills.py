"""R1 of the reliability goals, quick size."""

import random
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.crash.orders import assert_all_done_once, submit
from tests.support.mail import MailSink
from tests.support.system import System

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]


@pytest.mark.parametrize(("count", "kills"), [(160, 5), pytest.param(400, 12, marks=pytest.mark.full)])
@pytest.mark.parametrize("system", ["sqlite", "postgres"], indirect=True)
def test_nothing_acknowledged_is_lost_or_done_twice_under_kill_9(
    system: System, token: str, sink: MailSink, count: int, kills: int
) -> None:
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    chance = random.Random(seed)
    names = [f"n{number}" for number in range(count)]
    sent = threading.Semaphore(0)

    def send(name: str) -> None:
        submit(system, token, name)
        sent.release()

    with ThreadPoolExecutor(8) as clients:
        waiting = [clients.submit(send, name) for name in names]
        for role in chance.sample(["web", "worker", "clock", "redis"] * 3, kills):
            for _ in range(chance.randint(15, 30)):
                assert sent.acquire(timeout=120)
            system.kill(role)
        for future in waiting:
            future.result()
    assert_all_done_once(system, token, sink, names, mail_copies=kills)
