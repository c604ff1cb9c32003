"""Drafts, publishing and rolling back."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import inspect, select

from builder import drafts, publish
from runtime.accounts.models import User
from runtime.db import db, transaction
from runtime.definitions import lookup
from runtime.definitions.models import Definition, Draft, Version
from runtime.errors import Conflict, Forbidden, Invalid, NotFound
from runtime.records import store
from runtime.records.store import Actor
from tests.builder.factory import (
    APP,
    automation,
    field,
    form,
    install,
    message,
    places,
    save_and_publish,
    update,
)
from tests.conftest import both_databases, make_user

CUSTOMER = form("customer", {"name": field("text")}, ("name",))
WITH_NOTE = form("customer", {"name": field("text"), "note": field("long_text")}, ("name",))


def save(document: Any, revision: int | None = None, user: User | None = None) -> int:
    with transaction():
        return drafts.save_draft(user, APP, "form", "customer", document, revision)


def publish_customer(user: User | None = None) -> Version:
    with transaction():
        return publish.publish(user, APP, "form", "customer")


def refused(document: dict[str, Any]) -> set[tuple[str, str]]:
    kind = document["$schema"].split(":")[2]
    key = document["$id"].rpartition(":")[2] if kind == "form" else document["key"]
    with pytest.raises(Invalid) as caught:
        save_and_publish(kind, key, document)
    return places(caught.value.problems)


@both_databases
def test_publishing_makes_the_next_numbered_version_and_its_table(app: Flask) -> None:
    install(CUSTOMER)
    version = save_and_publish("form", "customer", WITH_NOTE)
    found = lookup.form(APP, "customer")
    assert (version.number, found.number, found.version_id) == (2, 2, version.id)
    columns = {column["name"] for column in inspect(db.engine).get_columns(found.table_name)}
    assert {"id", "name", "note"} <= columns


@both_databases
def test_a_rollback_publishes_the_old_document_under_a_new_number(app: Flask) -> None:
    install(CUSTOMER)
    save_and_publish("form", "customer", WITH_NOTE)
    with transaction():
        version = publish.rollback(None, APP, "form", "customer", 1)
    assert (version.number, version.document) == (3, CUSTOMER)
    assert list(lookup.form(APP, "customer").fields) == ["name"]
    assert drafts.read_draft(APP, "form", "customer").document == WITH_NOTE


@both_databases
def test_a_record_names_the_version_that_made_it_and_outlives_a_rollback(app: Flask) -> None:
    install(CUSTOMER)
    version = save_and_publish("form", "customer", WITH_NOTE)
    trusted = Actor(user=None, origin="sample", trusted=True)
    with transaction():
        saved = store.save(trusted, lookup.form(APP, "customer"), {"name": "Acme", "note": "kept"})
    with transaction():
        publish.rollback(None, APP, "form", "customer", 1)
    with transaction():
        publish.rollback(None, APP, "form", "customer", 2)
    again = lookup.form(APP, "customer")
    with transaction():
        assert store.save(trusted, again, {}, record_id=saved.id).values == {"name": "Acme", "note": "kept"}
    assert again.version_id != version.id


def test_publishing_the_same_again_makes_no_version(app: Flask) -> None:
    install(CUSTOMER)
    save(CUSTOMER)
    assert publish_customer().number == 1


def test_a_draft_counts_its_revisions(app: Flask) -> None:
    assert [save(CUSTOMER), save(WITH_NOTE, 1), save(CUSTOMER)] == [1, 2, 3]


@pytest.mark.parametrize("stale", [0, 1, 3])
def test_a_stale_revision_is_a_conflict_and_changes_nothing(app: Flask, stale: int) -> None:
    save(CUSTOMER)
    save(WITH_NOTE, 1)
    with pytest.raises(Conflict) as caught:
        save(CUSTOMER, stale)
    assert caught.value.code == "stale"
    assert drafts.read_draft(APP, "form", "customer").document == WITH_NOTE


def test_a_revision_of_a_draft_that_is_not_there_is_a_conflict(app: Flask) -> None:
    with pytest.raises(Conflict):
        save(CUSTOMER, 4)


def test_a_refused_publish_leaves_everything_as_it_was(app: Flask) -> None:
    install(CUSTOMER)
    assert refused(form("customer", {"name": field("text"), "id": field("text")})) == {
        ("properties/id", "reserved_key")
    }
    assert lookup.form(APP, "customer").number == 1
    assert db.session.scalar(select(Version.number).order_by(Version.number.desc())) == 1


def test_a_draft_may_be_incomplete_but_not_published(app: Flask) -> None:
    install(CUSTOMER)
    save({"$id": "urn:formwright:shop:customer"})
    with pytest.raises(Invalid) as caught:
        publish_customer()
    assert "Missing: $schema, title, type, properties." in {p.message for p in caught.value.problems}


@pytest.mark.parametrize(
    ("app_key", "kind", "key", "document"),
    [
        (APP, "form", "customer", form("other", {})),
        ("other", "form", "customer", CUSTOMER),
        (APP, "message", "hello", message("bye", "x")),
        (APP, "message", "Hello", message("Hello", "x")),
        (APP, "message", "hello\n", message("hello\n", "x")),
        (APP, "app", "other", {"key": "other"}),
        (APP, "form", "customer", [CUSTOMER]),
        (APP, "form", "customer", {**CUSTOMER, "title": "x" * 3_000_000}),
    ],
)
def test_a_draft_must_name_itself_and_be_of_fit_size(
    app: Flask, app_key: str, kind: str, key: str, document: Any
) -> None:
    with pytest.raises(Invalid), transaction():
        drafts.save_draft(None, app_key, kind, key, document)
    assert db.session.scalar(select(Definition.id)) is None


def test_there_are_no_drafts_of_unknown_kinds(app: Flask) -> None:
    with pytest.raises(NotFound):
        drafts.save_draft(None, APP, "rule", "x", {"key": "x"})


def test_nothing_is_published_without_a_draft(app: Flask) -> None:
    install(CUSTOMER)
    with pytest.raises(NotFound):
        publish.publish(None, APP, "form", "customer")


def test_only_designers_and_admins_change_definitions(app: Flask, alice: User, charlie: User) -> None:
    install(CUSTOMER)
    save(WITH_NOTE, user=make_user("Dora", is_designer=True))
    publish_customer(alice)
    with pytest.raises(Forbidden):
        save(CUSTOMER, user=charlie)
    with pytest.raises(Forbidden):
        publish_customer(charlie)
    with pytest.raises(Forbidden):
        publish.rollback(charlie, APP, "form", "customer", 1)


def test_a_field_that_others_use_cannot_be_removed(app: Flask) -> None:
    customer = form("customer", {"name": field("text"), "phone": field("phone")})
    order = form(
        "order",
        {
            "name": field("text"),
            "customer": field("reference", form="customer", fill={"phone": "phone"}),
            "phone": field("phone"),
        },
    )
    hello = message("hello", "Hello {{ phone }}", on="customer")
    rename = automation("rename", "customer", update("order", phone="record.phone"))
    install(customer, order, messages=[hello], automations=[rename])
    with pytest.raises(Invalid) as caught:
        save_and_publish("form", "customer", form("customer", {"name": field("text")}))
    sentences = " ".join(problem.message for problem in caught.value.problems)
    for user in ("order", "hello", "rename"):
        assert f"“{user}”" in sentences
    db.session.rollback()
    save_and_publish("form", "customer", {**customer, "title": "Client"})


def test_a_change_that_the_data_forbid_is_refused_in_words(app: Flask) -> None:
    install(CUSTOMER)
    trusted = Actor(user=None, origin="sample", trusted=True)
    with transaction():
        for _time in range(2):
            store.save(trusted, lookup.form(APP, "customer"), {"name": "Acme"})
    assert refused({**CUSTOMER, "fw": {"unique": [["name"]]}}) == {("fw/unique", "duplicates")}


@both_databases
def test_forms_that_refer_to_each_other_are_published_together(app: Flask) -> None:
    one = form("one", {"name": field("text"), "other": field("reference", form="two")})
    two = form("two", {"name": field("text"), "other": field("reference", form="one")})
    install(one, two)
    trusted = Actor(user=None, origin="sample", trusted=True)
    with transaction():
        first = store.save(trusted, lookup.form(APP, "one"), {"name": "a"})
        store.save(trusted, lookup.form(APP, "two"), {"name": "b", "other": first.id})


def test_the_draft_table_holds_one_row_a_definition(app: Flask) -> None:
    save(CUSTOMER)
    save(WITH_NOTE)
    assert len(db.session.scalars(select(Draft)).all()) == 1
