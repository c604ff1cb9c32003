"""The ground layer: settings, JSON, transactions."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import select

from runtime import documents
from runtime.accounts.models import User
from runtime.db import after_commit, db, transaction
from runtime.registry import Registry
from tests.conftest import both_databases, make_user


@both_databases
def test_a_stored_user_is_read_back(app: object) -> None:
    make_user("Dora")
    assert db.session.scalar(select(User.name)) == "Dora"


def test_after_commit_runs_only_after_a_commit(app: object) -> None:
    rung: list[str] = []
    with pytest.raises(RuntimeError), transaction():
        after_commit(lambda: rung.append("rolled back"))
        raise RuntimeError
    with transaction():
        after_commit(lambda: rung.append("committed"))
        assert rung == []
    assert rung == ["committed"]


def test_after_commit_waits_for_the_commit_of_the_whole_transaction(app: object) -> None:
    rung: list[str] = []
    with transaction() as session:
        with session.begin_nested():
            after_commit(lambda: rung.append("inside"))
        assert rung == []
    assert rung == ["inside"]


@pytest.mark.parametrize("text", ['{"a":1,"a":2}', "[NaN]", "[1e400]", '"\\ud800"', "[" * 60 + "]" * 60, "{"])
def test_unfit_json_is_refused_with_a_value_error(text: str) -> None:
    with pytest.raises(ValueError):
        documents.loads(text)


def test_threads_that_ask_at_once_all_see_every_plug_in() -> None:
    fields: Registry[Any] = Registry("runtime.fields")
    together = Barrier(8)

    def ask(_: int) -> int:
        together.wait()
        return len(fields)

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(ask, range(8)))) == 1
