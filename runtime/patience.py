"""A request takes a thread of the web server when it is there as a whole, and not while it trickles in.

gunicorn gives each connection a thread from its first byte on: as many slow clients as there are threads, and nobody
else is answered. Here one loop collects what arrives. What is too large to be kept in memory is read by its thread,
and never by all of them.
"""

import re
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from selectors import EVENT_READ
from socket import SHUT_RDWR
from time import monotonic
from typing import Any

from gunicorn.workers.gthread import ThreadWorker

from runtime.sizes import MEGABYTE

PATIENCE = 30.0  # seconds that a request may take to arrive
SLOWEST = 32_000  # bytes a second that a large one must come with, beyond that
LARGEST = 256 * MEGABYTE  # bytes that are waited for: the application takes no more
KEPT = 256 * 1024  # bytes of a request that are collected in memory
CHUNK = 64 * 1024
_END = b"\r\n\r\n"
_LENGTH = re.compile(rb"(?i)\r\ncontent-length:[ \t]*(\d{1,15})[ \t]*\r\n")
_UNKNOWN = re.compile(rb"(?i)\r\n(?:transfer-encoding|expect):")


@dataclass
class Arriving:
    """What is there of a request, until when the rest is waited for, and how many bytes it has: None before its head is
    whole, or when only who reads it finds out.
    """

    until: float
    data: bytearray = field(default_factory=bytearray)
    size: int | None = None
    is_large: bool = False

    def take(self, data: bytes) -> None:
        """More of it."""
        self.data += data
        if self.size is None and not self.is_large:
            self._measure()

    @property
    def is_whole(self) -> bool:
        """Whether it is there, as far as it is collected here."""
        return self.is_large or (self.size is not None and len(self.data) >= self.size)

    def _measure(self) -> None:
        end = self.data.find(_END)
        if end < 0:
            self.is_large = len(self.data) > KEPT
            return
        head = bytes(self.data[: end + len(_END)])
        length = _LENGTH.search(head)
        self.size = len(head) + (int(length[1]) if length else 0)
        self.is_large = self.size > KEPT or bool(_UNKNOWN.search(head))


class PatientWorker(ThreadWorker):  # type: ignore[misc]
    """gunicorn's worker with threads, which get whole requests."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._arriving: dict[Any, Arriving] = {}
        self._large: dict[Any, float] = {}
        """The connections whose thread reads on, and until when."""
        self._waiting: deque[tuple[Any, Arriving]] = deque()

    def enqueue_req(self, conn: Any) -> None:
        """Collect the next request of a connection; what was read ahead of it counts."""
        arriving = self._arriving[conn] = Arriving(monotonic() + PATIENCE)
        if conn.parser is not None:
            arriving.take(conn.parser.unreader.take_buffered())
        conn.sock.setblocking(False)
        self.poller.register(conn.sock, EVENT_READ, partial(self._read, conn))
        self._read(conn)

    def _read(self, conn: Any, _sock: Any = None) -> None:
        arriving = self._arriving[conn]
        try:
            while not arriving.is_whole and (data := conn.sock.recv(CHUNK)):
                arriving.take(data)
        except BlockingIOError:
            pass
        except OSError:
            self._drop(conn)
        else:
            self._forget(conn)
            self._arrived(conn, arriving)

    def _arrived(self, conn: Any, arriving: Arriving) -> None:
        if arriving.is_large:
            self._waiting.append((conn, arriving))
            self._begin_large()
        else:
            self._hand_over(conn, arriving)

    def _hand_over(self, conn: Any, arriving: Arriving) -> None:
        conn.init()
        conn.data_ready = True
        conn.parser.unreader.unread(bytes(arriving.data))
        super().enqueue_req(conn)

    def _begin_large(self) -> None:
        """Half of the threads may wait for large requests."""
        while self._waiting and len(self._large) < max(self.cfg.threads // 2, 1):
            conn, arriving = self._waiting.popleft()
            self._large[conn] = monotonic() + PATIENCE + min(arriving.size or 0, LARGEST) / SLOWEST
            self._hand_over(conn, arriving)

    def finish_request(self, conn: Any, fs: Any) -> None:
        """A thread is free again."""
        self._large.pop(conn, None)
        super().finish_request(conn, fs)
        self._begin_large()

    def murder_pending(self) -> None:
        """Close what takes too long to arrive; a worker that stops waits for nothing that has not begun."""
        super().murder_pending()
        now = monotonic()
        for conn, arriving in list(self._arriving.items()):
            if arriving.until < now or not (self.alive or arriving.data):
                self._drop(conn)
        for conn, until in list(self._large.items()):
            if until < now:
                del self._large[conn]
                self._end(conn)

    @staticmethod
    def _end(conn: Any) -> None:
        with suppress(OSError):  # gone already
            conn.sock.shutdown(SHUT_RDWR)  # its thread reads the end and closes

    def _forget(self, conn: Any) -> None:
        del self._arriving[conn]
        self.poller.unregister(conn.sock)

    def _drop(self, conn: Any) -> None:
        self._forget(conn)
        self.nr_conns -= 1
        conn.close()
