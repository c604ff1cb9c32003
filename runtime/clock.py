"""The clock process: rings for every outbox row that is due, whatever became of its first ring.

That one act covers due timers, retries, leases of crashed workers and rings that Redis lost. Several clocks
may run: a ring too many finds its row done or taken.
"""

import logging
import random
import signal
import time
from types import FrameType

from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from runtime import bell, health, outbox
from runtime.db import db

log = logging.getLogger(__name__)

TICK_SECONDS = 2.0
MOST_WAITING = 20  # rings in the queue: a worker that hears one works off all that is due


def tick() -> int:
    """Ring for what is due; how many rings were sent. Safe to call from any number of clocks."""
    try:
        health.beat("clock")
        due = outbox.due_ids(MOST_WAITING)
    except SQLAlchemyError as error:
        log.warning("clock: %s", error)
        return 0
    finally:
        db.session.remove()
    due = due[: _room()]
    return len(due) if due and bell.ring(*due) else 0


def _room() -> int:
    try:
        return max(0, MOST_WAITING - bell.queue().count)
    except (RedisError, OSError):
        return 0


def run() -> None:
    """Tick every two seconds until SIGTERM; a Redis or a database that is away is waited for."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _stop)
    while True:
        tick()
        time.sleep(TICK_SECONDS * random.uniform(0.75, 1.25))


def _stop(number: int, frame: FrameType | None) -> None:
    raise SystemExit(0)
