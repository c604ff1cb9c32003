"""Records that are alike: told while a form is filled and when it is saved, and only to those who may see them."""

import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from builder.checks import CHECKS
from runtime.accounts.models import User
from runtime.db import db, transaction
from runtime.definitions import lookup
from runtime.errors import Invalid
from runtime.records import store
from runtime.records.sources import Actor
from tests.builder.factory import context
from tests.conftest import Queries, both_databases, sqlite_with
from tests.forms.followup import Browser, sign_in
from tests.records.at_once import actor_of, together
from tests.records.factory import TRUSTED, field, form_document, give_role, page, publish, shop

NEW = "/apps/shop/forms/customer/new"
FIELDS: dict[str, Any] = {
    "name": field("text"),
    "phone": field("phone"),
    "email": field("email"),
    "code": field("text", access={"other": "hidden"}),
    "note": field("text"),
}
ALIKE = {"duplicates": [["name"], ["phone", "email"], ["code"]]}
ROLES = {
    "clerk": [{"form": "customer", "actions": ["create", "read", "update", "delete"], "scope": "all"}],
    "other": [{"form": "customer", "actions": ["create", "read", "update"], "scope": "own"}],
}


def customer(**own: Any) -> dict[str, Any]:
    return form_document("customer", FIELDS, title_field="name", **{**ALIKE, **own})


def open_shop() -> None:
    if not db.session.scalar(text("SELECT count(*) FROM apps WHERE key = 'shop'")):
        shop(customer(), roles=ROLES)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sqlite_with(tmp_path_factory, open_shop)


@pytest.fixture
def clerk(app: Flask, bob: User) -> User:
    app.config["WTF_CSRF_ENABLED"] = False
    open_shop()
    give_role(bob)
    return bob


@pytest.fixture
def browser(app: Flask, clerk: User) -> Browser:
    return Browser(sign_in(app.test_client(), clerk))


def save(actor: Actor, record_id: int | None = None, **values: Any) -> store.Saved:
    with transaction():
        return store.save(actor, lookup.form("shop", "customer"), values, record_id=record_id)


CASES: list[tuple[dict[str, str], list[str]]] = [
    ({"name": "acme-corp."}, ["name"]),
    ({"name": "ACME  CORP"}, ["name"]),
    ({"name": "Acme Corporation"}, []),
    ({"phone": "138 0013 8000"}, []),
    ({"phone": "13800138000", "email": "a@example.com"}, ["email"]),
    ({"phone": "13800138000", "email": "b@example.com"}, []),
    ({"name": "Acme Corp", "phone": "13800138000", "email": "A@Example.com"}, ["name", "email"]),
]


@both_databases
def test_records_are_alike_by_the_sets_of_fields_that_the_form_names(clerk: User) -> None:
    there = save(TRUSTED, name="Acme Corp", phone="13800138000", email="a@example.com")
    form = lookup.form("shop", "customer")

    for values, at in CASES:
        warnings = store.judge(page(clerk), form, values).warnings
        assert [each.path[0] for each in warnings] == at, values
        assert all(each.params["records"] == [(there.id, "Acme Corp")] for each in warnings)


@both_databases
def test_long_texts_are_alike_as_a_whole_and_many_of_one_set_hide_none_of_another(clerk: User) -> None:
    start = "a" * 120
    long = save(TRUSTED, name=f"{start} One")
    for _ in range(3):
        save(TRUSTED, name="Acme")
    by_phone = save(TRUSTED, name="Ohm", phone="13800138000", email="a@example.com")
    form = lookup.form("shop", "customer")

    def told(**values: str) -> list[list[int]]:
        found = store.judge(page(clerk), form, values).warnings
        return [[record_id for record_id, _title in each.params["records"]] for each in found]

    assert told(name=f"{start} Two") == [] and told(name=f"{start}-ONE") == [[long.id]]
    assert told(name="acme", phone="13800138000", email="a@example.com")[1] == [by_phone.id]


