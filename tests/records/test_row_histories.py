"""Whatever is done with a record of many rows, its events read back as if each of them held all rows."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from runtime import documents, timeline
from runtime.accounts.models import User
from runtime.db import db, transaction
from runtime.definitions import lookup
from runtime.errors import Conflict
from runtime.fields import FIELD_TYPES
from runtime.fields.sub_table import can_be_column
from runtime.records import (
    changes,
    deletion,
    history,
    query,
    restoring,
    row_history,
    store,
    taking_back,
    trash,
)
from runtime.records.models import Event
from runtime.records.sources import Actor
from tests.conftest import both_databases
from tests.records.factory import TRUSTED, field, form_document, shop

Rows = list[dict[str, Any]]
Done = Callable[["Life", int], None]
ELSEWHERE = ("formula", "lookup", "reference", "member", "department")  # they need more than a value
KINDS = [
    kind
    for kind in FIELD_TYPES.values()
    if kind.stored and can_be_column(kind) and kind.name not in ELSEWHERE
]
COLUMNS = {
    "amount": field("formula", formula="number * percent"),
    **{kind.name: field(kind.name, kind.example_schema, **kind.example_options) for kind in KINDS},
}
MANY = row_history.FEW + 5


def quote(columns: dict[str, Any] = COLUMNS) -> dict[str, Any]:
    items = {"type": "object", "properties": columns}
    return form_document("quote", {"lines": field("sub_table", {"type": "array", "items": items})})


class Life:
    """One record of many rows."""

    def __init__(self, user: User) -> None:
        self.user = user
        rows = [{"number": number, **cells(number)} for number in range(MANY)]
        with transaction():
            self.id = store.save(TRUSTED, self.form, {"lines": rows}).id

    @property
    def form(self) -> Any:
        return lookup.form("shop", "quote")

    @property
    def rows(self) -> Rows:
        return list(changes.locked(TRUSTED, self.form, self.id, "update").values.get("lines", ()))

    def save(self, rows: Rows, **how: Any) -> None:
        store.save(TRUSTED, self.form, {"lines": rows}, record_id=self.id, **how)

    def fill(self) -> None:
        """Let there be many rows again."""
        rows = self.rows
        if len(rows) < MANY:
            self.save([*rows, *({"number": number} for number in range(MANY - len(rows)))])

    def events(self) -> list[Event]:
        return db.session.query(Event).filter_by(record_id=self.id).order_by(Event.id).all()


def cells(number: int) -> dict[str, Any]:
    """A cell of each type, another one in the next row."""
    return {
        kind.name: kind.examples[number % len(kind.examples)][1] for kind in KINDS if kind.name != "number"
    }


def change(life: Life, at: int) -> None:
    rows = life.rows
    rows[at] = {"id": rows[at]["id"], "number": 1000 + at, **cells(at + 1)}
    life.save(rows)


def empty_and_move(life: Life, at: int) -> None:
    rows = life.rows
    rows.insert(at // 2, {"id": rows.pop(at)["id"]})
    life.save(rows, token=f"{life.id}:{at}")


def add_and_remove(life: Life, at: int) -> None:
    rows = life.rows
    life.save([*rows[: at - 1], *rows[at:], {"number": at}, {"number": 7}])


def change_most(life: Life, at: int) -> None:
    life.save([{**row, "number": at} for row in life.rows])


def clear_and_bring_back(life: Life, at: int) -> None:
    rows = life.rows
    life.save([])
    life.save([{key: cell for key, cell in row.items() if key != "id"} for row in rows])


def change_alone(life: Life, at: int) -> None:
    rows = life.rows
    life.save([*rows[:at], {**rows[at], "text": f"alone {at}"}, *rows[at + 1 :]], alone=True)


def delete_and_restore(life: Life, at: int) -> None:
    deletion.delete(TRUSTED, life.form, life.id)
    restoring.restore(TRUSTED, life.form, trash.one(TRUSTED, life.form, life.id))


def take_back(life: Life, at: int) -> None:
    event = next(each for each in reversed(life.events()) if each.kind != "deleted")
    if event.kind == "updated":
        try:
            taking_back.take_back(Actor(life.user, "page"), life.form, event)
        except Conflict:
            db.session.rollback()


def bring_back(life: Life, at: int) -> None:
    then = history.values_at(life.form, life.id, 1 + at % life.events()[-1].revision).get("lines", [])
    there = {row["id"] for row in life.rows}
    life.save([{**row} if row["id"] in there else {"number": at} for row in then])


def publish(life: Life, at: int) -> None:
    shop(quote({**COLUMNS, **({"more": field("text")} if at % 2 else {})}))


DEEDS: list[Done] = [change, empty_and_move, add_and_remove, change_most, clear_and_bring_back, change_alone]
DEEDS += [delete_and_restore, take_back, bring_back, publish]


class Heard(dict[int, tuple[str, str]]):
    """By id what each event was told to keep, with all rows."""

    def listen(self, _session: Any, event: Event, _form: Any) -> None:
        self[event.id] = documents.dumps(event.kept_before), documents.dumps(event.kept_after)

    def __repr__(self) -> str:
        return f"{len(self)} events"


@pytest.fixture
def heard() -> Iterator[Heard]:
    """What every event of the test was told to keep."""
    found = Heard()
    listen = found.listen
    changes.AFTER_EVENT.append(listen)
    yield found
    changes.AFTER_EVENT.remove(listen)


@both_databases
@settings(
    phases=(Phase.generate,),
    max_examples=3,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    deadline=None,
)
@given(
    st.lists(
        st.tuples(st.sampled_from([change, *DEEDS]), st.integers(1, MANY - 10)), min_size=10, max_size=14
    )
)
def test_events_read_back_as_if_each_held_all_rows(
    app: Flask, alice: User, heard: Heard, deeds: list[tuple[Done, int]]
) -> None:
    shop(quote())
    life = Life(alice)
    for deed, at in deeds:
        if deed is publish:
            publish(life, at)
            continue
        with transaction():
            life.fill()
            deed(life, at)
    db.session.rollback()
    for event in life.events():
        before, after = heard[event.id]
        assert event.before == documents.load_stored(before), (event.id, deeds)
        assert event.after == documents.load_stored(after), (event.id, deeds)
    assert life.events()[-1].after.get("lines", []) == life.rows
    assert timeline.entries(alice, life.form, query.get(alice, life.form, life.id))
