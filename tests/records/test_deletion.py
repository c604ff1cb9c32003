"""Deleting records: history, what stops it, what goes with it."""

import pytest
from flask import Flask
from sqlalchemy import select

from runtime.accounts.models import User
from runtime.db import db, transaction
from runtime.definitions import lookup
from runtime.errors import Conflict, Forbidden, NotFound
from runtime.records import deletion, query, store
from runtime.records.models import Event
from runtime.records.tables import table
from tests.conftest import Queries, both_databases
from tests.records.factory import TRUSTED, field, form_document, give_role, page, shop

CUSTOMER = form_document("customer", {"name": field("text")}, title_field="name")
VISIT = form_document("visit", {"customer": field("reference", form="customer")})
REMINDER = form_document("reminder", {"visit": field("reference", form="visit", on_delete="delete")})
ROLES = {
    "clerk": [
        {"form": "customer", "actions": ["create", "read", "delete"], "scope": "all"},
        {"form": "visit", "actions": ["create", "read", "delete"], "scope": "all"},
    ],
    "reader": [{"form": "customer", "actions": ["read"], "scope": "all"}],
}


@pytest.fixture
def clerk(app: Flask, bob: User) -> User:
    shop(CUSTOMER, VISIT, REMINDER, roles=ROLES)
    give_role(bob)
    return bob


def saved(actor: store.Actor, form_key: str, values: dict[str, object]) -> int:
    with transaction():
        return store.save(actor, lookup.form("shop", form_key), values).id


def delete(actor: store.Actor, form_key: str, record_id: int, revision: int | None = None) -> None:
    with transaction():
        deletion.delete(actor, lookup.form("shop", form_key), record_id, revision=revision)


@both_databases
def test_a_deleted_record_is_gone_but_its_history_keeps_the_values(clerk: User) -> None:
    acme = saved(page(clerk), "customer", {"name": "Acme"})
    delete(page(clerk), "customer", acme, revision=1)
    with pytest.raises(NotFound):
        query.get(clerk, lookup.form("shop", "customer"), acme)
    event = db.session.scalars(select(Event).order_by(Event.id.desc())).first()
    assert event is not None
    assert (event.kind, event.before, event.after, event.changed) == (
        "deleted",
        {"name": "Acme"},
        {},
        ["name"],
    )


@both_databases
def test_a_record_that_others_refer_to_stays_and_they_are_named(clerk: User) -> None:
    acme = saved(page(clerk), "customer", {"name": "Acme"})
    saved(page(clerk), "visit", {"customer": acme})
    saved(page(clerk), "visit", {"customer": acme})
    with pytest.raises(Conflict) as caught:
        delete(page(clerk), "customer", acme)
    assert caught.value.code == "referred_to"
    assert "2 records of Visit" in caught.value.message
    assert query.get(clerk, lookup.form("shop", "customer"), acme).id == acme


@both_databases
def test_what_was_made_to_go_with_a_record_goes_with_it_and_leaves_its_own_event(clerk: User) -> None:
    visit = saved(page(clerk), "visit", {})
    reminder = saved(TRUSTED, "reminder", {"visit": visit})
    delete(page(clerk), "visit", visit)
    deleted = select(Event.form_id, Event.record_id, Event.user_id).where(Event.kind == "deleted")
    form_id = lookup.form("shop", "reminder").definition_id
    assert (form_id, reminder, clerk.id) in [tuple(row) for row in db.session.execute(deleted)]


@both_databases
def test_the_id_of_a_deleted_record_is_never_given_again(clerk: User) -> None:
    first = saved(page(clerk), "customer", {"name": "Acme"})
    delete(page(clerk), "customer", first)
    assert saved(page(clerk), "customer", {"name": "Bolt"}) > first


def test_who_may_only_read_may_not_delete(clerk: User, charlie: User) -> None:
    acme = saved(page(clerk), "customer", {"name": "Acme"})
    with pytest.raises(NotFound):
        delete(page(charlie), "customer", acme)
    give_role(charlie, "reader")
    with pytest.raises(Forbidden):
        delete(page(charlie), "customer", acme)


def test_an_old_revision_is_not_deleted(clerk: User) -> None:
    acme = saved(page(clerk), "customer", {"name": "Acme"})
    with pytest.raises(Conflict) as caught:
        delete(page(clerk), "customer", acme, revision=2)
    assert caught.value.code == "stale"


def test_who_may_not_delete_a_record_locks_nothing_that_goes_with_it(
    app: Flask, bob: User, queries: Queries
) -> None:
    total = field("roll_up", function="count", form="visit", reference="customer")
    goes = field("reference", form="customer", on_delete="delete")
    further = field("reference", form="visit", on_delete="delete")
    forms = (
        form_document("customer", {"name": field("text"), "visits": total}),
        form_document("visit", {"customer": goes}),
        form_document("reminder", {"visit": further}),
    )
    shop(*forms, roles=ROLES)
    give_role(bob, "reader")
    acme = saved(TRUSTED, "customer", {"name": "Acme"})
    saved(TRUSTED, "visit", {"customer": acme})
    visits = table(lookup.form("shop", "visit")).name
    queries.clear()
    with pytest.raises(Forbidden):
        delete(page(bob), "customer", acme)
    assert not [each for each in queries.statements if visits in each]


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_what_goes_with_what_goes_with_a_record_is_locked_before_what_counts_it(
    app: Flask, queries: Queries
) -> None:
    of_visits = field("roll_up", function="count", form="reminder", reference="visit")
    goes = field("reference", form="customer", on_delete="delete")
    further = field("reference", form="visit", on_delete="delete")
    shop(
        form_document("customer", {"name": field("text")}),
        form_document("visit", {"customer": goes, "reminders": of_visits}),
        form_document("reminder", {"visit": further}),
    )
    acme = saved(TRUSTED, "customer", {"name": "Acme"})
    visit = saved(TRUSTED, "visit", {"customer": acme})
    saved(TRUSTED, "reminder", {"visit": visit})
    queries.clear()
    delete(TRUSTED, "customer", acme)
    locks = [each for each in queries.statements if "FOR UPDATE" in each]
    names = [table(lookup.form("shop", key)).name for key in ("reminder", "visit")]
    first = [next(place for place, each in enumerate(locks) if f"FROM {name}" in each) for name in names]
    assert first == sorted(first)
