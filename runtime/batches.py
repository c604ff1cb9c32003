"""Going through the records of a form in a job: batch by batch, each one transaction, killable at any moment."""

import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread
from time import monotonic
from typing import TypeVar

from flask import Flask, current_app
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from runtime import outbox, times
from runtime.db import transaction
from runtime.jobs import Lease, LeaseLostError

SIZE = 100  # records in one transaction: far less than a lease
LONGEST = 0.2  # seconds for which a batch may keep others from writing
IN_A_TURN = 10  # then others have their turn
BEAT = 5.0  # seconds

Each = TypeVar("Each")


def in_time(pieces: Iterable[Each]) -> Iterator[Each]:
    """As many of these as can be done before others have waited long enough to write; the rest comes in the next batch.
    At least one.
    """
    begun = monotonic()
    for piece in pieces:
        yield piece
        if monotonic() - begun > LONGEST:
            return


def work(
    lease: Lease, batch: Callable[[Session], bool], then: Callable[[Session], None] | None = None
) -> None:
    """Do some batches, until one says that it was the last; what is left then waits for its next turn. `then` goes
    with the last batch.
    """
    for _number in range(IN_A_TURN):
        with transaction() as session:
            lease.renew(session)
            if batch(session):
                lease.finish(session)
                if then is not None:
                    then(session)
                return
    with transaction() as session:
        lease.finish(session)
        outbox.revive(session, lease.kind, lease.ref_id, due_at=times.now())


@contextmanager
def held(lease: Lease) -> Iterator[None]:
    """Hold the lease meanwhile, for what takes longer than it lasts. Nor does the worker's own limit end it: an index
    that takes longer to build would begin anew each time, until it is given up.
    """
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    over = Event()

    def beat() -> None:
        while not over.wait(BEAT):
            with app.app_context(), suppress(LeaseLostError, DBAPIError), transaction() as session:
                lease.renew(session)

    thread = Thread(target=beat, daemon=True)
    left = signal.alarm(0)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
        signal.alarm(left)
