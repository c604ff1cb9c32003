"""The queue of SQLite's writers."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from runtime import turns
from runtime.db import db, transaction
from runtime.turns import TurnTaking


def connect(path: Path) -> TurnTaking:
    connection: TurnTaking = sqlite3.connect(
        path, isolation_level=None, check_same_thread=False, factory=TurnTaking
    )
    connection.execute("PRAGMA journal_mode=WAL")
    return connection


def test_many_writers_each_get_their_turn(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    connect(path).execute("CREATE TABLE notes (writer INTEGER)")
    together = Barrier(8)

    def write(writer: int) -> None:
        connection = connect(path)
        together.wait()
        for _ in range(20):
            assert connection.begin_writing("a")
            connection.execute("INSERT INTO notes VALUES (?)", (writer,))
            connection.commit()
        connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(8)))
    assert connect(path).execute("SELECT count(*) FROM notes").fetchone() == (160,)


def test_a_rollback_and_a_closed_connection_let_the_next_one_in(tmp_path: Path) -> None:
    first, second, third = (connect(tmp_path / "a.db") for _ in range(3))
    assert first.begin_writing("b")
    first.rollback()
    assert second.begin_writing("b")
    second.close()
    assert third.begin_writing("b")
    third.close()


def test_who_cannot_get_in_is_told_by_name(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "WAIT_SECONDS", 0.05)
    other = sqlite3.connect(db.engine.url.database or "", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(OperationalError, match="locked"), transaction() as session:
        session.execute(text("SELECT 1"))
    other.rollback()
    with transaction() as session:
        session.execute(text("SELECT 1"))
    other.close()
