"""How many statements a save takes: each is a round trip to the database."""

import pytest
from flask import Flask

from runtime.accounts.models import User
from runtime.db import db, transaction
from runtime.definitions import lookup
from runtime.records import store
from tests.conftest import Queries
from tests.records.factory import give_role, page, shop
from tests.records.test_saving import CUSTOMER, ORDER


@pytest.fixture
def clerk(app: Flask, bob: User) -> User:
    shop(CUSTOMER, ORDER)
    give_role(bob)
    return bob


def test_a_save_takes_few_statements(clerk: User, queries: Queries) -> None:
    order = lookup.form("shop", "order")
    with transaction():
        acme = store.save(page(clerk), lookup.form("shop", "customer"), {"name": "Acme"}).id
    assert clerk.id and clerk.roles  # loaded, as at the start of a request
    lookup.form("shop", "order")

    queries.clear()
    saved = store.save(page(clerk), order, {"customer": acme, "day": "2026-11-21"}, token="t")
    # token, referenced record, uniqueness, serial number, row, event
    assert queries.count <= 6, queries.statements

    db.session.commit()
    assert clerk.id and clerk.roles
    lookup.form("shop", "order")
    queries.clear()
    store.save(page(clerk), order, {"note": "x"}, record_id=saved.id, revision=1)
    assert queries.count <= 3, queries.statements  # record, row, event


def test_judging_an_empty_form_asks_the_database_nothing(clerk: User, queries: Queries) -> None:
    order = lookup.form("shop", "order")
    assert clerk.id and clerk.roles
    queries.clear()
    judged = store.judge(page(clerk), order, {"qty": 1, "price": 2})
    assert queries.count == 0, queries.statements
    assert judged.values["amount"] == 2
    assert "remind_on" not in judged.visible
    assert {each.code for each in judged.problems} == {"required"}
