"""`make bench`: prints each figure of ours beside its aim, the hand-coded app's figure and the ratio, in one run.

Closed loop of 1, 8 and 32 clients, the two sides in turn, medians of three. The load generator shares the
machine with the servers, on both sides alike, so trust the ratios and not the absolute times.
"""

import argparse
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

from bench import browser, designer, imports, rows, searching, servers, work
from bench.client import Client, Job, Result, load, median
from bench.report import Aim, line, show
from bench.servers import Side
from bench.work import FORMS
from tests.support.mail import MailSink

PARTS = ("submissions", "pages", "groups", "jobs", "imports", "search", "designer")
TIMERS = 1000
IMPORTED = 3000  # rows
IN_TURN, IN_TURN_SECONDS = 100, 20.0  # timers that come due one after the other
PATIENCE = 120.0  # seconds until a mail is given up
SUBMISSION = Aim(rate=0.65)
P95 = {"sqlite": 100.0, "postgresql": 80.0}


class Pair:
    """Both sides on one database, with signed-in clients."""

    def __init__(self, kind: str, ours: Side, twin: Side, sink: MailSink) -> None:
        self.kind, self.ours, self.twin, self.sink = kind, ours, twin, sink
        self.our_clients: list[Client] = servers.sign_in(ours, 32, "--role", "bench:clerk")
        self.twin_clients: list[Client] = servers.sign_in_twin(twin, 32)

    def compare(
        self,
        title: str,
        clients: int,
        seconds: float,
        ours: Job,
        twin: Job | None = None,
        aim: Aim | None = None,
    ) -> None:
        """Measure both sides in turn and print a line."""
        our_runs: list[Result] = []
        twin_runs: list[Result] = []
        load(self.our_clients[:clients], ours, 0.5)
        for _ in range(3):
            our_runs.append(load(self.our_clients[:clients], ours, seconds))
            if twin:
                twin_runs.append(load(self.twin_clients[:clients], twin, seconds))
        show(title, clients, median(our_runs), median(twin_runs) if twin_runs else None, aim or Aim())


@contextmanager
def pair_on(kind: str, our_url: str, twin_url: str) -> Iterator[Pair]:
    """Both sides running on one kind of database; their start and their memory are printed."""
    print(f"\n== {kind} ==")
    sink = MailSink()
    ours = servers.ours(our_url, SMTP_URL=sink.url)
    twin = servers.twin(twin_url)
    try:
        line(
            "start to first page",
            f"{ours.started:.1f} s",
            f"{twin.started:.1f} s",
            aim="3 s",
            met=ours.started <= 3,
        )
        time.sleep(2)
        memory = ours.memory()
        line(
            "memory of all processes (PSS)",
            f"{memory:.0f} MB",
            f"{twin.memory():.0f} MB",
            "260 MB",
            memory <= 260,
        )
        yield Pair(kind, ours, twin, sink)
    finally:
        ours.stop()
        twin.stop()
        sink.stop()


def submissions(pair: Pair, counts: tuple[int, ...], seconds: float) -> None:
    """Records by the form, with and without an automation; every second record must be there in the end."""
    ours, twin = work.submit(f"{FORMS}/plain/new"), work.submit("/plain/new")
    pair.compare("submission", 8, seconds, ours, twin, SUBMISSION)
    ours, twin = work.submit(f"{FORMS}/work/new"), work.submit("/work/new")
    for count in counts:
        aim = Aim(rate=0.65, p95=P95[pair.kind] if count == 8 else None)
        pair.compare("submission with one automation", count, seconds, ours, twin, aim)
    records, copies, waited = rows.wait_for_copies(pair.ours)
    line(
        f"second records of {records:,}",
        f"{copies:,}, the last after {waited:.1f} s",
        aim="all",
        met=records == copies,
    )
    with rows.newest_copies(pair.ours) as newest:
        found = load(pair.our_clients[:8], work.until_copied(newest), seconds)
    show("answer to second record readable", 8, Result(work.waits, found.rate), None, Aim(p95=150))


def pages(pair: Pair, seconds: float, many: int) -> None:
    """The first load of a form, the list of a form with few and with many records, and a record."""
    form = browser.first_load(pair.ours, pair.our_clients[0], f"{FORMS}/work/new")
    met = len(form.sizes) <= 8 and form.kilobytes <= 150 and form.seconds <= 0.5
    found = f"{len(form.sizes)} requests, {form.kilobytes:.0f} kB, {form.seconds:.2f} s"
    line("first load of the form", found, aim="8, 150 kB, 0.5 s", met=met)
    for name, size in form.sizes.items():
        print(f"    {size / 1000:6.1f} kB {name}")
    listed = browser.first_load(pair.ours, pair.our_clients[0], f"{FORMS}/plain/")
    line("JavaScript of the form", f"{form.scripts:.0f} kB", aim="45 kB", met=form.scripts <= 45)
    line("JavaScript of a list", f"{listed.scripts:.0f} kB", aim="40 kB", met=listed.scripts <= 40)
    load(pair.our_clients[:8], work.submit(f"{FORMS}/plain/new"), 0.5)
    load(pair.twin_clients[:8], work.submit("/plain/new"), 0.5)
    ours, twin = work.get(f"{FORMS}/plain/{rows.some_id(pair.ours)}/"), work.get("/plain/1")
    pair.compare("record page", 1, seconds, ours, twin, Aim(rate=1 / 1.3))
    for total in (10_000, many):
        rows.fill(pair.ours, pair.twin, total)
        aim = Aim(rate=1 / 1.3) if total == 10_000 else Aim(p50=60)
        for count in (1, 8):
            ours, twin = work.get(f"{FORMS}/plain/"), work.get("/plain/")
            pair.compare(f"list page of {total:,}", count, seconds, ours, twin, aim if count == 1 else None)
    ours, twin = work.get(f"{FORMS}/plain/?sort=customer"), work.get("/plain/?sort=customer")
    pair.compare(f"the same without an index, of {many:,}", 1, seconds, ours, twin, Aim(rate=1 / 1.15))


