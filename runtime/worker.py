"""The worker process: takes ids from the doorbell queue and works off their outbox rows.

RQ brings the queue, its blocking pop and the worker's registration. Everything that RQ does with a job's
*content* (import its function, its callbacks, call its webhooks, judge its retries) is switched off here:
whoever can write to Redis may make us look at an outbox row too often, and nothing else.
"""

import logging
import signal
import time
from collections.abc import Callable
from functools import partial
from types import FrameType
from typing import Any, TypeVar

from flask import Flask, current_app
from redis import Redis
from redis.exceptions import ConnectionError, RedisError, TimeoutError
from rq.exceptions import DeserializationError, StopRequested
from rq.job import Job
from rq.queue import Queue
from rq.serializers import JSONSerializer
from rq.timeouts import JobTimeoutException
from rq.worker import SimpleWorker
from sqlalchemy.exc import DBAPIError

from runtime import bell, health, jobs, outbox
from runtime.db import db

log = logging.getLogger(__name__)
T = TypeVar("T")

JOB_SECONDS = 120  # a job that takes longer is ended and counts as an attempt
BATCH_SECONDS = 5.0  # how long rows that were leased together wait for each other
WAIT_SECONDS = 5  # how long one blocking pop waits; between two of them the worker shows that it lives
LONGEST_PAUSE = 5.0
LARGEST_ID = 2**63 - 1


class Stop:
    """What SIGTERM and SIGINT do: end at once when idle, after the present job when not."""

    def __init__(self) -> None:
        self.asked = False
        self.busy = False

    def install(self) -> None:
        """Take both signals."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self.asked = True
        if not self.busy:
            raise StopRequested


def outbox_id_of(job: Job) -> int | None:
    """The id that a job carries, or None for any job but `runtime.jobs.work` with one id."""
    try:
        named, instance, args, kwargs = job.func_name, job.instance, job.args, job.kwargs
    except (DeserializationError, TypeError, ValueError):
        return None
    fits = named == bell.FUNCTION and instance is None and not kwargs and isinstance(args, (list, tuple))
    if not fits or len(args) != 1 or type(args[0]) is not int:
        return None
    return args[0] if 0 < args[0] <= LARGEST_ID else None


class DoorbellQueue(Queue):
    """RQ's queue, except that a lost connection ends the worker's loop instead of being waited for in it."""

    @classmethod
    def dequeue_any(cls, *args: Any, **options: Any) -> Any:
        """The next job; StopRequested when Redis is gone, so that work goes on without it."""
        try:
            return super().dequeue_any(*args, **options)
        except (ConnectionError, TimeoutError) as error:
            log.warning("worker: %s", error)
            raise StopRequested from error


class DoorbellWorker(SimpleWorker):
    """An RQ worker that only ever calls `runtime.jobs.work(id)`, in this process."""

    queue_class = DoorbellQueue

    def __init__(self, app: Flask, stop: Stop, connection: Redis) -> None:
        self.app = app
        self.stop = stop
        super().__init__(
            [DoorbellQueue(bell.QUEUE, connection=connection, serializer=JSONSerializer)],
            connection=connection,
            serializer=JSONSerializer,
            log_job_description=False,
        )

    def execute_job(self, job: Job, queue: Queue) -> None:
        """Work off the row the job names; forget the job in Redis, whatever came of it."""
        outbox_id = outbox_id_of(job)
        if outbox_id is None:
            log.warning("refused a planted job: %s", job.id)
        else:
            self._work(outbox_id)
        with self.connection.pipeline(transaction=False) as pipeline:
            pipeline.delete(job.key)
            pipeline.lrem(queue.intermediate_queue_key, 1, job.id)
            pipeline.execute()
        if self.stop.asked:
            raise StopRequested

    def _work(self, outbox_id: int) -> None:
        """Work off the row and then all that is due: whoever found a ring waiting has not rung again."""
        self.stop.busy = True
        try:
            self._alone(partial(jobs.work, outbox_id))
            while not self.stop.asked and (leases := self._alone(jobs.claim_due)):
                self._work_off(leases)
        finally:
            self.stop.busy = False

    def _work_off(self, leases: list[jobs.Lease]) -> None:
        # Those that wait behind a slow one go back before their leases are over, which would look like a crash.
        waiting, until = list(leases), time.monotonic() + BATCH_SECONDS
        try:
            while waiting and not self.stop.asked and time.monotonic() < until:
                self._alone(partial(jobs.work_off, waiting.pop(0)))
                self.heartbeat()
        finally:  # also when Redis went away in between: others need not wait for the leases to run out
            if waiting:
                self._alone(partial(jobs.give_back, waiting))

    def _alone(self, call: Callable[[], T]) -> T:
        with self.app.app_context(), self.death_penalty_class(JOB_SECONDS, JobTimeoutException):
            return call()

    @property
    def dequeue_timeout(self) -> int:
        """Short, so that the worker shows that it lives while nothing is to be done."""
        return WAIT_SECONDS

    @property
    def should_run_maintenance_tasks(self) -> bool:
        """Never: RQ's registries mean nothing to us, and tidying them would call callbacks named in Redis."""
        return False

    def heartbeat(self, timeout: int | None = None, pipeline: Any = None) -> None:
        """Say in the database, and now and then to RQ, that the worker lives."""
        if health.beat("worker"):
            super().heartbeat(timeout, pipeline)

    def subscribe(self) -> None:
        """Nothing: commands sent over Redis are not taken."""

    def _install_signal_handlers(self) -> None:
        self.stop.install()


def run() -> None:
    """Work until SIGTERM; a Redis or a database that is away is waited for."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    stop, pause = Stop(), 0.1
    try:
        stop.install()
        while not stop.asked:
            started = time.monotonic()
            _work_while_redis_answers(app, stop)
            pause = 0.1 if time.monotonic() - started > LONGEST_PAUSE else min(pause * 2, LONGEST_PAUSE)
            if not stop.asked:
                _work_without_redis(stop)
                time.sleep(pause)
    except StopRequested:
        log.info("worker: stopped")


def _work_while_redis_answers(app: Flask, stop: Stop) -> None:
    try:
        connection = bell.connect(socket_timeout=WAIT_SECONDS + 10)
        DoorbellWorker(app, stop, connection).work(logging_level="WARNING")
    except (RedisError, DBAPIError, OSError) as error:
        log.warning("worker: %s", error)


def _work_without_redis(stop: Stop) -> None:
    """Work off what is due straight from the database: slower, but nothing stands still."""
    stop.busy = True
    try:
        health.beat("worker")
        for outbox_id in outbox.due_ids(50):
            if stop.asked:
                break
            jobs.work(outbox_id)
    except DBAPIError as error:
        log.warning("worker: %s", error)
    finally:
        db.session.remove()
        stop.busy = False
