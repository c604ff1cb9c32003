"""The database: base class, column types, transactions that write, and what happens after a commit."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import DateTime, Engine, MetaData, Text, event
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

from runtime import documents, grams
from runtime.turns import TurnTaking

_writing: ContextVar[bool] = ContextVar("writing", default=False)


PASSING = ("40001", "40P01", "55P03", "57014")  # PostgreSQL: serialization, deadlock, a lock, a time limit
BROKEN = ("53", "58", "25006")  # of PostgreSQL: no room, no memory, a broken disk, one that is read-only
BROKEN_SQLITE = ("SQLITE_FULL", "SQLITE_IOERR", "SQLITE_READONLY", "SQLITE_CANTOPEN")
AWAY = ("08", "57P")  # beginnings of its codes for lost connections and a server that stops or starts


class Base(DeclarativeBase):
    """Base of the product's own tables; the names of constraints are fixed so that migrations can name them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


db = SQLAlchemy(model_class=Base, session_options={"autoflush": False, "expire_on_commit": False})


def engine_options(url: str) -> dict[str, Any]:
    """What SQLAlchemy is told beside the address. A frozen process must not keep its PostgreSQL locks."""
    if url.startswith("sqlite"):
        return {"connect_args": {"factory": TurnTaking}}
    return {"connect_args": {"options": "-c idle_in_transaction_session_timeout=60000"}}


def is_passing(error: DBAPIError) -> bool:
    """Whether the same may work in a moment: others hold what it needs, or the database is away."""
    cause: Any = error.orig
    if isinstance(cause, sqlite3.Error):
        return getattr(cause, "sqlite_errorname", "").startswith(("SQLITE_BUSY", "SQLITE_LOCKED"))
    state = getattr(cause, "sqlstate", None) or ""
    return state in PASSING or state.startswith(AWAY) or error.connection_invalidated or _never_came(error)


def cannot_store(error: DBAPIError) -> bool:
    """Whether the disk under the database is full, read-only or broken: somebody has to mend that."""
    cause: Any = error.orig
    if isinstance(cause, sqlite3.Error):
        return getattr(cause, "sqlite_errorname", "").startswith(BROKEN_SQLITE)
    return (getattr(cause, "sqlstate", None) or "").startswith(BROKEN)


def _never_came(error: DBAPIError) -> bool:
    return isinstance(error, OperationalError) and error.statement is None


class Json(TypeDecorator[Any]):
    """A JSON value as text: key order and Decimals survive, alike on both databases."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else documents.dumps(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else documents.load_stored(value)


class Moment(TypeDecorator[datetime]):
    """An aware UTC datetime; SQLite keeps it as naive UTC text."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


@event.listens_for(Engine, "connect")
def _on_connect(connection: Any, _record: Any) -> None:
    if not isinstance(connection, sqlite3.Connection):
        return
    connection.isolation_level = None  # we send BEGIN ourselves, see _on_begin
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=15000", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
    connection.create_function(
        "fw_grams", 1, grams.of_text, deterministic=True
    )  # the triggers of a search call it


@event.listens_for(Engine, "begin")
def _on_begin(connection: Connection) -> None:
    # A deferred transaction that reads first and writes later fails at once (SQLITE_BUSY_SNAPSHOT)
    # when somebody wrote in between, so a writer takes its lock at the start.
    if connection.dialect.name == "sqlite" and not (_writing.get() and _took_turn(connection)):
        connection.exec_driver_sql("BEGIN IMMEDIATE" if _writing.get() else "BEGIN")


def _took_turn(connection: Connection) -> bool:
    raw = connection.connection.dbapi_connection
    return isinstance(raw, TurnTaking) and raw.begin_writing(str(connection.engine.url.database))


@contextmanager
def writing(on: bool = True) -> Iterator[None]:
    """Transactions begun inside take the write lock at once (SQLite); PostgreSQL needs nothing."""
    token = _writing.set(on)
    try:
        yield
    finally:
        _writing.reset(token)


@contextmanager
def transaction() -> Iterator[Session]:
    """One writing transaction outside a request (jobs, clock, commands): commits, or rolls back and raises."""
    db.session.rollback()
    with writing():
        try:
            yield db.session()
            db.session.commit()
        except BaseException:
            db.session.rollback()
            db.session().info.pop("after_commit", None)  # nothing may have been begun to roll back
            raise


@contextmanager
def rehearsal() -> Iterator[Session]:
    """A transaction that writes, is always rolled back and cannot be committed."""
    db.session.rollback()
    session = db.session()
    session.info["rehearsal"] = True
    with writing():
        try:
            yield session
        finally:
            db.session.rollback()
            session.info.pop("after_commit", None)
            session.info.pop("rehearsal", None)


def is_rehearsed() -> bool:
    """Whether the present transaction is a rehearsal."""
    return "rehearsal" in db.session().info


@event.listens_for(Session, "before_commit")
def _refuse(session: Session) -> None:
    if "rehearsal" in session.info and not session.in_nested_transaction():
        raise RuntimeError("a rehearsal must not be committed")


def after_commit(call: Callable[[], None]) -> None:
    """Run `call` once this transaction has committed; forget it when it rolls back."""
    db.session().info.setdefault("after_commit", []).append(call)


@event.listens_for(Session, "after_commit")
def _run_calls(session: Session) -> None:
    if session.in_nested_transaction():
        return  # only a savepoint was released: nobody else can see the rows yet
    for call in session.info.pop("after_commit", []):
        call()


@event.listens_for(Session, "after_soft_rollback")
def _forget_calls(session: Session, previous: Any) -> None:
    if previous.parent is None:
        session.info.pop("after_commit", None)
