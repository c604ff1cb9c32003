"""The trash: what comes back, what keeps a record from it, and what is left of one that is removed for good."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from runtime import jobs, outbox
from runtime.accounts.models import User
from runtime.check import violations
from runtime.db import db, transaction
from runtime.definitions import lookup
from runtime.errors import Conflict, Invalid, NotFound
from runtime.records import deletion, query, restoring, store, trash
from runtime.records.models import Event, Trashed
from runtime.records.rows import Record
from runtime.records.store import Actor
from tests.conftest import both_databases
from tests.records.factory import TRUSTED, field, form_document, give_role, page, shop

AREA = form_document("area", {"name": field("text")}, title_field="name")
CUSTOMER = form_document(
    "customer",
    {
        "name": field("text"),
        "area": field("reference", form="area"),
        "visits": field("roll_up", function="count", form="visit", reference="customer"),
    },
    title_field="name",
    unique=[["name"]],
)
LINES = {
    "type": "array",
    "items": {"type": "object", "properties": {"text": field("text")}},
    "fw": {"type": "sub_table"},
}
VISIT = form_document(
    "visit",
    {
        "customer": field("reference", form="customer", on_delete="delete"),
        "others": field("references", form="customer"),
        "lines": LINES,
    },
    required=("customer",),
)


@pytest.fixture
def clerk(app: Flask, bob: User) -> User:
    shop(AREA, CUSTOMER, VISIT)
    give_role(bob)
    return bob


def save(key: str, **values: Any) -> int:
    with transaction():
        return store.save(TRUSTED, lookup.form("shop", key), values).id


def delete(user: User, key: str, record_id: int) -> None:
    with transaction():
        deletion.delete(page(user), lookup.form("shop", key), record_id)


def restore(user: User, key: str, record_id: int) -> tuple[str, ...]:
    form = lookup.form("shop", key)
    with transaction():
        return restoring.restore(page(user), form, trash.one(page(user), form, record_id))


def read(user: User, key: str, record_id: int) -> Record:
    return query.get(user, lookup.form("shop", key), record_id)


def in_trash(user: User, key: str) -> list[int]:
    db.session.rollback()
    return [row.record_id for row in trash.page(user, lookup.form("shop", key), None, 50)]


def work() -> None:
    while ids := outbox.due_ids():
        for outbox_id in ids:
            jobs.work(outbox_id)


@both_databases
def test_a_record_comes_back_with_all_that_went_with_it(clerk: User) -> None:
    # given a customer whom visits count for, one of them with rows and a list
    area, other = save("area", name="North"), save("customer", name="Bolt")
    acme = save("customer", name="Acme", area=area)
    visit = save("visit", customer=acme, others=[other], lines=[{"text": "one"}, {"text": "two"}])
    before = {key: read(clerk, key, each) for key, each in (("customer", acme), ("visit", visit))}
    delete(clerk, "customer", acme)
    assert (in_trash(clerk, "customer"), in_trash(clerk, "visit")) == ([acme], [visit])
    assert violations() == []

    # when it is brought back
    assert restore(clerk, "customer", acme) == ()

    # then all of it is as it was, but for its revision
    assert in_trash(clerk, "customer") == in_trash(clerk, "visit") == []
    for key, was in before.items():
        now = read(clerk, key, was.id)
        assert (now.values, now.created_at, now.owner_id, now.revision) == (
            was.values,
            was.created_at,
            was.owner_id,
            was.revision + 2,
        )
    assert violations() == []
    form_id = lookup.form("shop", "customer").definition_id
    kinds = select(Event.kind).where(Event.record_id == acme, Event.form_id == form_id).order_by(Event.id)
    assert list(db.session.scalars(kinds)) == ["created", "deleted", "restored"]
    # and it can be changed and deleted again
    with transaction():
        store.save(page(clerk), lookup.form("shop", "visit"), {"lines": None}, record_id=visit)
    delete(clerk, "customer", acme)
    restore(clerk, "customer", acme)
    assert read(clerk, "visit", visit).values == {"customer": acme, "others": [other]}


@both_databases
def test_what_keeps_a_record_from_coming_back_is_said_and_nothing_changes(clerk: User) -> None:
    # given a deleted customer whose name another one has by now, and a visit whose customer is gone
    area = save("area", name="North")
    acme = save("customer", name="Acme", area=area)
    visit = save("visit", customer=acme)
    delete(clerk, "visit", visit)
    delete(clerk, "customer", acme)
    again = save("customer", name="Acme")
    count = select(func.count()).select_from(Event)
    events = db.session.scalar(count)

    # then neither comes back
    with pytest.raises(Invalid) as taken:
        restore(clerk, "customer", acme)
    assert [each.code for each in taken.value.problems] == ["unique"]
    with pytest.raises(Conflict) as gone:
        restore(clerk, "visit", visit)
    assert (gone.value.code, "customer" in gone.value.message) == ("reference_gone", True)
    assert db.session.scalar(count) == events
    assert (in_trash(clerk, "customer"), in_trash(clerk, "visit")) == ([acme], [visit])

    # but once the name is free both do, and what need not be there is left empty
    delete(clerk, "customer", again)
    delete(clerk, "area", area)
    assert restore(clerk, "customer", acme) == ("area",)
    assert read(clerk, "customer", acme).values == {"name": "Acme", "visits": 0}
    restore(clerk, "visit", visit)
    assert read(clerk, "customer", acme).values["visits"] == 1
    assert violations() == []


@both_databases
def test_after_its_days_a_record_is_removed_with_all_that_its_history_told(clerk: User) -> None:
    kept = save("customer", name="Bolt")
    acme = save("customer", name="Acme")
    visit = save("visit", customer=acme, lines=[{"text": "secret"}])
    delete(clerk, "customer", acme)
    with time_machine.travel(datetime.now(UTC) + timedelta(days=29, hours=23), tick=False):
        work()
    db.session.add(clerk)
    assert in_trash(clerk, "customer") == [acme]

    with time_machine.travel(datetime.now(UTC) + timedelta(days=30, minutes=1), tick=False):
        assert in_trash(clerk, "customer") == []
        with pytest.raises(NotFound):
            restore(clerk, "customer", acme)
        work()

    db.session.add(clerk)
    assert db.session.scalar(select(func.count()).select_from(Trashed)) == 0
    told = db.session.execute(select(Event.record_id, Event.kind, Event.kept_before, Event.kept_after)).all()
    gone = [
        (kind, before or after)
        for each, kind, before, after in told
        if each in (acme, visit) and each != kept
    ]
    assert ("purged", {}) in gone
    assert [values for kind, values in gone if "secret" in str(values) or "Acme" in str(values)] == []
    assert read(clerk, "customer", kept).values["name"] == "Bolt"
    assert violations() == []


def test_a_removal_that_was_asked_for_is_done_once_and_takes_along_what_went(
    clerk: User, alice: User
) -> None:
    acme = save("customer", name="Acme")
    visits = [save("visit", customer=acme) for _number in range(2)]
    delete(clerk, "customer", acme)
    form = lookup.form("shop", "visit")

    # one of the visits alone, then the customer with the other
    with transaction():
        assert trash.doom(alice, trash.some(page(alice), form, visits[:1])) == 1
    with transaction():
        assert trash.doom(alice, [trash.one(page(alice), lookup.form("shop", "customer"), acme)]) == 2
    assert in_trash(alice, "visit") == []
    work()

    purged = select(Event.record_id, Event.user_id).where(Event.kind == "purged").order_by(Event.id)
    assert sorted(map(tuple, db.session.execute(purged))) == sorted(
        (each, alice.id) for each in (acme, *visits)
    )
    assert db.session.scalar(select(func.count()).select_from(Trashed)) == 0


def test_the_trash_shows_only_what_somebody_might_read_and_delete(
    app: Flask, bob: User, charlie: User
) -> None:
    own = {"form": "area", "actions": ["create", "read", "update", "delete"], "scope": "own"}
    whole = {"form": "area", "actions": ["read"], "scope": "all"}
    shop(AREA, roles={"clerk": [own], "reader": [own, whole]})
    give_role(bob)
    give_role(charlie, "reader")
    with transaction():
        area = store.save(page(bob), lookup.form("shop", "area"), {"name": "North"}).id
    delete(bob, "area", area)

    assert (in_trash(bob, "area"), in_trash(charlie, "area")) == ([area], [])
    with pytest.raises(NotFound):
        restore(charlie, "area", area)


def test_a_restored_record_starts_nothing_but_its_timers(clerk: User) -> None:
    acme = save("customer", name="Acme")
    delete(clerk, "customer", acme)
    heard: list[str] = []
    store.AFTER_EVENT.append(lambda _session, event, _form: heard.append(event.kind))
    try:
        restore(clerk, "customer", acme)
    finally:
        store.AFTER_EVENT.pop()
    assert heard == ["restored"]
    assert Actor(clerk, "page").as_trusted().user is clerk
