"""Bad values of the field types that the shipped app has not, over API and page: told at the field, nothing stored."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient

from runtime.accounts import service
from runtime.accounts.models import User
from runtime.definitions import lookup
from runtime.records import query
from tests.conftest import both_databases
from tests.forms.followup import sign_in
from tests.records import factory

THING = {
    "name": factory.field("text"),
    "tags": factory.field("multi_choice", {"enum": ["a", "b"]}),
    "site": factory.field("url"),
    "at": factory.field("datetime"),
    "starts": factory.field("time"),
    "share": factory.field("percent"),
    "born": factory.field("date", parts=True),
    "done": factory.field("yes_no"),
    "twice": factory.field("formula", formula="share * 2"),
    "rows": factory.field(
        "sub_table",
        {"items": {"type": "object", "properties": {"n": factory.field("number")}}, "maxItems": 20},
    ),
}
REFUSED: dict[str, tuple[str, Any]] = {
    "10,000 options": (
        "tags",
        [f"a{number}" for number in range(10_000)],
    ),  # one that is sent twice counts once
    "a list in a list": ("tags", [["a"], "b"]),
    "a removed option": ("tags", ["c"]),
    "a script for an address": ("site", "javascript:alert(1)"),
    "data for an address": ("site", "data:text/html,x"),
    "a broken script": ("site", " java\nscript:alert(1)"),
    "an address without a scheme": ("site", "//evil.example"),
    "24:00": ("starts", "24:00"),
    "second 60": ("at", "2026-11-21T23:59:60Z"),
    "a moment without offset": ("at", "2026-11-21T09:00:00"),
    "30 February in parts": ("born", "1985-02-30"),
    "a list for a date": ("born", ["27", "3", "1985"]),
    "2^63+1": ("share", 2**63 + 1),
    "a word for yes": ("done", "on"),
    "21 rows": ("rows", [{"n": 1}] * 21),
    "10,000 rows": ("rows", [{"n": 1}] * 10_000),
    "a row that is none": ("rows", ["x"]),
}


@pytest.fixture
def browser(client: FlaskClient, bob: User) -> Iterator[FlaskClient]:
    """Bob's browser; he may do everything in the app."""
    client.application.config["WTF_CSRF_ENABLED"] = False
    factory.shop(factory.form_document("thing", THING, title_field="name"))
    factory.give_role(bob)
    yield sign_in(client, bob)


def count(user: User) -> int:
    return len(query.page(user, lookup.form("shop", "thing")).items)


@both_databases
def test_a_bad_value_of_any_type_is_told_at_its_field_and_nothing_is_stored(
    browser: FlaskClient, bob: User
) -> None:
    headers = {"Authorization": f"Bearer {service.create_token(bob.email)}"}
    for name, (field, value) in REFUSED.items():
        body = json.dumps({"values": {"name": "x", field: value}})
        answer = browser.post(
            "/api/v1/apps/shop/forms/thing/records",
            data=body,
            content_type="application/json",
            headers=headers,
        )
        assert answer.status_code in (400, 422), (name, answer.status_code, answer.text[:200])
        if answer.status_code == 422:
            assert {error["path"][0] for error in answer.json["errors"]} == {field}, name
    assert count(bob) == 0


@both_databases
def test_what_is_posted_beside_the_rows_or_into_a_formula_counts_for_nothing(
    browser: FlaskClient, bob: User
) -> None:
    sent = {
        "_once": "t" * 20, "_do": "save", "name": "x", "share": "50%", "twice": "99",
        "rows": "n1", "rows.n1.n": "1", "rows.n999999999.n": "7", "rows.0.n": "8", "rows-0": "9",
    }  # fmt: skip

    answer = browser.post("/apps/shop/forms/thing/new", data=sent)

    assert answer.status_code == 303
    (record,) = query.page(bob, lookup.form("shop", "thing")).items
    assert float(record.values["twice"]) == 1.0
    whole = query.get(bob, lookup.form("shop", "thing"), record.id)
    assert [row["n"] for row in whole.values["rows"]] == [1]


def test_too_many_posted_rows_are_refused_on_the_page(browser: FlaskClient, bob: User) -> None:
    cells = {f"rows.n{number}.n": "1" for number in range(6_000)}
    sent = {
        "_once": "t" * 20,
        "_do": "save",
        "name": "x",
        "rows": [key.split(".")[1] for key in cells],
        **cells,
    }

    answer = browser.post("/apps/shop/forms/thing/new", data=sent)

    assert answer.status_code in (413, 422)
    assert count(bob) == 0
