"""The doorbell: ids of outbox rows on a Redis queue, so that a worker looks at once. It may be away at any time."""

import logging
from time import monotonic

from flask import current_app
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from rq import Queue
from rq.serializers import JSONSerializer

from runtime.db import after_commit

log = logging.getLogger(__name__)

QUEUE = "doorbell"
FUNCTION = "runtime.jobs.work"
RING_TTL = 600  # seconds a ring may wait in Redis; the clock rings again for what is still due
REDIS_PAUSE = 2.0  # seconds without a try after Redis did not answer: requests must not wait for it


def ring_after_commit(outbox_id: int) -> None:
    """Ring once the caller's transaction has committed."""

    def call() -> None:
        if not _is_ringing():
            ring(outbox_id)

    after_commit(call)


def _is_ringing() -> bool:
    """Whether a ring waits already: the worker that takes it works off all that is due by then."""
    try:
        return monotonic() >= _paused_until() and queue().count > 0
    except (RedisError, OSError) as error:
        return _pause(error)


def _paused_until() -> float:
    paused: float = current_app.extensions.get("doorbell_pause", 0.0)
    return paused


def _pause(error: Exception) -> bool:
    current_app.extensions["doorbell_pause"] = monotonic() + REDIS_PAUSE
    log.warning("doorbell: %s", error)
    return False


def ring(*outbox_ids: int) -> bool:
    """Put the ids on the queue; False when Redis is away (the clock rings again)."""
    if not outbox_ids or monotonic() < _paused_until():
        return False
    try:
        queue().enqueue_many(
            [Queue.prepare_data(FUNCTION, (outbox_id,), ttl=RING_TTL) for outbox_id in outbox_ids]
        )
    except (RedisError, OSError) as error:
        return _pause(error)
    return True


def connect(socket_timeout: float = 2) -> Redis:
    """A Redis client that fails at once when the server is away: it is only the doorbell."""
    return Redis.from_url(
        current_app.config["REDIS_URL"] or "redis://127.0.0.1:1",
        socket_connect_timeout=0.3,
        socket_timeout=socket_timeout,
        retry=Retry(NoBackoff(), 0),
    )


def queue() -> Queue:
    """The one RQ queue (a worker on two queues can lose jobs), on this process's own connection."""
    extensions = current_app.extensions
    if "doorbell" not in extensions:
        extensions["doorbell"] = Queue(QUEUE, connection=connect(), serializer=JSONSerializer)
    doorbell: Queue = extensions["doorbell"]
    return doorbell
