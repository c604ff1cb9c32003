"""Lists of records: order, pages, counts, search, filters; what may not be read is nowhere."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import insert

from runtime import times
from runtime.accounts.models import User
from runtime.conditions import ConditionError
from runtime.db import transaction
from runtime.definitions import lookup
from runtime.errors import NotFound
from runtime.records import query, store
from runtime.records.tables import table
from tests.conftest import Queries, both_databases, sqlite_with
from tests.records.factory import TRUSTED, field, form_document, give_role, shop, there_is

CUSTOMER = form_document(
    "customer", {"name": field("text"), "grade": field("choice", {"enum": ["A", "B"]})}, title_field="name"
)
ORDER = form_document(
    "order",
    {
        "customer": field("reference", form="customer"),
        "grade": field("lookup", through="customer", field="grade"),
        "title": field("text"),
        "note": field("long_text"),
        "qty": field("number", decimals=2),
        "day": field("date"),
        "at": field("datetime"),
        "done": field("yes_no"),
    },
    title_field="title",
    list={"columns": ["title"], "sort": "-day"},
)


@pytest.fixture(scope="module")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sqlite_with(tmp_path_factory, lambda: shop(CUSTOMER, ORDER))


@pytest.fixture
def clerk(app: Flask, bob: User) -> User:
    there_is(CUSTOMER, ORDER)
    give_role(bob)
    return bob


def saved(form_key: str, values: dict[str, Any]) -> int:
    with transaction():
        return store.save(TRUSTED, lookup.form("shop", form_key), values).id


def order() -> Any:
    return lookup.form("shop", "order")


def walk(user: User, sort: str | None, limit: int) -> list[int]:
    """The ids of every page, one after the other."""
    found: list[int] = []
    after = None
    while True:
        page_ = query.page(user, order(), sort=sort, limit=limit, after=after)
        found += [record.id for record in page_.items]
        if page_.next is None:
            return found
        after = page_.next


VALUES: list[dict[str, Any]] = [
    {"title": "b", "qty": Decimal("1.5"), "day": "2026-01-03", "at": "2026-01-01T10:00:00Z", "done": True},
    {"title": "a", "qty": Decimal("-2"), "day": "2026-01-01", "at": "2026-01-01T09:00:00Z", "done": False},
    {},
    {"title": "b", "qty": Decimal("1.5"), "day": "2026-01-03", "at": "2026-01-01T10:00:00Z"},
    {"title": "c", "qty": Decimal("10"), "day": "2026-01-02"},
    {},
]


@both_databases
@pytest.mark.parametrize("key", ["title", "qty", "day", "at", "done", "created_at", "id"])
def test_pages_follow_each_other_in_both_orders_with_empty_values_first(clerk: User, key: str) -> None:
    for values in VALUES:
        saved("order", values)
    records = query.page(clerk, order(), sort="id").items

    def place(record: query.Record) -> tuple[bool, Any, int]:
        value = getattr(record, key, None) if key in ("id", "created_at") else record.values.get(key)
        return (value is not None, 0 if value is None else value, record.id)

    expected = [record.id for record in sorted(records, key=place)]
    for limit in (1, 2, 4, 50):
        assert walk(clerk, key, limit) == expected
        assert walk(clerk, f"-{key}", limit) == expected[::-1]


@pytest.mark.parametrize(
    "sort",
    [
        None,
        "",
        "nothing",
        "password_hash",
        "id; DROP TABLE users",
        "1,(select 1)",
        "grade",
        "--day",
        "search_text",
    ],
)
def test_an_unknown_order_means_the_order_of_the_form(clerk: User, sort: str | None) -> None:
    for values in VALUES:
        saved("order", values)
    assert walk(clerk, sort, 3) == walk(clerk, "-day", 50)


@both_databases
@pytest.mark.parametrize("sort", ["note", "-note"])
def test_long_texts_are_walked_through_with_cursors_that_fit_an_address(clerk: User, sort: str) -> None:
    same, other = "长" * 300, "长" * 150
    notes = [
        same + "b" * 5000,
        same + "a" * 5000,
        same + "a" * 5000,
        other,
        other + " x",
        None,
        "b" * 9000,
        "b",
    ]
    made = [saved("order", {"note": note} if note else {}) for note in notes]
    found: list[int] = []
    after = None
    for _record in made:
        page_ = query.page(clerk, order(), sort=sort, limit=1, after=after)
        found += [record.id for record in page_.items]
        after = page_.next
        assert len(after or "") < 2000
    assert after is None
    assert found == walk(clerk, sort, 50)
    assert sorted(found) == sorted(made)


@pytest.mark.parametrize(
    "after", ["", "x", "%%%", "bnVsbA", "W10", "e30", "A" * 10_000, "WyItZGF5IiwxLDFd", "令"]
)
def test_a_cursor_that_does_not_fit_is_as_good_as_none(clerk: User, after: str) -> None:
    saved("order", {"title": "one"})
    assert len(query.page(clerk, order(), after=after).items) == 1


@both_databases
def test_the_count_is_exact_up_to_ten_thousand(clerk: User, monkeypatch: pytest.MonkeyPatch) -> None:
    row = {
        "revision": 1, "version_id": order().version_id, "created_at": times.now(), "updated_at": times.now(),
        "search_text": "",
    }  # fmt: skip
    with transaction() as session:
        session.execute(insert(table(order())), [row] * 10_000)
    first = query.page(clerk, order(), limit=10)
    assert (first.total, first.capped, len(first.items)) == (10_000, False, 10)
    with transaction() as session:
        session.execute(insert(table(order())), [row] * 5)
    first = query.page(clerk, order(), limit=10)
    assert (first.total, first.capped) == (10_000, True)
    assert query.count(clerk, order()) == 10_001


@both_databases
@pytest.mark.parametrize(
    ("search", "titles"),
    [
        ("100%", ["100% cotton"]),
        ("%", ["100% cotton"]),
        ("_", ["snake_case"]),
        ("\\", ["back\\slash"]),
        ("COTTON 100", ["100% cotton"]),
        ("１００", ["100% cotton"]),
        ("hxdz", ["华新电子"]),
        ("huaxin", ["华新电子"]),
        ("' OR 1=1--", []),
        ('"unclosed', []),
        ("x" * 10_000, []),
        ("z\x00q\ud800", []),
    ],
)
def test_a_search_finds_what_contains_its_words_and_nothing_else(
    clerk: User, search: str, titles: list[str]
) -> None:
    for title in ("100% cotton", "snake_case", "back\\slash", "华新电子"):
        saved("order", {"title": title})
    assert [record.values["title"] for record in query.page(clerk, order(), search=search).items] == titles


@both_databases
def test_a_filter_is_a_condition_over_the_fields(clerk: User) -> None:
    for values in VALUES:
        saved("order", values)
    condition = {"required": ["qty"], "properties": {"qty": {"type": "number", "minimum": Decimal("1.5")}}}
    assert query.count(clerk, order(), condition=condition) == 3
    assert (
        query.count(clerk, order(), condition={"properties": {"created_by": {"const": {"fact": "user.id"}}}})
        == 6
    )


@pytest.mark.parametrize("key", ["nothing", "password_hash", "search_text_", "grade"])
def test_a_filter_over_something_that_is_no_column_is_refused(clerk: User, key: str) -> None:
    with pytest.raises(ConditionError):
        query.page(clerk, order(), condition={"required": [key]})


@pytest.mark.parametrize("key", ["search_text", "record.search_text"])
def test_a_page_is_not_filtered_by_what_no_list_may_look_at(clerk: User, key: str) -> None:
    with pytest.raises(ConditionError):
        query.page(clerk, order(), condition={"required": [key]})


@pytest.mark.parametrize("record_id", [0, -1, 2**63, 2**70, 999_999, True])
def test_an_id_of_no_record_is_not_found(clerk: User, record_id: int) -> None:
    with pytest.raises(NotFound):
        query.get(clerk, order(), record_id)


def test_a_page_of_records_with_look_ups_is_four_statements(clerk: User, queries: Queries) -> None:
    for number in range(20):
        customer = saved("customer", {"name": f"C{number}", "grade": "A"})
        saved("order", {"customer": customer, "title": "x"})
    assert clerk.id
    queries.clear()
    found = query.page(clerk, order(), limit=10)
    assert [record.values["grade"] for record in found.items] == ["A"] * 10
    assert queries.count <= 4, queries.statements  # what is in force, page, count, looked-up records


def test_titles_of_many_records_are_one_statement_and_respect_rights(
    clerk: User, charlie: User, queries: Queries
) -> None:
    ids = [saved("customer", {"name": f"C{number}"}) for number in range(50)]
    customer = lookup.form("shop", "customer")
    assert clerk.id and charlie.id and clerk.roles and not charlie.roles
    queries.clear()
    assert query.titles(customer, ids)[ids[7]] == "C7"
    assert queries.count == 1
    assert query.titles(customer, ids, user=charlie) == {}
    assert query.titles(customer, [ids[0], 999, -1, 2**70]) == {ids[0]: "C0"}


def test_limits_are_clamped(clerk: User) -> None:
    saved("order", {"title": "one"})
    assert len(query.page(clerk, order(), limit=10**9).items) == 1
    assert len(query.page(clerk, order(), limit=-5).items) == 1