def groups(pair: Pair, seconds: float, many: int) -> None:
    """The list in groups, each with its count, beside what the driver alone takes to count them."""
    load(pair.our_clients[:8], work.submit(f"{FORMS}/plain/new"), 0.5)
    load(pair.twin_clients[:8], work.submit("/plain/new"), 0.5)
    rows.fill(pair.ours, pair.twin, many)
    with rows.counting(pair.twin, "kind") as count:
        ours, raw = work.get(f"{FORMS}/plain/?by=kind"), work.call(count)
        pair.compare(
            f"list of {many:,} in groups, beside the driver", 1, seconds, ours, raw, Aim(rate=1 / 1.1)
        )


def jobs(pair: Pair, seconds: float) -> None:
    """How quickly the worker does what has piled up, and how soon due timers have become mails."""
    _records, before, _waited = rows.wait_for_copies(pair.ours)
    with pair.ours.standing_still("fw-worker"):
        load(pair.our_clients[:8], work.submit(f"{FORMS}/work/new"), seconds)
    began = time.perf_counter()
    _records, copies, _waited = rows.wait_for_copies(pair.ours)
    rate = (copies - before) / (time.perf_counter() - began)
    line(
        "worker: second records written", f"{rate:.0f}/s of {copies - before:,}", aim="200/s", met=rate >= 200
    )
    while rows.planned(pair.ours) < TIMERS:
        load(pair.our_clients[:8], work.submit(f"{FORMS}/due/new"), 0.5)
    lateness(pair)
    sent = len(pair.sink.mails)
    timers = rows.make_due(pair.ours)
    began = time.perf_counter()
    while len(pair.sink.mails) - sent < timers and time.perf_counter() - began < PATIENCE:
        time.sleep(0.05)
    spent = (time.perf_counter() - began) * TIMERS / timers
    met = len(pair.sink.mails) - sent == timers and spent <= 30
    line(
        "1,000 due timers to the mail server",
        f"{spent:.1f} s, {len(pair.sink.mails) - sent:,} mails",
        aim="30 s",
        met=met,
    )


def lateness(pair: Pair) -> None:
    """How long after their moment timers start that come due one after the other, with nothing else to do."""
    timers = rows.make_due_in_turn(pair.ours, IN_TURN, IN_TURN_SECONDS)
    time.sleep(IN_TURN_SECONDS)
    began = time.perf_counter()
    while len(pair.sink.mails) < len(timers) and time.perf_counter() - began < PATIENCE:
        time.sleep(0.05)
    late = rows.lateness(pair.ours, timers)
    p50, p99 = (late[int((len(late) - 1) * part)] for part in (0.5, 0.99)) if late else (PATIENCE, PATIENCE)
    line(
        "a timer starts after its moment",
        f"p50 {p50:.1f} s, p99 {p99:.1f} s of {len(late)}",
        aim="p99 5 s",
        met=len(late) == len(timers) and p99 <= 5,
    )


def measure(pair: Pair, parts: tuple[str, ...], counts: tuple[int, ...], seconds: float, many: int) -> None:
    """The wanted figures on one database."""
    if "submissions" in parts:
        submissions(pair, counts, seconds)
        pair.compare("/eval, 20 fields", 8, seconds, work.evaluate("work"))
        pair.compare("/eval, 40 fields", 8, seconds, work.evaluate("wide"), aim=Aim(p95=40))
    if "jobs" in parts:
        jobs(pair, seconds)
    if "imports" in parts:
        imports.measure(pair, IMPORTED)
    if "pages" in parts:
        pages(pair, seconds, many)
    if "groups" in parts:
        groups(pair, seconds, many)
    if "search" in parts:
        searching.measure(pair, seconds, many)
    if "designer" in parts:
        designer.measure(pair.ours, servers.sign_in(pair.ours, 1, "--admin")[0], seconds)


def main() -> None:
    """Run everything; `--quick` in about two minutes."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="8 clients, 1 s, 100,000 records")
    parser.add_argument("--only", choices=("sqlite", "postgresql"), help="one kind of database")
    parser.add_argument("--part", choices=PARTS, help="one part of the figures")
    options = parser.parse_args()
    parts = (options.part,) if options.part else PARTS
    counts, seconds, many = ((8,), 1.0, 100_000) if options.quick else ((1, 8, 32), 3.0, 1_000_000)
    print(f"{os.cpu_count()} processors, load average {os.getloadavg()[0]:.1f} before the start")
    if options.only != "postgresql":
        with pair_on("sqlite", "", "") as pair:
            measure(pair, parts, counts, seconds, many)
    if options.only != "sqlite":
        with servers.postgres() as (our_url, twin_url), pair_on("postgresql", our_url, twin_url) as pair:
            measure(pair, parts, counts, seconds, many)


if __name__ == "__main__":
    main()
