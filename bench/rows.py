"""What the benchmark does with the tables themselves: fills them, counts them, sees what is new."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, DateTime, bindparam, create_engine, inspect, text

from bench.servers import Side
from runtime.db import writing  # which also gives SQLite the function that the triggers call

PATIENCE = 20.0  # seconds without a new second record after which the rest is taken for lost


def _address(side: Side) -> str:
    url = side.environ.get("TWIN_DATABASE") or side.environ["DATABASE_URL"]
    return url.replace("postgresql://", "postgresql+psycopg://")


@contextmanager
def connected(side: Side, **options: Any) -> Iterator[Connection]:
    engine = create_engine(_address(side), **options)
    with engine.begin() as connection:
        yield connection
    engine.dispose()


def table_name(connection: Connection, form: str = "plain") -> str:
    names = inspect(connection).get_table_names()
    return next(name for name in (f"bench_{form}", form) if name in names)


def wait_for_copies(side: Side) -> tuple[int, int, float]:
    """Records, second records, and how long the last one took; waits while there come more."""
    began, copies = time.monotonic(), -1
    records, found = _count(side, "work"), _count(side, "copy")
    changed = began
    while found < records and time.monotonic() - changed < PATIENCE:
        copies = found
        time.sleep(0.1)
        found = _count(side, "copy")
        changed = time.monotonic() if found > copies else changed
    return records, found, changed - began


def _count(side: Side, form: str) -> int:
    # In a connection of its own: one that stays open may go on seeing what it saw first.
    with connected(side) as connection:
        return int(connection.scalar(text(f"SELECT count(*) FROM {table_name(connection, form)}")) or 0)


def planned(side: Side) -> int:
    """How many timers wait for their moment."""
    with connected(side) as connection:
        return int(connection.scalar(text("SELECT count(*) FROM timers WHERE state = 'planned'")) or 0)


def make_due(side: Side) -> int:
    """Let the moment of every planned timer be now; how many there are."""
    moment = datetime.now(UTC)
    with connected(side) as connection:
        if connection.dialect.name == "sqlite":
            moment = moment.replace(tzinfo=None)
        for table in ("timers", "outbox"):
            which = "state = 'planned'" if table == "timers" else "state = 'pending' AND kind = 'timer'"
            query = text(f"UPDATE {table} SET due_at = :moment WHERE {which}")
            done = connection.execute(
                query.bindparams(bindparam("moment", type_=DateTime)), {"moment": moment}
            )
        return done.rowcount


def make_due_in_turn(side: Side, number: int, seconds: float) -> list[int]:
    """Let the moments of some planned timers come one after the other, evenly from now on; their ids."""
    with connected(side) as connection:
        query = text("SELECT id FROM timers WHERE state = 'planned' ORDER BY id LIMIT :number")
        ids = list(connection.scalars(query, {"number": number}))
        for place, timer in enumerate(ids):
            _fall_due(
                connection, timer, datetime.now(UTC) + timedelta(seconds=seconds * (place + 1) / number)
            )
    return ids


def _fall_due(connection: Connection, timer: int, moment: datetime) -> None:
    moment = moment.replace(tzinfo=None) if connection.dialect.name == "sqlite" else moment
    for table, which in (("timers", "id = :timer"), ("outbox", "kind = 'timer' AND ref_id = :timer")):
        query = text(f"UPDATE {table} SET due_at = :moment WHERE {which}")
        connection.execute(
            query.bindparams(bindparam("moment", type_=DateTime)), {"moment": moment, "timer": timer}
        )


def lateness(side: Side, timers: list[int]) -> list[float]:
    """How many seconds after their moment these timers started; those that did not are left out."""
    query = text("SELECT due_at, changed_at FROM timers WHERE id IN :ids AND state = 'sent'").columns(
        due_at=DateTime, changed_at=DateTime
    )
    with connected(side) as connection:
        rows = connection.execute(query.bindparams(bindparam("ids", expanding=True)), {"ids": timers})
        return sorted((changed_at - due_at).total_seconds() for due_at, changed_at in rows)


@contextmanager
def newest_copies(side: Side) -> Iterator[Callable[[], list[str]]]:
    """Gives a function that reads the titles of the newest second records."""
    engine = create_engine(_address(side), pool_size=32, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        query = text(f"SELECT title FROM {table_name(connection, 'copy')} ORDER BY id DESC LIMIT 50")

    def newest() -> list[str]:
        with engine.connect() as connection:
            return list(connection.scalars(query))

    yield newest
    engine.dispose()


def fill(ours: Side, twin: Side, total: int) -> None:
    """Copy the rows that are there, with other dates and customers, until there are `total`."""
    for side in (ours, twin):
        with writing(), connected(side) as connection:
            table = table_name(connection)
            without_index(connection, table)
            grow(connection, table, columns(connection, table), total)
        with connected(side, isolation_level="AUTOCOMMIT") as connection:
            if connection.dialect.name == "postgresql":  # SQLite runs without statistics, here as in life
                connection.execute(text(f"VACUUM ANALYZE {table_name(connection)}"))


def columns(connection: Connection, table: str) -> list[str]:
    """The columns that a copy shares with its record."""
    return [each["name"] for each in inspect(connection).get_columns(table) if each["name"] != "id"]


def without_index(connection: Connection, table: str) -> None:
    """Take the index of the search away, as before an upgrade: it would be told of every copy. Nothing for the twin."""
    if not inspect(connection).has_table("search_indexes"):
        return
    form = connection.scalar(text("SELECT id FROM definitions WHERE table_name = :name"), {"name": table})
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"DROP INDEX IF EXISTS gin_{table}_search_text"))
    else:
        for each in ("insert", "update", "delete"):
            connection.execute(text(f"DROP TRIGGER IF EXISTS search_{form}_{each}"))
        connection.execute(text(f"DROP TABLE IF EXISTS search_{form}"))
    waits = "UPDATE search_indexes SET state = 'waiting', last_id = 0 WHERE form_id = :form"
    connection.execute(text(waits), {"form": form})


def grow(
    connection: Connection, table: str, columns: list[str], total: int, but: tuple[str, ...] = ()
) -> None:
    """Copy rows within their table, with other dates and, if these are not in `but`, customers."""
    if connection.dialect.name == "sqlite":
        day, number = "date('2026-01-01', (abs(random()) % 2000) || ' days')", "abs(random()) % 5000"
    else:
        day, number = "date '2026-01-01' + (random() * 2000)::int", "(random() * 5000)::int"
    others = {"due_on": day, "customer": f"'Customer ' || ({number})"}
    listed = ", ".join(columns)
    chosen = ", ".join(name if name in but else others.get(name, name) for name in columns)
    while (present := connection.scalar(text(f"SELECT count(*) FROM {table}")) or 0) < total:
        connection.execute(
            text(f"INSERT INTO {table} ({listed}) SELECT {chosen} FROM {table} LIMIT :n"),
            {"n": total - present},
        )


@contextmanager
def counting(side: Side, column: str) -> Iterator[Callable[[], list[Any]]]:
    """Gives a function that counts the records by a column with the driver alone."""
    with connected(side) as connection:
        query = text(f"SELECT {column}, count(*) FROM {table_name(connection)} GROUP BY {column}")
        yield lambda: list(connection.execute(query))


def some_id(side: Side) -> int:
    """The id of a record that stands there."""
    with connected(side) as connection:
        return int(connection.scalar(text(f"SELECT min(id) FROM {table_name(connection)}")) or 0)
