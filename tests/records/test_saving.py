"""Saving records: what is stored, what is refused, what is left alone."""

from decimal import Decimal
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from runtime.accounts.models import User
from runtime.db import db, transaction
from runtime.definitions import lookup
from runtime.errors import Conflict, Forbidden, Invalid, NotFound
from runtime.records import deletion, query, store
from runtime.records.models import Event
from tests.conftest import both_databases, sqlite_with
from tests.records.factory import TRUSTED, field, form_document, give_role, page, shop, there_is

CUSTOMER = form_document(
    "customer",
    {
        "name": field("text"),
        "phone": field("phone"),
        "grade": field("choice", {"enum": ["A", "B"]}),
    },
    required=("name",),
    title_field="name",
    unique=[["name"]],
)
ORDER = form_document(
    "order",
    {
        "number": field("serial", pattern="O-{yyyy}{mm}-{n:3}", reset="month"),
        "customer": field("reference", form="customer", fill={"phone": "phone"}),
        "phone": field("phone"),
        "qty": field("number", {"minimum": 0}, decimals=2),
        "price": field("money", currency="CNY"),
        "amount": field("formula", formula="qty * price", result="money"),
        "day": field("date"),
        "remind": field("yes_no", {"default": False}),
        "remind_on": field("date"),
        "note": field("text", {"maxLength": 20}),
        "grade": field("lookup", through="customer", field="grade"),
    },
    required=("customer",),
    title_field="number",
    unique=[["customer", "day"]],
    rules=[
        {
            "key": "remind",
            "when": {"required": ["remind"], "properties": {"remind": {"const": True}}},
            "then": {"show": ["remind_on"], "require": ["remind_on"]},
        }
    ],
    checks=[
        {
            "key": "later",
            "formula": "remind_on >= day",
            "at": "remind_on",
            "message": "Remind later than that.",
        }
    ],
)


def codes(error: Invalid) -> set[tuple[str, str]]:
    return {(str(each.path[0]), each.code) for each in error.problems}


@both_databases
def test_a_record_is_stored_filled_computed_and_numbered(app: Flask, bob: User) -> None:
    there_is(CUSTOMER, ORDER)
    customer, order = (lookup.form("shop", key) for key in ("customer", "order"))
    give_role(bob)
    with transaction():
        acme = store.save(page(bob), customer, {"name": "Acme", "phone": "13800138000", "grade": "A"})
    with transaction():
        saved = store.save(
            page(bob), order, {"customer": acme.id, "qty": Decimal("2.5"), "price": 4, "day": "2026-11-21"}
        )
    found = query.get(bob, order, saved.id)
    assert found.values["phone"] == "13800138000" or found.values["phone"] == "+8613800138000"
    assert found.values["amount"] == Decimal(10)
    assert found.values["number"].startswith("O-") and found.values["number"].endswith("-001")
    assert found.values["grade"] == "A"
    assert found.values["remind"] is False
    assert (found.revision, found.created_by, found.owner_id) == (1, bob.id, bob.id)


@both_databases
def test_all_problems_are_told_at_once_and_nothing_is_stored(app: Flask, bob: User) -> None:
    there_is(CUSTOMER, ORDER)
    order = lookup.form("shop", "order")
    give_role(bob)
    with pytest.raises(Invalid) as caught, transaction():
        store.save(page(bob), order, {"qty": -1, "note": "x" * 21, "remind": True, "day": "2026-02-30"})
    assert codes(caught.value) == {
        ("customer", "required"),
        ("qty", "minimum"),
        ("note", "maxLength"),
        ("remind_on", "required"),
        ("day", "date"),
    }
    assert query.count(bob, order) == 0


@pytest.fixture(scope="module")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sqlite_with(tmp_path_factory, lambda: shop(CUSTOMER, ORDER))


@pytest.fixture
def clerk(app: Flask, bob: User) -> User:
    """Bob, who may do everything in the shop with customers and orders."""
    there_is(CUSTOMER, ORDER)
    give_role(bob)
    return bob


def saved(actor: store.Actor, form_key: str, values: dict[str, object], **options: object) -> store.Saved:
    with transaction():
        return store.save(actor, lookup.form("shop", form_key), values, **options)  # type: ignore[arg-type]


def values_of(form_key: str, record_id: int, user: User) -> dict[str, object]:
    return query.get(user, lookup.form("shop", form_key), record_id).values


def events() -> list[Event]:
    return list(db.session.scalars(select(Event).order_by(Event.id)))


@both_databases
def test_a_hidden_field_is_not_stored_and_loses_its_value(clerk: User) -> None:
    acme = saved(page(clerk), "customer", {"name": "Acme"})
    order = saved(page(clerk), "order", {"customer": acme.id, "remind": True, "remind_on": "2026-12-01"})
    assert values_of("order", order.id, clerk)["remind_on"] == "2026-12-01"
    saved(page(clerk), "order", {"remind": False, "remind_on": "2026-12-02"}, record_id=order.id)
    assert "remind_on" not in values_of("order", order.id, clerk)


