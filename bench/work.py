"""The pieces of work that both sides do again and again."""

import itertools
import time
import uuid
from collections.abc import Callable

from bench.client import Client, Job
from bench.package import VALUES

FORMS = "/apps/bench/forms"
PATIENCE = 30.0  # seconds until a second record is given up
numbers = itertools.count()
waits: list[float] = []
"""Seconds from the answer to a submission until its second record could be read."""


def submit(path: str) -> Job:
    """Submit one filled form."""

    def job(client: Client, turn: int) -> None:
        client.post(
            path, {**VALUES, "title": f"Visit {next(numbers)}", "_once": str(uuid.uuid4()), "_do": "save"}
        )

    return job


def get(path: str) -> Job:
    """Read one page."""

    def job(client: Client, turn: int) -> None:
        client.get(path)

    return job


def call(done: Callable[[], object]) -> Job:
    """What needs no server."""

    def job(client: Client, turn: int) -> None:
        done()

    return job


def evaluate(form: str) -> Job:
    """Change a field of the open form."""

    def job(client: Client, turn: int) -> None:
        values = {
            **VALUES,
            **({f"{key}_again": text for key, text in VALUES.items()} if form == "wide" else {}),
        }
        values |= {"quantity": str(turn), "_once": "x"}
        client.post(f"{FORMS}/{form}/eval", values, expect=200, **{"HX-Request": "true"})

    return job


def until_copied(newest: Callable[[], list[str]]) -> Job:
    """Submit and wait until the automation's record can be read; the waits are noted."""
    waits.clear()

    def job(client: Client, turn: int) -> None:
        name = f"Copied {uuid.uuid4()}"
        client.post(f"{FORMS}/work/new", {**VALUES, "title": name, "_once": name, "_do": "save"})
        answered = time.perf_counter()
        while name not in newest():
            assert time.perf_counter() - answered < PATIENCE, f"{name} was never copied"
            time.sleep(0.01)  # polling more often would take the processors from both sides
        waits.append(time.perf_counter() - answered)

    return job
