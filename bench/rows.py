"""Fills both sides' `plain` table by SQL: the benchmark of reading does not wait for a million writes."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, create_engine, inspect, text

from bench.servers import Side


def _address(side: Side) -> str:
    url = side.environ.get("TWIN_DATABASE") or side.environ["DATABASE_URL"]
    return url.replace("postgresql://", "postgresql+psycopg://")


@contextmanager
def _connected(side: Side) -> Iterator[Connection]:
    engine = create_engine(_address(side))
    with engine.begin() as connection:
        yield connection
    engine.dispose()


def _table(connection: Connection) -> str:
    names = inspect(connection).get_table_names()
    return next(name for name in names if name in ("plain", "bench_plain") or name.startswith("bench_plain"))


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
