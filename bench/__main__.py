"""`make bench`: prints each figure of ours beside the hand-coded app's, and the ratio, in one run.

Closed loop of 1, 8 and 32 clients, the two sides in turn, medians of three. The load generator shares the
machine with the servers, on both sides alike, so trust the ratios and not the absolute times.
"""

import argparse
import gzip
import itertools
import re
import time
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from bench import rows, servers
from bench.client import Client, Job, Result, load, median
from bench.package import VALUES
from bench.servers import Side

FORMS = "/apps/bench/forms"
numbers = itertools.count()


@dataclass
class Pair:
    """Both sides on one database, with signed-in clients."""

    ours: Side
    twin: Side
    our_clients: list[Client]
    twin_clients: list[Client]


def submit(prefix: str) -> Job:
    """A job that submits one filled form."""

    def job(client: Client, turn: int) -> None:
        values = {**VALUES, "title": f"Visit {next(numbers)}", "_once": str(uuid.uuid4()), "_do": "save"}
        client.post(prefix, values)

    return job


def get(path: str) -> Job:
    """A job that reads one page."""
    return lambda client, turn: client.get(path) and None


def evaluate(client: Client, turn: int) -> None:
    """A job that changes a field of the open form."""
    client.post(
        f"{FORMS}/work/eval",
        {**VALUES, "quantity": str(turn), "_once": "x"},
        expect=200,
        **{"HX-Request": "true"},
    )


def compare(
    title: str, pair: Pair, ours: Job, twin: Job | None, counts: tuple[int, ...], seconds: float
) -> None:
    """Measure both sides in turn and print a row for each number of clients."""
    for count in counts:
        our_runs: list[Result] = []
        twin_runs: list[Result] = []
        load(pair.our_clients[:count], ours, 0.5)
        for _ in range(3):
            our_runs.append(load(pair.our_clients[:count], ours, seconds))
            if twin:
                twin_runs.append(load(pair.twin_clients[:count], twin, seconds))
        row(title, count, median(our_runs), median(twin_runs) if twin_runs else None)


def row(title: str, clients: int, ours: Result, twin: Result | None) -> None:
    """Print one line of figures."""
    text = f"{title:38} {clients:3}  {ours.rate:7.0f}/s  p50 {ours.ms(0.5):7.1f}  p95 {ours.ms(0.95):7.1f} ms"
    if twin:
        text += f"   hand-coded {twin.rate:7.0f}/s  p50 {twin.ms(0.5):7.1f}   rate ratio {ours.rate / twin.rate:5.2f}"
    print(text, flush=True)


def until_copied(pair: Pair) -> None:
    """Submit and wait until the automation's record can be read, one after another."""
    client, seconds = pair.our_clients[0], []
    for _ in range(30):
        name = f"Copied {uuid.uuid4()}"
        began = time.perf_counter()
        client.post(f"{FORMS}/work/new", {**VALUES, "title": name, "_once": name, "_do": "save"})
        while name not in client.get(f"{FORMS}/copy/?sort=-id&q={name.replace(' ', '+')}"):
            pass
        seconds.append(time.perf_counter() - began)
    row("answer -> auto-created record readable", 1, Result(seconds, 1 / (sum(seconds) / len(seconds))), None)


def first_load(side: Side, client: Client) -> None:
    """What a browser fetches for the form the first time: requests, compressed bytes."""
    page = client.get(f"{FORMS}/work/new")
    urls = set(re.findall(r'(?:src|href)="(/static/[^"#]+)', page))
    sizes = [len(gzip.compress(page.encode()))]
    for url in urls:
        with urllib.request.urlopen(side.base + url.replace("&amp;", "&")) as response:
            sizes.append(len(gzip.compress(response.read())))
    print(
        f"{'first load of the form':38}      {1 + len(urls)} requests, {sum(sizes) / 1000:.0f} kB gzip",
        flush=True,
    )


@contextmanager
def pair_on(name: str, our_url: str, twin_url: str) -> Iterator[Pair]:
    """Both sides running on one kind of database."""
    ours, twin = servers.ours(our_url), servers.twin(twin_url)
    try:
        print(f"\n== {name} ==")
        time.sleep(2)
        print(f"{'start to first answer':38}      {ours.started:.1f} s   hand-coded {twin.started:.1f} s")
        print(
            f"{'idle memory, all processes (PSS)':38}      {ours.memory():.0f} MB   hand-coded {twin.memory():.0f} MB"
        )
        yield Pair(ours, twin, servers.sign_in(ours, 32), servers.sign_in_twin(twin, 32))
    finally:
        ours.stop()
        twin.stop()


def measure(pair: Pair, counts: tuple[int, ...], seconds: float, many: int) -> None:
    """Every figure on one database."""
    first_load(pair.ours, pair.our_clients[0])
    compare("submission", pair, submit(f"{FORMS}/plain/new"), submit("/plain/new"), counts, seconds)
    compare(
        "submission with one automation",
        pair,
        submit(f"{FORMS}/work/new"),
        submit("/work/new"),
        counts,
        seconds,
    )
    until_copied(pair)
    compare("/eval, 20 fields", pair, evaluate, None, counts, seconds)
    for total in (10_000, many):
        rows.fill(pair.ours, pair.twin, total)
        compare(f"list page of {total:,}", pair, get(f"{FORMS}/plain/"), get("/plain/"), counts[:2], seconds)
    ours, theirs = rows.some_id(pair.ours), 1
    compare("record page", pair, get(f"{FORMS}/plain/{ours}/"), get(f"/plain/{theirs}"), counts[:2], seconds)


def main() -> None:
    """Run everything; `--quick` in about a minute."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="8 clients, 1 s, 100,000 records")
    parser.add_argument("--sqlite-only", action="store_true")
    options = parser.parse_args()
    counts, seconds, many = ((8,), 1.0, 100_000) if options.quick else ((1, 8, 32), 3.0, 1_000_000)
    with pair_on("SQLite", "", "") as pair:
        measure(pair, counts, seconds, many)
    if options.sqlite_only:
        return
    from tests.support.postgres import Postgres

    server = Postgres()
    try:
        for name in ("ours", "twin"):
            server.execute(f"CREATE DATABASE {name}")
        twin_url = server.url("twin").replace("postgresql://", "postgresql+psycopg://")
        with pair_on("PostgreSQL (fsync off)", server.url("ours"), twin_url) as pair:
            measure(pair, counts, seconds, many)
    finally:
        server.stop()


if __name__ == "__main__":
    main()