def test_a_form_may_refuse_them_and_says_which_record_it_is(clerk: User) -> None:
    publish("form", "customer", customer(duplicates_refused=True))
    save(TRUSTED, name="Acme")

    with pytest.raises(Invalid) as refused:
        save(page(clerk), name="acme")
    told = refused.value.problems[0]

    assert (told.path, told.code) == (("name",), "alike")
    assert told.message == "Customer like this exists already: “Acme” (same name)."
    assert save(TRUSTED, name="Acme").id  # what runs by itself is not stopped


@both_databases
def test_of_many_who_save_the_like_of_each_other_at_once_one_is_not_refused(app: Flask, clerk: User) -> None:
    publish("form", "customer", customer(duplicates_refused=True))
    user_id = clerk.id

    def write(number: int) -> object:
        name = ("Acme", "ACME ", "a-c-m-e")[number % 3]
        phone = {"phone": "13800138000", "email": "a@example.com"} if number % 2 else {}
        return save(actor_of(user_id), name=name, **phone)

    results = together(app, 6, write)

    refused = [each for each in results if isinstance(each, Invalid)]
    assert [each.problems[0].code for each in refused] == ["alike"] * 5
    assert db.session.scalar(text("SELECT count(*) FROM shop_customer")) == 1


@both_databases
def test_of_two_changes_into_the_like_of_each_other_one_is_refused(app: Flask, clerk: User) -> None:
    publish("form", "customer", customer(duplicates_refused=True))
    ids = [save(TRUSTED, name=name).id for name in ("Ohm", "Watt")]
    user_id = clerk.id

    results = together(app, 2, lambda number: save(actor_of(user_id), ids[number], name="Acme"))

    assert sorted(isinstance(each, Invalid) for each in results) == [False, True]


@both_databases
def test_one_page_that_is_sent_twice_at_once_is_not_refused_for_its_own_record(
    app: Flask, clerk: User
) -> None:
    publish("form", "customer", customer(duplicates_refused=True))
    user_id = clerk.id

    def send(_number: int) -> object:
        with transaction():
            form = lookup.form("shop", "customer")
            return store.save(actor_of(user_id), form, {"name": "Acme"}, token="t1").id

    first, second = together(app, 2, send)

    assert first == second


@both_databases
def test_nobody_waits_for_whoever_saves_another_value(app: Flask, clerk: User) -> None:
    publish("form", "customer", customer(duplicates_refused=True))
    if db.engine.dialect.name == "sqlite":
        return  # there who writes waits for all who do
    user_id, form = clerk.id, lookup.form("shop", "customer")
    store.save(page(clerk), form, {"name": "Acme"})  # and its transaction stays open

    def write(_number: int) -> object:
        db.session.execute(text("SET LOCAL lock_timeout = '5s'"))
        saved = store.save(actor_of(user_id), form, {"name": "Ohm"}).id
        db.session.commit()
        return saved

    (saved,) = together(app, 1, write)

    assert isinstance(saved, int)


def test_a_record_is_not_like_itself_and_who_changes_something_else_is_not_asked_again(clerk: User) -> None:
    save(TRUSTED, name="Acme")
    second = save(TRUSTED, name="Acme")

    assert save(page(clerk), second.id, note="a").warnings == ()
    assert save(page(clerk), second.id, name="Ohm").warnings == ()
    assert save(page(clerk), second.id, name="ohm").warnings == ()


def test_of_records_that_somebody_may_not_see_nothing_is_said(clerk: User, charlie: User) -> None:
    give_role(charlie, "other")
    save(TRUSTED, name="Zwitscherkanarie", code="K1")
    own = save(page(charlie), name="Mine", note="x")

    silent = save(page(charlie), name="Zwitscherkanarie")
    told = save(page(charlie), name="mine")
    by_hidden = save(page(charlie), own.id, code="K1", note="y")

    assert silent.warnings == () and by_hidden.warnings == ()
    assert [each.params["records"] for each in told.warnings] == [[(own.id, "Mine")]]


