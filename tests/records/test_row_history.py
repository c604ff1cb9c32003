"""Events of many rows keep what changed of them, and tell all rows as if they kept them."""

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text

from runtime import timeline
from runtime.accounts.models import User
from runtime.db import db, transaction
from runtime.definitions import lookup
from runtime.records import history, query, row_history, store
from runtime.records.models import Event
from tests.conftest import both_databases
from tests.forms.test_row_pages import QUOTE, priced
from tests.records import factory

Rows = list[dict[str, Any]]
with_app = pytest.mark.usefixtures("app")
MANY = row_history.FEW + 10


@st.composite
def lives(draw: st.DrawFn) -> list[Rows]:
    """Rows as they are after each of some changes."""
    rows: Rows = [{"id": number, "price": number} for number in range(1, MANY + 1)]
    found, following = [rows], MANY + 1
    for _change in range(draw(st.integers(1, 6))):
        rows = [dict(row) for row in rows]
        for _row in range(draw(st.integers(0, 3))):
            at = draw(st.integers(0, len(rows) - 1))
            match draw(st.sampled_from(["change", "remove", "add", "move", "clear"])):
                case "change":
                    rows[at]["price"] = draw(st.integers(0, 3))
                case "clear":
                    rows[at].pop("price", None)
                case "remove":
                    rows.pop(at)
                case "add":
                    rows.insert(at, {"id": following})
                    following += 1
                case "move":
                    rows.insert(draw(st.integers(0, len(rows) - 1)), rows.pop(at))
        found.append(rows)
    return found


@given(lives())
def test_all_rows_are_read_back_from_what_is_kept_of_their_changes(life: list[Rows]) -> None:
    kept = [{"lines": life[0]}]
    for was, becomes in pairwise(life):
        kept.append(row_history.packed({"lines": was}, {"lines": becomes}, ["lines"])[1])
        assert row_history.rows_of("lines", kept) == becomes


def quote(count: int = 2 * MANY) -> store.Saved:
    factory.shop(QUOTE)
    with transaction():
        return store.save(factory.TRUSTED, lookup.form("shop", "quote"), {"lines": priced(count)})


def changed(record_id: int, change: Any) -> Rows:
    """The rows after a change of them."""
    with transaction():
        form = lookup.form("shop", "quote")
        rows = history.values_at(form, record_id, last(record_id).revision)["lines"]
        saved = store.save(factory.TRUSTED, form, {"lines": change(list(rows))}, record_id=record_id)
        return list(saved.values["lines"])


def last(record_id: int) -> Event:
    own = select(Event).where(Event.record_id == record_id).order_by(Event.id.desc()).limit(1)
    return db.session.scalars(own).one()


def size(record_id: int) -> int:
    kept = "length(cast(before as text)) + length(cast(after as text))"
    asked = text(f"SELECT {kept} FROM events WHERE id = {last(record_id).id}")
    return int(db.session.execute(asked).scalar_one())


def dearer(at: int) -> Any:
    return lambda rows: [*rows[:at], {**rows[at], "price": 1000 + at}, *rows[at + 1 :]]


CHANGES = {
    "a cell": dearer(7),
    "a row gone": lambda rows: [*rows[:7], *rows[8:]],
    "a new row": lambda rows: [*rows[:7], {"price": 5}, *rows[7:]],
    "a row moved": lambda rows: [*rows[:7], rows[8], rows[7], *rows[9:]],
}


@both_databases
@with_app
@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_an_event_keeps_the_rows_that_changed_and_tells_all(change: Any) -> None:
    record = quote()
    first = size(record.id)
    rows = changed(record.id, change)
    assert size(record.id) * 10 < first
    db.session.rollback()
    event = last(record.id)
    assert event.after["lines"] == rows and event.before["lines"] == record.values["lines"]
    assert event.after["total"] == sum(row["price"] for row in rows)


@with_app
def test_versions_further_back_than_all_rows_are_kept_are_told_too() -> None:
    record = quote()
    lived = [changed(record.id, dearer(number)) for number in range(row_history.STEPS + 3)]
    form = lookup.form("shop", "quote")
    told = [history.version(form, record.id, number).after["lines"] for number in range(2, len(lived) + 2)]
    assert told == lived


@with_app
def test_rows_that_another_version_saved_are_kept_as_a_whole() -> None:
    record = quote()
    factory.shop({**QUOTE, "properties": {**QUOTE["properties"], "note": factory.field("text")}})
    first = size(record.id)
    rows = changed(record.id, dearer(7))
    assert size(record.id) > first and last(record.id).after["lines"] == rows


@with_app
def test_the_timeline_names_the_row_and_the_cell_of_a_change_in_many(alice: User) -> None:
    record = quote()
    changed(record.id, dearer(107))
    form = lookup.form("shop", "quote")
    [entry, _made] = timeline.entries(alice, form, query.get(alice, form, record.id))
    assert [(each.title, each.old, each.new) for each in entry.changes if each.key == "lines.price"] == [
        ("Items, row 108, Price", "CN¥108.00", "CN¥1,107.00")
    ]


@with_app
def test_a_token_of_a_change_that_is_sent_again_gives_all_rows() -> None:
    record = quote()
    form = lookup.form("shop", "quote")
    rows = dearer(3)(record.values["lines"])
    for _time in range(2):
        with transaction():
            saved = store.save(factory.TRUSTED, form, {"lines": rows}, record_id=record.id, token="once")
        assert len(saved.values["lines"]) == 2 * MANY and saved.values["lines"][3]["price"] == 1003
    assert saved.repeated


@with_app
def test_the_timeline_says_also_of_a_changed_row_that_it_stands_elsewhere(alice: User) -> None:
    record = quote()
    changed(record.id, lambda rows: [*rows[:7], rows[8], {**rows[7], "price": 1007}, *rows[9:]])
    form = lookup.form("shop", "quote")
    [entry, _made] = timeline.entries(alice, form, query.get(alice, form, record.id))
    told = [(each.title, each.new) for each in entry.changes if each.key.startswith("lines")]
    assert ("Items", "the rows stand in another order") in told and len(told) == 3