@both_databases
def test_forged_values_change_nothing(clerk: User) -> None:
    acme = saved(page(clerk), "customer", {"name": "Acme", "grade": "A"})
    forged = {
        "id": 77, "created_by": 99, "owner_id": 99, "owner": 99, "revision": 5, "version_id": 9, "role": "admin",
        "is_admin": True, "search_text": "x", "number": "O-1", "amount": 5, "grade": "B", "__proto__": {},
    }  # fmt: skip
    order = saved(page(clerk), "order", {"customer": acme.id, **forged})
    found = query.get(clerk, lookup.form("shop", "order"), order.id)
    assert (found.created_by, found.owner_id, found.revision) == (clerk.id, clerk.id, 1)
    assert set(found.values) == {"number", "customer", "grade", "remind"}
    assert found.values["number"] != "O-1"
    assert found.values["grade"] == "A"


def test_forged_values_are_logged(clerk: User, caplog: pytest.LogCaptureFixture) -> None:
    acme = saved(page(clerk), "customer", {"name": "Acme"})
    with caplog.at_level("INFO"):
        saved(page(clerk), "order", {"customer": acme.id, "amount": 5, "remind_on": "2026-12-01"})
    assert "amount, remind_on" in caplog.text


@both_databases
def test_the_history_says_what_changed(clerk: User) -> None:
    acme = saved(page(clerk), "customer", {"name": "Acme", "grade": "A"})
    saved(page(clerk), "customer", {"name": "Acme Ltd", "grade": None}, record_id=acme.id)
    created, updated = events()
    assert (created.kind, created.before, created.after) == ("created", {}, {"name": "Acme", "grade": "A"})
    assert (updated.kind, updated.before, updated.after) == ("updated", created.after, {"name": "Acme Ltd"})
    assert (updated.changed, updated.revision, updated.user_id) == (["name", "grade"], 2, clerk.id)


@both_databases
def test_a_save_without_a_change_leaves_no_event_and_the_same_revision(clerk: User) -> None:
    acme = saved(page(clerk), "customer", {"name": "Acme", "grade": "A"})
    again = saved(page(clerk), "customer", {"name": "Acme", "grade": "A"}, record_id=acme.id, revision=1)
    assert (again.revision, again.event_id) == (1, None)
    assert len(events()) == 1


def test_an_old_revision_is_a_conflict(clerk: User) -> None:
    acme = saved(page(clerk), "customer", {"name": "Acme"})
    saved(page(clerk), "customer", {"grade": "A"}, record_id=acme.id, revision=1)
    with pytest.raises(Conflict) as caught:
        saved(page(clerk), "customer", {"grade": "B"}, record_id=acme.id, revision=1)
    assert caught.value.code == "stale"


def test_replacing_clears_what_is_not_named(clerk: User) -> None:
    acme = saved(page(clerk), "customer", {"name": "Acme", "grade": "A"})
    saved(page(clerk), "customer", {"name": "Acme Ltd"}, record_id=acme.id, replace=True)
    assert values_of("customer", acme.id, clerk) == {"name": "Acme Ltd"}


def test_without_a_role_nothing_can_be_saved(clerk: User, charlie: User) -> None:
    acme = saved(page(clerk), "customer", {"name": "Acme"})
    with pytest.raises(Forbidden):
        saved(page(charlie), "customer", {"name": "Mine"})
    with pytest.raises(NotFound):
        saved(page(charlie), "customer", {"name": "Mine"}, record_id=acme.id)
    with pytest.raises(NotFound):
        saved(page(clerk), "customer", {"name": "Mine"}, record_id=acme.id + 1)


def test_a_filled_value_follows_the_reference_until_the_writer_gives_his_own(clerk: User) -> None:
    one = saved(page(clerk), "customer", {"name": "One", "phone": "13800138001"})
    two = saved(page(clerk), "customer", {"name": "Two", "phone": "13800138002"})
    order = saved(page(clerk), "order", {"customer": one.id})
    assert str(values_of("order", order.id, clerk)["phone"]).endswith("13800138001")
    saved(page(clerk), "order", {"customer": two.id}, record_id=order.id)
    assert str(values_of("order", order.id, clerk)["phone"]).endswith("13800138002")
    saved(page(clerk), "order", {"customer": one.id, "phone": "13800138009"}, record_id=order.id)
    assert str(values_of("order", order.id, clerk)["phone"]).endswith("13800138009")
    saved(page(clerk), "order", {"note": "later"}, record_id=order.id)
    assert str(values_of("order", order.id, clerk)["phone"]).endswith("13800138009")


