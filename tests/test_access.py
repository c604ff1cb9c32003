"""Who may do what: `can` and `visible` answer from the same grants."""

import pytest
from flask import Flask

from runtime import access
from runtime.accounts.models import User
from runtime.db import db, transaction
from runtime.definitions import lookup
from runtime.errors import Forbidden, NotFound
from runtime.records import query, store
from tests.conftest import both_databases, make_user
from tests.records.factory import TRUSTED, department, field, form_document, give_role, page, shop

NOTE = form_document("note", {"text": field("text"), "owner": field("member")}, owner_field="owner")
OTHER = form_document("other", {"text": field("text")})


def roles(scope: str, *actions: str) -> dict[str, list[dict[str, object]]]:
    return {"clerk": [{"form": "note", "actions": list(actions or access.RECORD_ACTIONS), "scope": scope}]}


def note(owner: User | None, made_by: User | None = None) -> int:
    with transaction():
        values = {"text": "x", **({"owner": owner.id} if owner else {})}
        actor = store.Actor(user=made_by, origin="sample", trusted=True)
        return store.save(actor, lookup.form("shop", "note"), values).id


def seen(user: User) -> set[int]:
    """The records that the user finds in a list; asked one by one he must get the same."""
    form = lookup.form("shop", "note")
    listed = {record.id for record in query.page(user, form).items}
    everything = {record.id for record in query.page(make_admin(), form).items}
    for record_id in everything:
        record = query.get(make_admin(), form, record_id)
        assert access.can(user, "read", (form, record)) == (record_id in listed)
        if record_id not in listed:
            with pytest.raises(NotFound):
                query.get(user, form, record_id)
    return listed


def make_admin() -> User:
    found = db.session.query(User).filter_by(name="Root").one_or_none()
    return found or make_user("Root", is_admin=True)


@both_databases
def test_own_means_owned_or_made_by_me(app: Flask, bob: User, charlie: User) -> None:
    shop(NOTE, roles=roles("own"))
    give_role(bob)
    owned, made, neither = note(bob), note(charlie, made_by=bob), note(charlie)
    assert seen(bob) == {owned, made}
    assert neither not in seen(bob)


@both_databases
def test_department_and_department_below(app: Flask) -> None:
    top = department("Top")
    sales = department("Sales", top)
    north = department("North", sales)
    stock = department("Stock", top)
    people = {each.name: make_user(each.name, department_id=each.id) for each in (top, sales, north, stock)}
    shop(NOTE, roles={**roles("department"), "boss": roles("department_below")["clerk"]})
    notes = {name: note(person) for name, person in people.items()}
    give_role(people["Sales"])
    assert seen(people["Sales"]) == {notes["Sales"]}
    give_role(people["Sales"], "boss")
    assert seen(people["Sales"]) == {notes["Sales"], notes["North"]}
    give_role(people["Top"], "boss")
    assert seen(people["Top"]) == set(notes.values())


@both_databases
def test_somebody_without_a_department_sees_nothing_of_departments(
    app: Flask, bob: User, charlie: User
) -> None:
    shop(NOTE, roles={**roles("department"), "boss": roles("department_below")["clerk"]})
    note(charlie)
    give_role(bob)
    give_role(bob, "boss")
    assert seen(bob) == set()


@both_databases
def test_unowned_means_that_the_owner_field_is_empty(app: Flask, bob: User, charlie: User) -> None:
    shop(NOTE, roles=roles("unowned"))
    give_role(bob)
    free, taken = note(None), note(charlie)
    assert seen(bob) == {free}
    assert taken not in seen(bob)


@both_databases
def test_grants_are_ored(app: Flask, bob: User, charlie: User) -> None:
    grants = [*roles("own")["clerk"], *roles("unowned", "read")["clerk"]]
    shop(NOTE, roles={"clerk": grants})
    give_role(bob)
    own, free = note(bob), note(None)
    note(charlie)
    assert seen(bob) == {own, free}
    form = lookup.form("shop", "note")
    assert access.can(bob, "update", (form, query.get(bob, form, own)))
    assert not access.can(bob, "update", (form, query.get(bob, form, free)))
    with pytest.raises(Forbidden), transaction():
        store.save(page(bob), form, {"text": "mine now"}, record_id=free)


@both_databases
def test_without_a_role_of_the_app_nothing_is_there(app: Flask, bob: User, charlie: User) -> None:
    (form,) = shop(NOTE, roles=roles("all"))
    note(bob)
    assert seen(charlie) == set()
    assert not access.can(charlie, "read", lookup.app_info("shop"))
    assert not any(access.can(charlie, action, form) for action in access.RECORD_ACTIONS)
    give_role(bob, "gone")
    assert seen(bob) == set()


def test_an_administrator_may_everything_and_a_designer_sees_no_records(app: Flask, alice: User) -> None:
    (form,) = shop(NOTE, roles=roles("all"))
    note(None)
    designer = make_user("Dan", is_designer=True)
    info = lookup.app_info("shop")
    assert len(seen(alice)) == 1
    assert seen(designer) == set()
    assert access.can(designer, "design", info) and not access.can(designer, "read", info)
    assert access.can(designer, "design", "platform") and not access.can(designer, "administer", "platform")
    assert access.can(alice, "administer", "platform") and access.can(alice, "read", info)
    assert not access.can(designer, "create", form)


def test_rights_on_one_form_are_none_on_another(app: Flask, bob: User) -> None:
    note_form, other_form = shop(NOTE, OTHER, roles=roles("all", "read"))
    give_role(bob)
    assert access.can(bob, "read", note_form)
    assert not access.can(bob, "read", other_form)
    assert not access.can(bob, "delete", note_form)


def test_nobody_and_the_deactivated_may_nothing(app: Flask, alice: User) -> None:
    (form,) = shop(NOTE, roles=roles("all"))
    with transaction():
        db.session.get(User, alice.id).active = False  # type: ignore[union-attr]
    for user in (None, db.session.get(User, alice.id)):
        assert access.visible(user, "read", form) == access.NOTHING
        assert not access.can(user, "read", form)
        assert not access.can(user, "administer", "platform")


def test_an_unknown_action_or_target_is_denied(app: Flask, alice: User) -> None:
    (form,) = shop(NOTE, roles=roles("all"))
    assert not access.can(alice, "explode", form)
    assert not access.can(alice, "read", "platform")
    assert TRUSTED.user is None
