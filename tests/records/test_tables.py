"""The SQL tables of forms: names, columns that are only added, keys, indexes, refusals."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import Table, inspect, text

from runtime.accounts.models import User
from runtime.db import db, transaction
from runtime.definitions import lookup
from runtime.definitions.documents import Form
from runtime.errors import Invalid
from runtime.records import query, store, tables
from tests.conftest import both_databases
from tests.records.factory import TRUSTED, field, form_document, publish, shop

NAME = {"name": field("text")}


def saved(form_key: str, values: dict[str, object]) -> int:
    with transaction():
        return store.save(TRUSTED, lookup.form("shop", form_key), values).id


def shape(table_name: str) -> tuple[list[str], list[str]]:
    """The columns and the indexes of a table, as the database describes them."""
    seen = inspect(db.engine)
    return (
        sorted(map(str, seen.get_columns(table_name))),
        sorted(map(str, seen.get_indexes(table_name))),
    )


@pytest.mark.parametrize(
    ("app_key", "form_key", "name"),
    [
        ("shop", "order", "shop_order"),
        ("shop", "order_line", "shop_order_line"),
        ("my_shop", "order", "form_my_shop_order_7"),
        ("user", "roles", "form_user_roles_7"),
        ("shop", "order_7", "form_shop_order_7_7"),
        ("form", "x", "form_x"),
        ("sqlite", "x", "form_sqlite_x_7"),
        ("a" * 40, "b" * 40, f"form_{'a' * 40}_7"),
    ],
)
def test_a_table_is_called_by_app_and_form_where_that_is_no_other_tables_name(
    app_key: str, form_key: str, name: str
) -> None:
    assert tables.table_name(app_key, form_key, 7) == name


@both_databases
def test_a_new_version_adds_columns_and_keeps_those_of_removed_fields(app: Flask, alice: User) -> None:
    shop(form_document("thing", {**NAME, "old": field("text")}))
    thing = saved("thing", {"name": "One", "old": "kept"})
    publish("form", "thing", form_document("thing", {**NAME, "new": field("number")}))
    assert query.get(alice, lookup.form("shop", "thing"), thing).values == {"name": "One"}
    assert db.session.scalar(text("SELECT old FROM shop_thing")) == "kept"
    publish("form", "thing", form_document("thing", {**NAME, "old": field("text")}))
    assert query.get(alice, lookup.form("shop", "thing"), thing).values == {"name": "One", "old": "kept"}


@both_databases
def test_references_are_foreign_keys_also_when_added_later_and_in_rings(app: Flask) -> None:
    shop(form_document("b", NAME))
    publish(
        "form",
        "a",
        form_document("a", {"b": field("reference", form="b"), "a": field("reference", form="a")}),
    )
    publish(
        "form",
        "b",
        form_document("b", {**NAME, "a": field("reference", form="a"), "who": field("member")}),
    )
    keys = inspect(db.engine).get_foreign_keys
    assert {key["referred_table"] for key in keys("shop_a")} == {"shop_a", "shop_b"}
    assert {key["referred_table"] for key in keys("shop_b")} == {"shop_a", "users"}


@both_databases
def test_a_unique_set_over_records_that_break_it_is_refused_and_nothing_is_half_done(app: Flask) -> None:
    shop(form_document("thing", NAME))
    saved("thing", {"name": "Same"})
    saved("thing", {"name": "Same"})
    with pytest.raises(Invalid) as caught:
        publish("form", "thing", form_document("thing", {**NAME, "more": field("text")}, unique=[["name"]]))
    assert "name" in caught.value.problems[0].message
    db.session.rollback()
    assert "more" not in {column["name"] for column in inspect(db.engine).get_columns("shop_thing")}
    assert lookup.form("shop", "thing").number == 1


@both_databases
def test_a_long_unique_text_can_be_stored(app: Flask) -> None:
    shop(form_document("thing", {"name": field("text", {"maxLength": 20_000})}, unique=[["name"]]))
    words = "".join(chr(0x4E00 + number % 20_000) for number in range(20_000))
    assert saved("thing", {"name": words})
    with pytest.raises(Invalid):
        saved("thing", {"name": words})


@both_databases
def test_every_field_name_that_sql_reserves_can_be_used(app: Flask, alice: User) -> None:
    names = ("select", "order", "group", "table", "user_", "index", "values", "primary", "default", "limit")
    shop(form_document("table", {name: field("text") for name in names}, unique=[["order", "group"]]))
    values = dict.fromkeys(names, "x")
    thing = saved("table", values)
    assert query.get(alice, lookup.form("shop", "table"), thing).values == values


@both_databases
def test_the_order_of_the_list_and_the_rights_have_indexes(app: Flask) -> None:
    shop(form_document("thing", {**NAME, "day": field("date")}, list={"sort": "-name"}))
    indexed = {tuple(index["column_names"]) for index in inspect(db.engine).get_indexes("shop_thing")}
    assert {("_name", "id"), ("day", "id"), ("owner_id",), ("department_id",)} <= indexed


@both_databases
def test_publishing_the_same_again_changes_no_table(app: Flask) -> None:
    shop(form_document("thing", NAME, unique=[["name"]]))
    before = shape("shop_thing")
    with transaction() as session:
        tables.migrate(session, lookup.form("shop", "thing"))
    assert shape("shop_thing") == before


def test_threads_that_ask_for_a_table_at_once_get_the_same(app: Flask) -> None:
    shop(form_document("thing", {f"field_{number}": field("text") for number in range(30)}))
    for _attempt in range(100):
        form, start = replace(lookup.form("shop", "thing")), Barrier(8)

        def ask(_number: int, form: Form = form, start: Barrier = start) -> Table:
            start.wait()
            return tables.table(form)

        with ThreadPoolExecutor(8) as threads:
            found = set(threads.map(ask, range(8)))
        assert found == {tables.table(form)}
