"""Finding what is in force: never stale, parsed once."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask

from builder import drafts, publish
from runtime.db import db, transaction
from runtime.definitions import lookup
from runtime.definitions.documents import Form
from runtime.errors import NotFound
from tests.builder.factory import APP, field, form, install, save_and_publish
from tests.conftest import Queries, both_databases

CUSTOMER = form("customer", {"name": field("text")})
LARGER = form("customer", {"name": field("text"), "note": field("long_text")})


@both_databases
def test_a_published_form_is_found_by_key_id_and_version(app: Flask) -> None:
    install(CUSTOMER)
    found = lookup.form(APP, "customer")
    assert lookup.form_by_id(found.definition_id) is found
    assert lookup.form_of_version(found.version_id) is found
    assert [each.key for each in lookup.forms(APP)] == ["customer"]
    assert (found.number, found.zone, found.table_name) == (1, "Asia/Shanghai", "shop_customer")


def test_the_next_transaction_sees_what_another_published(app: Flask) -> None:
    install(CUSTOMER)
    assert list(lookup.form(APP, "customer").fields) == ["name"]
    save_and_publish("form", "customer", LARGER)
    assert list(lookup.form(APP, "customer").fields) == ["name", "note"]


def test_what_is_in_force_is_asked_once_per_transaction(app: Flask, queries: Queries) -> None:
    install(CUSTOMER)
    lookup.form(APP, "customer")
    db.session.rollback()
    queries.clear()
    for _time in range(5):
        lookup.form(APP, "customer")
        lookup.app_info(APP)
        lookup.automations()
    assert queries.count == 1


def test_threads_that_ask_for_a_form_at_once_get_the_same(app: Flask) -> None:
    install(CUSTOMER)
    for _attempt in range(10):
        app.extensions.pop("parsed_versions", None)  # as a process that has just started
        start = Barrier(8)

        def ask(_number: int, start: Barrier = start) -> Form:
            with app.app_context():
                start.wait()
                return lookup.form(APP, "customer")

        with ThreadPoolExecutor(8) as threads:
            found = list(threads.map(ask, range(8)))
        assert all(form is found[0] for form in found)


def test_a_publish_that_is_rolled_back_leaves_nothing_behind(app: Flask) -> None:
    install(CUSTOMER)
    with transaction():
        drafts.save_draft(None, APP, "form", "customer", LARGER)
    publish.publish(None, APP, "form", "customer")
    undone = lookup.form(APP, "customer")
    db.session.rollback()
    assert list(lookup.form(APP, "customer").fields) == ["name"]
    other = form("customer", {"name": field("text"), "city": field("text")})
    again = save_and_publish("form", "customer", other)
    assert again.id == undone.version_id  # SQLite gives the id again
    assert list(lookup.form(APP, "customer").fields) == ["name", "city"]


def test_a_changed_zone_of_the_app_reaches_its_forms(app: Flask) -> None:
    install(CUSTOMER)
    info = dict(lookup.app_info(APP).document)
    assert lookup.form(APP, "customer").zone == "Asia/Shanghai"
    save_and_publish("app", APP, {**info, "zone": "Europe/Berlin"})
    assert lookup.form(APP, "customer").zone == "Europe/Berlin"


@pytest.mark.parametrize(("app_key", "key"), [(APP, "nothing"), ("other", "customer"), (APP, "")])
def test_what_is_not_published_is_not_found(app: Flask, app_key: str, key: str) -> None:
    install(CUSTOMER)
    with pytest.raises(NotFound):
        lookup.form(app_key, key)


def test_an_unknown_id_is_not_found(app: Flask) -> None:
    for find in (
        lookup.form_by_id,
        lookup.form_of_version,
        lookup.automation_by_id,
        lookup.automation_of_version,
    ):
        with pytest.raises(NotFound):
            find(99)
