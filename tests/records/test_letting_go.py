"""What becomes of references when the record they point to is deleted, and what a list of references offers."""

import threading
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from runtime.accounts.models import User
from runtime.check import violations
from runtime.db import db, transaction
from runtime.definitions import lookup
from runtime.errors import Conflict, Invalid
from runtime.records import changes, deletion, query, restoring, store, trash
from runtime.records.models import Event, Trashed
from runtime.records.tables import table
from tests.conftest import Queries, both_databases
from tests.records.factory import TRUSTED, field, form_document, give_role, page, shop

CUSTOMER = form_document("customer", {"name": field("text"), "town": field("text")}, title_field="name")
VISIT = form_document(
    "visit",
    {
        "town": field("text"),
        "customer": field("reference", form="customer", on_delete="empty"),
        "guests": field("references", form="customer", on_delete="take_out"),
        "near": field(
            "references",
            form="customer",
            offer={"required": ["town"], "properties": {"town": {"const": {"fact": "record.town"}}}},
        ),
    },
)
NEEDS = form_document(
    "need", {"guests": field("references", form="customer", on_delete="take_out")}, required=["guests"]
)
PAIR = form_document(
    "pair", {"both": {**field("references", form="customer", on_delete="take_out"), "minItems": 2}}
)
IN_ROWS = {
    "empty": field("reference", form="customer", on_delete="empty", fill={"town": "town"}),
    "whole": field("reference", form="customer", on_delete="delete"),
    "town": field("text"),
    "count": field("number", {"default": 1}),
}
TOUR = form_document(
    "tour",
    {
        "stops": field("sub_table", {"type": "array", "items": {"type": "object", "properties": IN_ROWS}}),
        "total": field("formula", formula="SUM(stops.count)", result="number"),
        "host": field("reference", form="customer", on_delete="empty"),
    },
)
NEEDED = {"type": "object", "properties": {"by": IN_ROWS["empty"]}, "required": ["by"]}
TRIP = form_document("trip", {"stops": field("sub_table", {"type": "array", "items": NEEDED, "minItems": 1})})
ALL = ["create", "read", "update", "delete"]
ROLES = {
    "clerk": [
        {"form": "customer", "actions": ALL, "scope": "all"},
        {"form": "visit", "actions": ["create", "read"], "scope": "all"},
    ]
}


@pytest.fixture
def clerk(app: Flask, bob: User) -> User:
    shop(CUSTOMER, VISIT, NEEDS, PAIR, TOUR, TRIP, roles=ROLES)
    give_role(bob)
    return bob


def saved(key: str, **values: object) -> int:
    with transaction():
        return store.save(TRUSTED, lookup.form("shop", key), values).id


def delete(user: User, record_id: int) -> None:
    with transaction():
        deletion.delete(page(user), lookup.form("shop", "customer"), record_id)


@both_databases
def test_a_reference_is_emptied_and_a_list_loses_the_record_that_goes(clerk: User) -> None:
    acme, ohm = saved("customer", name="Acme"), saved("customer", name="Ohm")
    visit = saved("visit", customer=acme, guests=[ohm, acme])

    delete(clerk, acme)

    form = lookup.form("shop", "visit")
    values = query.get(clerk, form, visit).values
    assert values.get("customer") is None
    assert values["guests"] == [ohm]
    told = db.session.scalars(select(Event).where(Event.record_id == visit, Event.kind == "updated")).all()
    assert [event.user_id for event in told] == [clerk.id]
    assert violations() == []


@both_databases
def test_the_last_one_of_a_required_list_stays(clerk: User) -> None:
    acme, ohm = saved("customer", name="Acme"), saved("customer", name="Ohm")
    saved("need", guests=[acme, ohm])
    delete(clerk, acme)

    with pytest.raises(Conflict) as refused:
        delete(clerk, ohm)
    db.session.rollback()

    assert refused.value.code == "referred_to"
    assert db.session.scalar(select(table(lookup.form("shop", "need")).c.guests)) == [ohm]


