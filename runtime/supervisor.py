"""Keeps the processes of `formwright up` running: starts them, starts them again, ends them together."""

import ctypes
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from multiprocessing import get_context
from types import FrameType
from typing import Protocol

from runtime.times import now

log = logging.getLogger(__name__)

_PR_SET_PDEATHSIG, _PR_SET_NAME = 1, 15
LONGEST_WAIT = 5.0  # seconds between two starts of a child that keeps dying
GRACE = 35.0  # seconds that children get to finish after SIGTERM


def _die_with_parent() -> None:
    # Linux ends the child with us even on kill -9; elsewhere a killed supervisor leaves orphans.
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


class Process(Protocol):
    """A process that was begun: a command, or a copy of this process."""

    @property
    def pid(self) -> int: ...
    def poll(self) -> int | None: ...
    def terminate(self) -> None: ...
    def wait(self, timeout: float) -> object: ...


def command(words: list[str], environ: Mapping[str, str]) -> Process:
    """A program in a process group of its own, so that Ctrl-C reaches the supervisor only."""
    return subprocess.Popen(
        words,
        env=environ,
        process_group=0,
        preexec_fn=_die_with_parent,  # noqa: PLW1509  (no threads run in the supervisor)
    )


class Copy:
    """A copy of this process that does `work`: what is imported already needs no time and no memory again."""

    def __init__(self, name: str, work: Callable[[], None]) -> None:
        self._process = get_context("fork").Process(target=_in_copy, args=(name, work), name=name)
        self._process.start()
        self.pid = int(self._process.pid or 0)

    def poll(self) -> int | None:
        """The exit code, None while it runs."""
        return self._process.exitcode

    def terminate(self) -> None:
        """Ask it to end."""
        self._process.terminate()

    def wait(self, timeout: float) -> None:
        """Wait for its end; TimeoutExpired when that takes too long."""
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired(self._process.name, timeout)


def _in_copy(name: str, work: Callable[[], None]) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
    os.setpgid(0, 0)
    _die_with_parent()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_NAME, f"fw-{name}".encode())
    work()


@dataclass
class Child:
    """One process to keep alive. `failures` grows while it dies soon after its start."""

    name: str
    begin: Callable[[], Process]
    process: Process | None = None
    started: float = 0.0
    failures: int = 0
    again_at: float = 0.0

    def start(self) -> None:
        """Start it."""
        self.started = _seconds()
        self.process = self.begin()

    def look(self) -> None:
        """Start it again when it has died; later and later when it keeps dying."""
        if self.process is None:
            if _seconds() >= self.again_at:
                self.start()
            return
        code = self.process.poll()
        if code is None:
            return
        self.failures = 0 if _seconds() - self.started > 10 else self.failures + 1
        wait = min(0.2 * 2**self.failures, LONGEST_WAIT)
        log.warning("%s ended with %s, starting again in %.1f s", self.name, code, wait)
        self.process, self.again_at = None, _seconds() + wait


def _seconds() -> float:
    return now().timestamp()


class Supervisor:
    """Runs children until SIGTERM or SIGINT. `announce` is called once, as soon as `is_ready` says so."""

    def __init__(self, children: list[Child]) -> None:
        self.children = children
        self.stopping = False

    def run(self, is_ready: Callable[[], bool], announce: Callable[[], None]) -> None:
        """Block until told to stop; then end the children in reverse order, the first (Redis) last."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        for child in self.children:
            child.start()
        announced = False
        while not self.stopping:
            time.sleep(0.3 if announced else 0.05)
            for child in self.children:
                child.look()
            if not announced and is_ready():
                announced = True
                announce()
        self._end()

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self.stopping = True

    def _end(self) -> None:
        *others, first = reversed(self.children)
        _terminate(others)
        _terminate([first])


def _terminate(children: list[Child]) -> None:
    alive = [child.process for child in children if child.process and child.process.poll() is None]
    for process in alive:
        process.terminate()
    for process in alive:
        try:
            process.wait(GRACE)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
