"""An import whose worker is killed in the middle: every row becomes one record."""

import io
from collections.abc import Callable
from typing import Any, TypeVar

import pytest
from flask import Flask
from sqlalchemy import func, select

from runtime.accounts.models import User
from runtime.db import db, transaction
from runtime.definitions import lookup
from runtime.records.tables import table
from runtime.transfer import importing
from runtime.transfer.models import Import
from tests.conftest import _app_for
from tests.support.system import System, wait_for

# Daily, the same is shown in one process, where the worker dies between any two lines.
pytestmark = [pytest.mark.slow, pytest.mark.full, pytest.mark.timeout(400)]
ROWS = 1_000
Result = TypeVar("Result")


def beside(system: System) -> Flask:
    """The application on the same database and folder, in this process."""
    url = system.environ["DATABASE_URL"] or f"sqlite:///{system.home / 'formwright.db'}"
    return _app_for(url, home=system.home)


class Own:
    """The only import, seen from beside."""

    def __init__(self, app: Flask) -> None:
        self.app = app

    def get(self, look: Callable[[Import], Result]) -> Result:
        with self.app.app_context():
            return look(db.session.scalars(select(Import)).one())

    def act(self, deed: Callable[[Import], Any]) -> None:
        with self.app.app_context(), transaction() as session:
            deed(session.scalars(select(Import)).one())

    def becomes(self, state: str) -> None:
        wait_for(lambda: self.get(lambda own: own.state) == state, 120, f"the import to be {state}")


def check(own: Import) -> None:
    own.options = {
        "mode": "create",
        "key": "",
        "automations": False,
        "clear": False,
        "dates": "ymd",
        "commas": False,
    }
    importing.check(own)


@pytest.mark.parametrize("system", ["sqlite", "postgres"], indirect=True)
def test_a_worker_that_is_killed_in_the_middle_of_an_import_loses_and_doubles_nothing(
    system: System, token: str
) -> None:
    app = beside(system)
    own = Own(app)
    content = "Name\n" + "".join(f"Row {number:05}\n" for number in range(ROWS))
    with app.app_context():
        user = db.session.scalars(select(User)).one()
        importing.begin(user, lookup.form("crash", "parcel"), "rows.csv", io.BytesIO(content.encode()))
    own.becomes("columns")
    own.act(check)
    own.becomes("checked")
    own.act(importing.run)

    wait_for(lambda: own.get(importing.counts).get("created", 0) > ROWS // 10, 60, "some rows")
    system.kill("worker")
    left = own.get(importing.counts).get("ready", 0)
    own.becomes("done")

    assert left, "it was killed in the middle"
    assert own.get(importing.counts) == {"created": ROWS}
    with app.app_context():
        names = table(lookup.form("crash", "parcel")).c.name
        assert db.session.execute(select(func.count(), func.count(names.distinct()))).one() == (ROWS, ROWS)
        db.session.remove()
        db.engine.dispose()
    assert system.check()["violations"] == []