@both_databases
def test_a_list_that_would_be_too_short_stays(clerk: User) -> None:
    acme, ohm = saved("customer", name="Acme"), saved("customer", name="Ohm")
    saved("pair", both=[acme, ohm])

    with pytest.raises(Conflict) as refused:
        delete(clerk, ohm)
    db.session.rollback()

    assert refused.value.code == "referred_to"


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
@pytest.mark.parametrize("becomes", ["another", "gone"])
def test_what_points_elsewhere_once_it_is_locked_stays_as_it_is(
    app: Flask, clerk: User, monkeypatch: pytest.MonkeyPatch, becomes: str
) -> None:
    acme, ohm = saved("customer", name="Acme"), saved("customer", name="Ohm")
    visit = saved("visit", customer=acme, guests=[acme, ohm])
    found = deletion._referring_ids

    def meanwhile() -> None:
        with app.app_context():
            form = lookup.form("shop", "visit")
            with transaction():
                if becomes == "gone":
                    deletion.delete(TRUSTED, form, visit)
                else:
                    store.save(TRUSTED, form, {"customer": ohm}, record_id=visit)

    def read_then_changed(*asked: Any) -> list[int]:
        ids = found(*asked)
        if ids == [visit] and trash.holds(lookup.form("shop", "customer"), acme):
            monkeypatch.setattr(deletion, "_referring_ids", found)
            other = threading.Thread(target=meanwhile)
            other.start()
            other.join()
        return ids

    monkeypatch.setattr(deletion, "_referring_ids", read_then_changed)
    delete(clerk, acme)

    left = db.session.execute(select(table(lookup.form("shop", "visit")))).mappings().all()
    assert [(row["customer"], row["guests"]) for row in left] == (
        [(ohm, [ohm])] if becomes == "another" else []
    )


def test_a_list_takes_only_what_it_offers_and_asks_again_when_that_changes(clerk: User) -> None:
    here, there = saved("customer", name="Acme", town="Bern"), saved("customer", name="Ohm", town="Bonn")
    visit = saved("visit", town="Bern", near=[here])
    form = lookup.form("shop", "visit")

    for values in ({"near": [here, there]}, {"town": "Bonn"}):
        with pytest.raises(Invalid) as refused:
            store.save(TRUSTED, form, values, record_id=visit)
        db.session.rollback()
        assert [(problem.path, problem.code) for problem in refused.value.problems] == [
            (("near",), "not_available")
        ]
    with transaction():
        store.save(TRUSTED, form, {"town": "Bonn", "near": [there]}, record_id=visit)


def test_all_that_a_list_holds_is_read_at_once(clerk: User, queries: Queries) -> None:
    shops = [saved("customer", name=f"Shop {number}", town="Bern") for number in range(8)]
    form = lookup.form("shop", "visit")
    own = table(lookup.form("shop", "customer")).name

    def asked(near: list[int]) -> int:
        queries.clear()
        store.judge(page(clerk), form, {"town": "Bern", "near": near})
        return len([each for each in queries.statements if f"FROM {own}" in each])

    assert asked(shops) == asked(shops[:2])


@both_databases
def test_cells_of_rows_are_emptied_and_rows_leave_their_record_in_one_change(clerk: User) -> None:
    acme, ohm = saved("customer", name="Acme", town="Bonn"), saved("customer", name="Ohm")
    rows = [{"empty": acme}, {"whole": acme, "count": 5}, {"whole": ohm, "empty": acme}, {"empty": ohm}]
    tour = saved("tour", stops=rows, host=acme)
    delete(clerk, acme)
    after = _values(tour)
    assert [(row.get("empty"), row.get("whole"), row.get("town")) for row in after["stops"]] == [
        (None, None, "Bonn"),
        (None, ohm, "Bonn"),
        (ohm, None, None),
    ]
    assert after["total"] == 3 and "host" not in after
    told = db.session.scalars(select(Event).where(Event.record_id == tour, Event.kind == "updated")).all()
    assert [set(event.changed) for event in told] == [{"stops", "total", "host"}]
    assert violations() == []


def test_a_record_stays_where_a_row_cannot_do_without_it(clerk: User) -> None:
    acme, ohm = saved("customer", name="Acme"), saved("customer", name="Ohm")
    trip = saved("trip", stops=[{"by": acme}, {"by": ohm}])
    with pytest.raises(Conflict) as refused:
        delete(clerk, acme)
    assert refused.value.code == "referred_to" and "1 record of Trip" in refused.value.message
    assert len(_values(trip, "trip")["stops"]) == 2


def test_what_comes_back_from_the_trash_finds_the_rows_as_they_are_now(clerk: User) -> None:
    acme = saved("customer", name="Acme")
    tour = saved("tour", stops=[{"whole": acme}, {"empty": acme, "count": 2}])
    delete(clerk, acme)
    with transaction():
        kept = db.session.scalars(select(Trashed).where(Trashed.record_id == acme)).one()
        restoring.restore(page(clerk), lookup.form("shop", "customer"), kept)
    assert [row["count"] for row in _values(tour)["stops"]] == [2]
    assert violations() == []


def _values(record_id: int, form: str = "tour") -> dict[str, Any]:
    with transaction():
        found = lookup.form("shop", form)
        return changes.locked(TRUSTED, found, record_id, "update").values
