"""Lists by texts follow letters and pinyin on both databases: each record once, by an index, also after an upgrade."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Index, select, text
from sqlalchemy.schema import CreateIndex, DropIndex

from runtime import batches, jobs, outbox, schema
from runtime.accounts.models import User
from runtime.db import db, transaction, writing
from runtime.definitions import lookup
from runtime.definitions.documents import Form
from runtime.definitions.models import Definition, Version
from runtime.records import orders, paging, query, spelling_keys, store, tables, view_indexes
from runtime.records.tables import index_name, table
from runtime.spelling import name_key, order_key
from tests.conftest import Queries, both_databases, sqlite_with
from tests.records.at_once import together
from tests.records.factory import TRUSTED, field, form_document, give_role, shop, there_is

CITY = form_document(
    "city",
    {
        "name": field("text"),
        "note": field("long_text"),
        "line": field("formula", formula="name", result="text"),
    },
    title_field="name",
    list={"sort": "name"},
)
NAMES = ["重庆", "长城", "Apple", "阿里", "西安", "先生", "10号", "2号", "apple", None]
RISING = [None, "2号", "10号", "阿里", "apple", "Apple", "长城", "重庆", "西安", "先生"]


@pytest.fixture(scope="module")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sqlite_with(tmp_path_factory, lambda: shop(CITY))


@pytest.fixture
def clerk(app: Flask, bob: User) -> User:
    there_is(CITY)
    give_role(bob)
    return bob


def city() -> Form:
    return lookup.form("shop", "city")


def fill(*names: str | None) -> None:
    with transaction():
        for name in names:
            store.save(TRUSTED, city(), {} if name is None else {"name": name, "note": name * 3})


def listed(user: User, sort: str, limit: int = 3) -> list[Any]:
    """The names of every page, one after the other."""
    found: list[Any] = []
    after: str | None = ""
    while after is not None:
        page = query.page(user, city(), sort=sort, limit=limit, after=after, total=False)
        found += [each.values.get("name") for each in page.items]
        after = page.next
    return found


@both_databases
@pytest.mark.parametrize("key", ["name", "note", "line"])
def test_a_list_by_a_text_follows_letters_and_pinyin(clerk: User, key: str) -> None:
    fill(*NAMES)
    assert listed(clerk, key) == RISING
    assert listed(clerk, f"-{key}") == RISING[::-1]


@both_databases
@settings(deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.text("aA张章 1", min_size=1, max_size=4), max_size=12), st.sampled_from((1, 2, 5)))
def test_pages_have_each_record_once_in_the_order_of_the_keys(
    clerk: User, names: list[str], limit: int
) -> None:
    with transaction() as session:
        session.execute(table(city()).delete())
    fill(*names)
    stored = db.session.execute(select(table(city()).c.name, table(city()).c.id)).all()
    wanted = sorted(stored, key=lambda row: (order_key(row.name or ""), row.id))
    assert listed(clerk, "name", limit) == [row.name for row in wanted]


@both_databases
def test_what_a_reference_offers_follows_the_same_order(clerk: User) -> None:
    fill(*NAMES)
    assert [title for _id, title in query.options(clerk, city())][1:] == RISING[1:]


@both_databases
def test_an_index_has_the_order(clerk: User) -> None:
    fill(*NAMES)
    by = orders.order(city(), "name", frozenset())
    after = paging.cursor(city(), by, query.page(clerk, city(), sort="name", limit=3).items[-1])
    statements: list[str] = []
    if db.engine.dialect.name == "postgresql":
        db.session.execute(text("SET LOCAL enable_seqscan = off"))
        db.session.execute(text("SET LOCAL enable_bitmapscan = off"))
    asked = select(table(city()).c.id).order_by(*paging._ordering(city(), by)).limit(3)
    for part in paging._parts(city(), by, paging.place(city(), by, after)):
        made = asked.where(*part).compile(db.engine, compile_kwargs={"literal_binds": True})
        explained = "EXPLAIN QUERY PLAN " if db.engine.dialect.name == "sqlite" else "EXPLAIN "
        statements.append(" ".join(str(row) for row in db.session.execute(text(f"{explained}{made}"))))
    assert all(index_name("ix", city(), ("_name", "id")) in each for each in statements), statements
    assert not any("Sort" in each or "TEMP B-TREE" in each for each in statements), statements


def upgrade_from_before(between: Callable[[Any], None] | None = None) -> None:
    """The records had no keys, and the list had its indexes over the texts, when the migration came."""
    own, form = table(city()), city()
    with transaction() as session:
        for index in tables.indexes(form, postgres=tables.is_postgres(session)):
            if "_name" in {column.name for column in index.columns}:
                session.execute(DropIndex(index))
        session.execute(CreateIndex(Index(index_name("ix", form, ("name", "id")), own.c.name, own.c.id)))
        gone = [(own.name, each) for each in ("_name", "_note", "_line")]
        for name, column in [*gone, ("users", "name_key"), ("definitions", "spelled_to")]:
            session.execute(text(f"ALTER TABLE {name} DROP COLUMN {column}"))
    db.session.remove()
    migration = ScriptDirectory.from_config(schema.alembic_config()).get_revision("0032").module
    with (
        pytest.MonkeyPatch.context() as patch,
        writing(),
        db.engine.begin() as there,
        Operations.context(MigrationContext.configure(there)),
    ):
        if between is not None:
            add = migration.op.add_column
            patch.setattr(migration.op, "add_column", lambda *given: (between(there), add(*given)))
        migration.upgrade()


def indexed() -> set[str]:
    return tables.index_names(db.session(), city().table_name)


@both_databases
def test_given_an_upgrade_then_a_job_gives_the_keys_in_as_many_turns_as_it_needs(
    clerk: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(*NAMES)
    own_id = clerk.id
    upgrade_from_before()
    clerk = db.session.get_one(User, own_id)
    assert clerk.name_key == "bob\x01Bob"
    assert listed(clerk, "name") == sorted(NAMES, key=lambda each: each or "")
    monkeypatch.setattr(spelling_keys, "BATCH", 3)
    monkeypatch.setattr(batches, "IN_A_TURN", 1)
    turns = 0
    while not city().spelled:
        db.session.rollback()
        for lease in jobs.claim_due():
            jobs.work_off(lease)
        turns += 1
        if turns == 2:  # somebody writes meanwhile
            fill("曾厝垵", "阿坝")
        db.session.rollback()
    assert turns > 3
    clerk = db.session.get_one(User, own_id)
    assert listed(clerk, "name") == [*RISING[:3], "阿坝", *RISING[3:6], "曾厝垵", *RISING[6:]]
    assert index_name("ix", city(), ("_name", "id")) in indexed()
    assert index_name("ix", city(), ("name", "id")) not in indexed()
    assert not list(spelling_keys.wrong(city()))


@both_databases
def test_an_upgrade_knows_what_changed_since_it_read_and_gives_people_keys_in_one_statement(
    clerk: User, queries: Queries
) -> None:
    def change(there: Any) -> None:
        there.execute(text("UPDATE users SET name = '曾一' WHERE name = 'P1'"))
        names = ", ".join(
            each.name for each in Version.__table__.columns if each.name not in ("id", "number")
        )
        if not there.scalar(text("SELECT count(*) FROM versions WHERE number = 99")):
            again = f"INSERT INTO versions (number, {names}) SELECT 99, {names} FROM versions WHERE id = :id"
            there.execute(text(again), {"id": published})

    published = city().version_id
    with transaction() as session:
        session.add_all(User(email=f"p{each}@example.com", name=f"P{each}") for each in range(200))
    queries.clear()
    upgrade_from_before(change)

    assert queries.count < 100
    keys = dict(db.session.execute(text("SELECT name, name_key FROM users")).all())
    assert keys == {name: name_key(name) for name in keys} and {"P7", "曾一"} <= keys.keys()


def unspelled(form: Form) -> None:
    with transaction() as session:
        session.get_one(Definition, form.definition_id).spelled_to = 0


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_given_a_batch_at_work_then_nobody_who_saves_waits_for_it(app: Flask, clerk: User) -> None:
    fill("Apple")
    unspelled(city())
    spelling_keys._batch(db.session(), city().definition_id)  # and is not committed yet

    def save(_number: int) -> object:
        with transaction() as session:
            session.execute(text("SET LOCAL lock_timeout = '1s'"))
            return store.save(TRUSTED, city(), {"name": "Pear"}).id

    assert together(app, 1, save) == [2]


@both_databases
def test_given_a_form_that_was_out_of_force_while_its_texts_got_keys_when_it_is_published_then_they_get_them(
    clerk: User,
) -> None:
    fill("apple", "Pear", "Apple")
    unspelled(city())
    own_id = clerk.id
    with transaction() as session:
        outbox.put(session, spelling_keys.KIND, city().definition_id)
        version_id, definition = city().version_id, session.get_one(Definition, city().definition_id)
        definition.current_version_id = None
        lookup.retired()
    work_off()
    with transaction() as session:
        session.get_one(Definition, definition.id).current_version_id = version_id
        lookup.retired()
    assert not city().spelled

    with transaction() as session:
        spelling_keys.plan(session, city())
    work_off()

    assert city().spelled
    assert listed(db.session.get_one(User, own_id), "name") == ["apple", "Apple", "Pear"]


def work_off() -> None:
    db.session.rollback()
    for lease in jobs.claim_due():
        jobs.work_off(lease)
    db.session.rollback()


def test_a_view_in_groups_of_a_text_has_an_index_over_its_keys(clerk: User) -> None:
    view = {"kind": "list", "group_by": "name", "sort": "-id"}
    assert view_indexes.columns(city(), view) == ("_name", "id")
