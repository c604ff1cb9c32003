"""Pages of lists that are sorted by several columns: every record once, in the order that was asked for."""

from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest
from flask import Flask

from runtime.accounts.models import User
from runtime.db import transaction
from runtime.definitions import lookup
from runtime.records import query, store
from tests.conftest import both_databases, sqlite_with
from tests.records.factory import TRUSTED, field, form_document, give_role, publish, shop, there_is

ORDER = form_document(
    "order",
    {
        "title": field("text"),
        "note": field("long_text"),
        "qty": field("number", decimals=2),
        "day": field("date"),
        "at": field("datetime"),
        "done": field("yes_no"),
    },
    title_field="title",
)
FEW: dict[str, list[Any]] = {
    "title": [None, "a", "b"],
    "note": [None, "x" * 250, "x" * 199 + "y"],
    "qty": [None, Decimal("-2"), Decimal("1.5")],
    "day": [None, "2026-01-01", "2026-01-02"],
    "at": [None, "2026-01-01T10:00:00Z", "2026-01-01T10:00:01Z"],
    "done": [None, True, False],
}
KEYS = (*FEW, "id", "created_at")


@pytest.fixture(scope="module")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sqlite_with(tmp_path_factory, lambda: shop(ORDER))


@pytest.fixture
def clerk(app: Flask, bob: User) -> User:
    there_is(ORDER)
    give_role(bob)
    return bob


def order() -> Any:
    return lookup.form("shop", "order")


def fill(random: Random, records: int) -> None:
    """Records of few values, so that many are alike."""
    with transaction():
        for _number in range(records):
            values = {key: random.choice(few) for key, few in FEW.items()}
            filled = {key: value for key, value in values.items() if value is not None}
            store.save(TRUSTED, order(), filled)


def walk(user: User, sort: str, limit: int) -> list[int]:
    """The ids of every page, one after the other."""
    found: list[int] = []
    after = None
    while True:
        page_ = query.page(user, order(), sort=sort, limit=limit, after=after, total=False)
        found += [record.id for record in page_.items]
        if page_.next is None:
            return found
        after = page_.next


def expected(records: list[query.Record], names: list[str]) -> list[int]:
    """The ids in this order, as Python sorts them: empty values first, ids in the direction of the last sort."""

    def place(record: query.Record, key: str) -> tuple[bool, Any]:
        value = getattr(record, key) if key in ("id", "created_at") else record.values.get(key)
        return (value is not None, 0 if value is None else value[:200] if isinstance(value, str) else value)

    found = sorted(records, key=lambda record: record.id, reverse=names[-1].startswith("-"))
    for name in reversed(names):
        key = name.removeprefix("-")
        found.sort(key=lambda record, key=key: place(record, key), reverse=name.startswith("-"))  # type: ignore[misc]
    return [record.id for record in found]


@both_databases
def test_given_any_order_of_up_to_three_columns_when_walking_page_by_page_then_each_record_comes_once_in_order(
    clerk: User,
) -> None:
    random = Random(7)
    fill(random, 40)
    records = query.page(clerk, order(), limit=200).items
    assert len(records) == 40
    for _trial in range(60):
        keys = random.sample(KEYS, random.randint(2, 3))
        names = [random.choice(("", "-")) + key for key in keys]
        limit = random.choice((1, 3, 7, 50))

        assert walk(clerk, ",".join(names), limit) == expected(records, names), names


@pytest.mark.parametrize(
    "sort",
    ["title,nothing", "title,,qty", "title,-", "title,qty,day,at", "title,search_text", "title," * 100],
)
def test_given_several_sorts_of_which_one_is_none_when_listed_then_the_order_of_the_form_counts(
    clerk: User, sort: str
) -> None:
    fill(Random(1), 6)

    assert walk(clerk, sort, 2) == walk(clerk, "", 50)


@pytest.mark.parametrize("other", ["title", "title,-qty", "-title,qty", "qty,title", "title,qty,day"])
def test_given_a_cursor_of_another_order_when_it_is_used_then_it_is_none(clerk: User, other: str) -> None:
    fill(Random(1), 6)
    cursor = query.page(clerk, order(), sort="title,qty", limit=2).next

    assert query.is_cursor(clerk, order(), "title,qty", cursor)
    assert not query.is_cursor(clerk, order(), other, cursor)


def test_given_records_that_hold_what_the_form_no_longer_takes_when_walking_then_each_comes_once(
    app: Flask, bob: User
) -> None:
    def deal(options: list[str], most: int) -> dict[str, Any]:
        fields = {"state": field("choice", {"enum": options}), "qty": field("number", {"maximum": most})}
        return form_document("deal", fields)

    shop(deal(["old", "new"], 1000))
    give_role(bob)
    with transaction():
        form = lookup.form("shop", "deal")
        made = [store.save(TRUSTED, form, {"state": "old", "qty": 500}).id for _each in range(5)]
    publish("form", "deal", deal(["new"], 10))
    form = lookup.form("shop", "deal")
    for sort in ("state", "-qty", "state,-qty"):
        found, after = [], None
        for _page in range(4):
            page = query.page(bob, form, sort=sort, limit=2, after=after)
            found += [each.id for each in page.items]
            after = page.next
            if after is None:
                break
        assert sorted(found) == made, sort
