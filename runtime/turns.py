"""Turns of SQLite's writers: it lets one in at a time, and who waits shall get in within milliseconds.

SQLite's own waiting sleeps longer and longer, up to 100 ms between two looks, so that under load some wait for
seconds while newcomers get in. Here the threads of a process queue up, and the first of them looks every two
milliseconds. This is courtesy only: what keeps writers apart is still SQLite's lock.
"""

import sqlite3
from threading import Lock
from time import monotonic, sleep

WAIT_SECONDS = 15.0
LOOK_SECONDS = 0.002

_queues: dict[str, Lock] = {}


class TurnTaking(sqlite3.Connection):
    """A connection that holds its process's place in the queue from `begin_writing` to the end of the transaction."""

    _queue: "Lock | None" = None

    def begin_writing(self, database: str) -> bool:
        """Begin a transaction that holds the write lock; False when that could not be had in time."""
        deadline = monotonic() + WAIT_SECONDS
        queue = _queues.setdefault(database, Lock())
        if not queue.acquire(timeout=WAIT_SECONDS):
            return False
        self._queue = queue
        self.execute("PRAGMA busy_timeout=0")
        try:
            while not self._begun() and monotonic() < deadline:
                sleep(LOOK_SECONDS)
        except sqlite3.OperationalError:
            return False  # SQLAlchemy tries again, and names the error
        finally:
            self.execute(f"PRAGMA busy_timeout={WAIT_SECONDS * 1000:.0f}")
            self._leave()
        return self.in_transaction

    def _begun(self) -> bool:
        try:
            self.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise
        return self.in_transaction

    def commit(self) -> None:
        """Commit, and let the next one in."""
        try:
            super().commit()
        finally:
            self._leave()

    def rollback(self) -> None:
        """Roll back, and let the next one in."""
        try:
            super().rollback()
        finally:
            self._leave()

    def close(self) -> None:
        """Close, and let the next one in."""
        super().close()
        self._leave()

    def _leave(self) -> None:
        if self._queue is not None and not _is_open(self):
            self._queue.release()
            self._queue = None


def _is_open(connection: sqlite3.Connection) -> bool:
    try:
        return connection.in_transaction
    except sqlite3.ProgrammingError:  # closed
        return False