def test_a_refusal_does_not_tell_of_records_out_of_sight_either(clerk: User, charlie: User) -> None:
    publish("form", "customer", customer(duplicates_refused=True))
    give_role(charlie, "other")
    save(TRUSTED, name="Zwitscherkanarie")

    assert save(page(charlie), name="Zwitscherkanarie").id


def test_guests_are_told_nothing(clerk: User) -> None:
    save(TRUSTED, name="Acme")

    assert save(Actor(user=clerk, origin="public"), name="Acme").warnings == ()


def test_an_import_and_a_program_are_told_and_stopped_by_a_refusal_alone(clerk: User) -> None:
    save(TRUSTED, name="Acme")
    for origin in ("import", "api"):
        assert [each.code for each in save(Actor(user=clerk, origin=origin), name="Acme").warnings] == [
            "alike"
        ]
    publish("form", "customer", customer(duplicates_refused=True))
    for origin in ("import", "api"):
        with pytest.raises(Invalid):
            save(Actor(user=clerk, origin=origin), name="Acme")


def test_the_warning_stands_at_the_field_while_it_is_typed_with_a_link_to_the_record(
    browser: Browser,
) -> None:
    there = save(TRUSTED, name="Acme")
    page_of_new = browser.open(NEW).text
    assert re.search(r'data-field="phone"[^>]*data-label', page_of_new)

    part = browser.client.post("/apps/shop/forms/customer/eval", data={"name": "ACME", "_shown": "name"}).text

    assert "Customer like this exists already: “Acme” (same name)." in unescape(part)
    assert f'href="/apps/shop/forms/customer/{there.id}/"' in part
    assert 'data-field="name" data-label="name" data-static' not in page_of_new


def test_from_the_warning_at_a_stored_record_a_link_leads_to_merging_them(browser: Browser) -> None:
    there, own = save(TRUSTED, name="Acme"), save(TRUSTED, name="Ohm")
    address = f"/apps/shop/forms/customer/{own.id}"

    part = unescape(browser.client.post(f"{address}/eval", data={"name": "acme", "_rev": "1"}).text)

    assert f'href="/apps/shop/forms/customer/merge?record={own.id}&record={there.id}"' in part


def test_saving_asks_once_and_again_when_another_record_is_like_it(browser: Browser, clerk: User) -> None:
    save(TRUSTED, name="Acme")
    browser.open(NEW)

    asked = browser.send(NEW, name="acme")
    assert asked.status_code == 422 and "Save anyway" in asked.text
    save(TRUSTED, name="ACME")
    again = browser.send(NEW, name="acme")
    assert again.status_code == 422 and "Save anyway" in again.text
    assert browser.send(NEW, name="acme").status_code == 303


def test_it_takes_one_statement_and_none_where_nothing_makes_records_alike(
    clerk: User, queries: Queries
) -> None:
    form = lookup.form("shop", "customer")

    def taken(**values: str) -> int:
        store.judge(page(clerk), form, values)
        queries.clear()
        store.judge(page(clerk), form, values)
        return queries.count

    assert taken(name="Acme", code="1", phone="13800138000", email="a@example.com") - taken(note="x") == 1
    publish("form", "customer", customer(duplicates=[]))
    form = lookup.form("shop", "customer")
    assert taken(name="Acme") == taken(note="x")


def test_the_statement_is_answered_by_the_indexes(clerk: User, queries: Queries) -> None:
    form = lookup.form("shop", "customer")
    queries.clear()
    store.judge(page(clerk), form, {"name": "Acme", "phone": "13800138000", "email": "a@example.com"})
    asked = next(each for each in queries.statements if "alike_0" in each)

    plan = db.session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {asked}", ("x",) * asked.count("?"))

    steps = [row[-1] for row in plan]
    assert not [step for step in steps if step.startswith("SCAN shop_customer")], steps


def test_what_cannot_be_compared_is_refused_when_it_is_published(clerk: User) -> None:
    fields = {**FIELDS, "text": field("long_text")}
    document = form_document("customer", fields, duplicates=[["text"], ["gone"]])

    found = CHECKS["references"].check(document, context(document))
    assert [each.code for each in found] == ["not_comparable", "unknown_field"]
