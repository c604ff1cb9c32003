"""What the benchmark does with the tables themselves: fills them, counts them, sees what is new."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, create_engine, inspect, text

from bench.servers import Side

PATIENCE = 20.0  # seconds without a new second record after which the rest is taken for lost


def _address(side: Side) -> str:
    url = side.environ.get("TWIN_DATABASE") or side.environ["DATABASE_URL"]
    return url.replace("postgresql://", "postgresql+psycopg://")


@contextmanager
def _connected(side: Side, **options: Any) -> Iterator[Connection]:
    engine = create_engine(_address(side), **options)
    with engine.begin() as connection:
        yield connection
    engine.dispose()


def _table(connection: Connection, form: str = "plain") -> str:
    names = inspect(connection).get_table_names()
    return next(name for name in (f"bench_{form}", form) if name in names)


def wait_for_copies(side: Side) -> tuple[int, int, float]:
    """Records, second records, and how long the last one took; waits while there come more."""
    began, copies = time.monotonic(), -1
    with _connected(side, isolation_level="AUTOCOMMIT") as connection:
        counts = [text(f"SELECT count(*) FROM {_table(connection, form)}") for form in ("work", "copy")]
        records, found = (connection.scalar(count) or 0 for count in counts)
        changed = began
        while found < records and time.monotonic() - changed < PATIENCE:
            copies = found
            time.sleep(0.1)
            found = connection.scalar(counts[1]) or 0
            changed = time.monotonic() if found > copies else changed
    return records, found, changed - began


@contextmanager
def newest_copies(side: Side) -> Iterator[Callable[[], list[str]]]:
    """Gives a function that reads the titles of the newest second records."""
    engine = create_engine(_address(side), pool_size=32, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        query = text(f"SELECT title FROM {_table(connection, 'copy')} ORDER BY id DESC LIMIT 50")

    def newest() -> list[str]:
        with engine.connect() as connection:
            return list(connection.scalars(query))

    yield newest
    engine.dispose()


def fill(ours: Side, twin: Side, total: int) -> None:
    """Copy the rows that are there, with other dates, until there are `total`."""
    for side in (ours, twin):
        with _connected(side) as connection:
            table = _table(connection)
            columns = [c["name"] for c in inspect(connection).get_columns(table) if c["name"] != "id"]
            _grow(connection, table, columns, total)
        with _connected(side) as connection:
            connection.execute(text("ANALYZE"))


def _grow(connection: Connection, table: str, columns: list[str], total: int) -> None:
    day = (
        "date('2026-01-01', (abs(random()) % 2000) || ' days')"
        if connection.dialect.name == "sqlite"
        else "date '2026-01-01' + (random() * 2000)::int"
    )
    listed = ", ".join(columns)
    chosen = ", ".join(day if name == "due_on" else name for name in columns)
    while (present := connection.scalar(text(f"SELECT count(*) FROM {table}")) or 0) < total:
        connection.execute(
            text(f"INSERT INTO {table} ({listed}) SELECT {chosen} FROM {table} LIMIT :n"),
            {"n": total - present},
        )


def some_id(side: Side) -> int:
    """The id of a record that stands there."""
    with _connected(side) as connection:
        return int(connection.scalar(text(f"SELECT min(id) FROM {_table(connection)}")) or 0)
