"""The pieces of work that both sides do again and again."""

import gzip
import itertools
import re
import time
import urllib.request
import uuid
from collections.abc import Callable

from bench.client import Client, Job
from bench.package import VALUES
from bench.servers import Side

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
    return lambda client, turn: client.get(path) and None


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
            time.sleep(0.002)
        waits.append(time.perf_counter() - answered)

    return job


def first_load(side: Side, client: Client) -> tuple[int, float]:
    """What a browser fetches for the form the first time: requests, and kilobytes packed with gzip."""
    page = client.get(f"{FORMS}/work/new")
    urls = set(re.findall(r'(?:src|href)="(/static/[^"#]+)', page))
    sizes = [len(gzip.compress(page.encode()))]
    for url in urls:
        with urllib.request.urlopen(side.base + url.replace("&amp;", "&")) as response:
            sizes.append(len(gzip.compress(response.read())))
    return 1 + len(urls), sum(sizes) / 1000
