"""How many rows of a spreadsheet become records in a second, how soon a list is a file, and what memory both take."""

import csv
import io
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import Any

from sqlalchemy import text

from bench import rows, work
from bench.package import VALUES, WORK
from bench.report import line
from bench.servers import Side, tree

PATIENCE = 3600.0  # seconds until an import is given up
FORM = f"{work.FORMS}/plain"
ROOT = f"{FORM}/imports/"
EXPORTED = 100_000


def measure(pair: Any, number: int) -> None:
    """An import of so many rows of 17 columns into a form of 20 fields, two of which a rule asks for, beside a
    hand-coded one that validates each row; the check before it has a figure of its own. Then the export of many rows.
    """
    content = sheet(number)
    began = time.perf_counter()
    assert pair.twin_clients[0].upload("/plain/import", "rows.csv", content, 200) == str(number)
    twin = number / (time.perf_counter() - began)
    with _memory(pair.ours) as grown:
        checked, written = number / (_checked(pair, content) or 1), number / _waited_for(pair, "done")
    line(f"import of {number:,} rows: read and checked", f"{checked:.0f}/s", f"{twin:.0f}/s")
    line(
        f"import of {number:,} rows: written",
        f"{written:.0f}/s, worker +{grown[0]:.0f} MB",
        f"{twin:.0f}/s  ratio {written / twin:4.2f}",
        "ratio 0.70",
        written >= 0.7 * twin,
    )
    export(pair)


def _checked(pair: Any, content: bytes) -> float:
    """Seconds until every row was looked at; then they are wanted as records."""
    client = pair.our_clients[0]
    client.connection.close()  # the server may have given it up meanwhile; the next request opens it again
    client.get(ROOT)
    began = time.perf_counter()
    address = client.upload(ROOT, "rows.csv", content, 303).rpartition("/")[0]
    _waited(pair.ours, "imports", "columns")
    client.post(f"{address}/options", {"mode": "create", "automations": "rest"})
    _waited(pair.ours, "imports", "checked")
    spent = time.perf_counter() - began
    client.post(f"{address}/rows", {"do": "run"})
    return spent


def _waited_for(pair: Any, state: str) -> float:
    began = time.perf_counter()
    _waited(pair.ours, "imports", state)
    return time.perf_counter() - began


def export(pair: Any) -> None:
    """A list of 100,000 records as a CSV."""
    rows.fill(pair.ours, pair.twin, EXPORTED)
    client = pair.our_clients[0]
    client.get(f"{FORM}/")
    with _memory(pair.ours) as grown:
        began = time.perf_counter()
        client.post(f"{FORM}/exports", {"kind": "csv"})
        _waited(pair.ours, "exports", "done")
        spent = time.perf_counter() - began
    found = f"{spent:.1f} s, worker +{grown[0]:.0f} MB"
    line(f"export of {EXPORTED:,} rows", found, aim="4 s, flat", met=spent <= 4 and grown[0] <= 40)


def sheet(number: int) -> bytes:
    """A CSV of so many rows."""
    written = io.StringIO()
    table = csv.writer(written)
    keys = [key for key in VALUES if key in WORK and key != "total"]
    table.writerow([WORK[key]["fw"]["title"] for key in keys])
    for place in range(number):
        table.writerow([f"Import {place}" if key == "title" else VALUES[key] for key in keys])
    return written.getvalue().encode()


def _waited(side: Side, table: str, state: str) -> None:
    began = time.perf_counter()
    while (found := _state(side, table)) != state:
        assert found != "failed" and time.perf_counter() - began < PATIENCE, f"{found}, not {state}"
        time.sleep(0.05)


def _state(side: Side, table: str) -> str:
    # In a connection of its own: one that stays open may go on seeing what it saw first.
    with rows.connected(side) as connection:
        return str(connection.scalar(text(f"SELECT state FROM {table} ORDER BY id DESC LIMIT 1")))


@contextmanager
def _memory(side: Side) -> Iterator[list[float]]:
    """By how many MB the largest worker grew meanwhile, once it is over."""
    found, over = [0.0], Event()
    before = _largest(side)

    def look() -> None:
        while not over.wait(0.2):
            found[0] = max(found[0], _largest(side) - before)

    thread = Thread(target=look, daemon=True)
    thread.start()
    yield found
    over.set()
    thread.join()


def _largest(side: Side) -> float:
    """MB of the worker that has most."""
    sizes = [0.0]
    for pid in tree(side.process.pid):
        place = Path(f"/proc/{pid}")
        try:
            told = (place / "status").read_text()
        except OSError:  # it has ended meanwhile
            continue
        if told.startswith("Name:\tfw-worker"):
            sizes.append(int(re.search(r"VmRSS:\s+(\d+)", told)[1]) / 1024)  # type: ignore[index]
    return max(sizes)