def test_a_filled_value_that_the_writer_clears_stays_empty_until_another_record_is_picked(
    clerk: User,
) -> None:
    one = saved(page(clerk), "customer", {"name": "One", "phone": "13800138001"})
    two = saved(page(clerk), "customer", {"name": "Two", "phone": "13800138002"})
    order = saved(page(clerk), "order", {"customer": one.id, "phone": None})
    assert "phone" not in values_of("order", order.id, clerk)
    saved(page(clerk), "order", {"note": "later"}, record_id=order.id)
    assert "phone" not in values_of("order", order.id, clerk)
    saved(page(clerk), "order", {"customer": two.id}, record_id=order.id)
    assert str(values_of("order", order.id, clerk)["phone"]).endswith("13800138002")


def test_a_look_up_shows_the_live_value_and_stores_nothing(clerk: User) -> None:
    acme = saved(page(clerk), "customer", {"name": "Acme", "grade": "A"})
    order = saved(page(clerk), "order", {"customer": acme.id})
    saved(page(clerk), "customer", {"grade": "B"}, record_id=acme.id)
    assert values_of("order", order.id, clerk)["grade"] == "B"
    assert "grade" not in order.values


def test_a_check_that_fails_stands_at_its_field(clerk: User) -> None:
    acme = saved(page(clerk), "customer", {"name": "Acme"})
    with pytest.raises(Invalid) as caught:
        saved(
            page(clerk),
            "order",
            {"customer": acme.id, "day": "2026-12-05", "remind": True, "remind_on": "2026-12-01"},
        )
    assert [each.as_json() for each in caught.value.problems] == [
        {"path": ["remind_on"], "code": "later", "message": "Remind later than that."}
    ]


def test_a_formula_that_cannot_be_computed_is_a_problem_at_its_field(clerk: User) -> None:
    acme = saved(page(clerk), "customer", {"name": "Acme"})
    with pytest.raises(Invalid) as caught:
        saved(
            page(clerk),
            "order",
            {"customer": acme.id, "qty": Decimal(9_999_999_999), "price": Decimal(9_999_999_999)},
        )
    assert codes(caught.value) == {("amount", "overflow")}


@pytest.mark.parametrize("value", ["a\x00b", "\ud800", "x" * 1_000_001, {"a": 1}, ["a"], 5, True])
def test_an_unfit_text_is_a_problem_at_its_field(clerk: User, value: object) -> None:
    with pytest.raises(Invalid) as caught:
        saved(page(clerk), "customer", {"name": value})
    assert {path for path, _ in codes(caught.value)} == {"name"}


@pytest.mark.parametrize("value", ["", "   ", "\u200b", "\u00a0"])
def test_a_text_of_nothing_visible_does_not_fill_a_required_field(clerk: User, value: str) -> None:
    with pytest.raises(Invalid) as caught:
        saved(page(clerk), "customer", {"name": value})
    assert codes(caught.value) == {("name", "required")}


@pytest.mark.parametrize("value", ["12", True, [1], {"n": 1}, Decimal("1.001"), Decimal("1e30"), 2**63])
def test_an_unfit_number_is_a_problem_at_its_field(clerk: User, value: object) -> None:
    acme = saved(page(clerk), "customer", {"name": "Acme"})
    with pytest.raises(Invalid) as caught:
        saved(page(clerk), "order", {"customer": acme.id, "qty": value})
    assert {path for path, _ in codes(caught.value)} == {"qty"}


def test_the_listeners_hear_of_every_event_in_the_same_transaction(clerk: User) -> None:
    heard: list[tuple[str, str]] = []
    listener = lambda session, event, form: heard.append((form.key, event.kind))  # noqa: E731
    store.AFTER_EVENT.append(listener)
    try:
        acme = saved(page(clerk), "customer", {"name": "Acme"})
        with transaction():
            deletion.delete(page(clerk), lookup.form("shop", "customer"), acme.id)
    finally:
        store.AFTER_EVENT.remove(listener)
    assert heard == [("customer", "created"), ("customer", "deleted")]


def test_a_trusted_writer_needs_no_rights(clerk: User) -> None:
    assert saved(TRUSTED, "customer", {"name": "Sample"}).id


def test_a_change_in_part_leaves_alone_what_a_new_rule_would_clear(app: Flask) -> None:
    # given
    fields = {"old": field("text"), "qty": field("number"), "twice": field("formula", formula="qty * 2")}
    shop(form_document("thing", fields))
    with transaction():
        record_id = store.save(TRUSTED, lookup.form("shop", "thing"), {"old": "x", "qty": 1}).id
    shop(form_document("thing", fields, rules=[{"key": "r", "when": {}, "then": {"clear": ["old"]}}]))

    # when
    with transaction():
        form = lookup.form("shop", "thing")
        partly = store.save(TRUSTED, form, {"qty": 2}, record_id=record_id, partial=True)
        wholly = store.save(TRUSTED, form, {"qty": 3}, record_id=record_id)

    # then
    assert partly.values == {"old": "x", "qty": 2, "twice": 4}
    assert wholly.values == {"qty": 3, "twice": 6}
