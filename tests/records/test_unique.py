"""Uniqueness, submit tokens, revisions and serial numbers, one after the other and all at once."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from runtime.accounts.models import User
from runtime.db import db, transaction
from runtime.definitions import lookup
from runtime.errors import Conflict, Invalid
from runtime.records import query, store
from runtime.records.models import Counter, Event
from runtime.records.tables import table
from tests.conftest import both_databases, sqlite_with
from tests.records.at_once import actor_of, together
from tests.records.factory import TRUSTED, field, form_document, give_role, page, publish, shop, there_is

ORDER = form_document(
    "order",
    {
        "number": field("serial", pattern="O-{yyyy}{mm}-{n:3}", reset="month"),
        "customer": field("text"),
        "day": field("date"),
        "count": field("number", decimals=0),
    },
    title_field="number",
    unique=[["customer", "day"]],
)


@pytest.fixture(scope="module")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sqlite_with(tmp_path_factory, lambda: shop(ORDER))


@pytest.fixture
def clerk(app: Flask, bob: User) -> User:
    there_is(ORDER)
    give_role(bob)
    return bob


def saved(actor: store.Actor, values: dict[str, object], **options: object) -> store.Saved:
    with transaction():
        return store.save(actor, lookup.form("shop", "order"), values, **options)  # type: ignore[arg-type]


def rows() -> int:
    return db.session.scalar(select(func.count()).select_from(table(lookup.form("shop", "order")))) or 0


@both_databases
def test_the_same_combination_is_refused_at_its_last_field(clerk: User) -> None:
    first = saved(page(clerk), {"customer": "Acme", "day": "2026-11-21"})
    with pytest.raises(Invalid) as caught:
        saved(page(clerk), {"customer": "Acme", "day": "2026-11-21"})
    assert [(each.path, each.code) for each in caught.value.problems] == [(("day",), "unique_together")]
    assert saved(page(clerk), {"customer": "Acme"}).id
    assert saved(page(clerk), {"customer": "Acme"}).id, "empty values never clash"
    assert saved(page(clerk), {"count": 3}, record_id=first.id).revision == 2


@both_databases
def test_of_many_equal_records_at_once_one_is_saved(app: Flask, clerk: User) -> None:
    user_id = clerk.id
    results = together(app, 8, lambda n: saved(actor_of(user_id), {"customer": "Acme", "day": "2026-11-21"}))
    assert sum(isinstance(each, store.Saved) for each in results) == 1
    refused = [each for each in results if isinstance(each, Invalid)]
    assert [each.problems[0].code for each in refused] == ["unique_together"] * 7
    assert rows() == 1


@both_databases
def test_fifty_clicks_are_one_record(app: Flask, clerk: User) -> None:
    user_id = clerk.id
    results = together(app, 50, lambda n: saved(actor_of(user_id), {"customer": "Acme"}, token="click"))
    assert len({each.id for each in results if isinstance(each, store.Saved)}) == 1
    assert all(isinstance(each, store.Saved) for each in results), results
    assert sum(not each.repeated for each in results if isinstance(each, store.Saved)) == 1
    assert rows() == 1
    assert db.session.scalar(select(Counter.value)) == 1, "the losers gave their numbers back"


@both_databases
def test_a_used_token_returns_the_first_record_and_refuses_other_values(clerk: User, charlie: User) -> None:
    first = saved(page(clerk), {"customer": "Acme"}, token="t")
    again = saved(page(clerk), {"customer": "Acme"}, token="t")
    assert (again.id, again.repeated, again.values) == (first.id, True, first.values)
    with pytest.raises(Conflict) as caught:
        saved(page(clerk), {"customer": "Bolt"}, token="t")
    assert caught.value.code == "token_reused"
    give_role(charlie)
    assert saved(page(charlie), {"customer": "Bolt"}, token="t").id != first.id, "a token is the user's own"


@pytest.mark.parametrize("token", ["x" * 5000, "令牌", "a\x00b", "\ud800"])
def test_any_text_serves_as_a_token(clerk: User, token: str) -> None:
    first = saved(page(clerk), {"customer": "Acme"}, token=token)
    assert saved(page(clerk), {"customer": "Acme"}, token=token).id == first.id


@both_databases
def test_increments_at_once_lose_nothing(app: Flask, clerk: User) -> None:
    order, user_id = saved(page(clerk), {"count": 0}).id, clerk.id

    def increment(_number: int) -> None:
        for _ in range(10):
            while True:
                found = query.get(db.session.get(User, user_id), lookup.form("shop", "order"), order)
                db.session.rollback()
                values = {"count": found.values["count"] + 1}
                try:
                    saved(actor_of(user_id), values, record_id=order, revision=found.revision)
                    break
                except Conflict as error:
                    assert error.code == "stale"

    assert together(app, 4, increment) == [None] * 4
    found = query.get(clerk, lookup.form("shop", "order"), order)
    assert (found.values["count"], found.revision) == (Decimal(40), 41)
    assert db.session.scalar(select(func.count()).select_from(Event)) == 41


@both_databases
def test_numbers_drawn_at_once_have_no_gap_and_no_double(app: Flask, clerk: User) -> None:
    user_id = clerk.id
    results = together(app, 8, lambda n: [saved(actor_of(user_id), {}).values["number"] for _ in range(5)])
    numbers = sorted(number for each in results if isinstance(each, list) for number in each)
    assert [int(number[-3:]) for number in numbers] == list(range(1, 41))


@both_databases
def test_a_failed_save_gives_its_number_back(clerk: User) -> None:
    saved(page(clerk), {})
    with pytest.raises(RuntimeError), transaction():
        store.save(page(clerk), lookup.form("shop", "order"), {})
        raise RuntimeError
    assert str(saved(page(clerk), {}).values["number"]).endswith("-002")


def test_the_series_begins_again_with_the_month_of_the_apps_zone(
    clerk: User, clock: Callable[[datetime], None]
) -> None:
    clock(datetime(2026, 10, 31, 15, 59, tzinfo=UTC))
    assert saved(page(clerk), {}).values["number"] == "O-202610-001"
    clock(datetime(2026, 10, 31, 16, 0, tzinfo=UTC))
    assert saved(page(clerk), {}).values["number"] == "O-202611-001"


@both_databases
def test_the_series_goes_on_after_an_imported_number(clerk: User, clock: Callable[[datetime], None]) -> None:
    clock(datetime(2026, 11, 21, 12, tzinfo=UTC))
    saved(page(clerk), {})
    assert saved(TRUSTED, {"number": "O-202611-017"}).values["number"] == "O-202611-017"
    assert saved(TRUSTED, {"number": "O-202611-009"}).id
    assert saved(TRUSTED, {"number": "Old 5"}).id
    assert saved(page(clerk), {}).values["number"] == "O-202611-018"
    with pytest.raises(Invalid):
        saved(TRUSTED, {"number": "O-202611-017"})


@both_databases
def test_a_number_that_an_older_pattern_gave_is_left_out(
    clerk: User, clock: Callable[[datetime], None]
) -> None:
    clock(datetime(2026, 11, 21, 12, tzinfo=UTC))
    saved(page(clerk), {})
    saved(page(clerk), {})
    fields = {**ORDER["properties"], "number": field("serial", pattern="O-{yyyy}{mm}-{n:3}", reset="day")}
    publish("form", "order", {**ORDER, "properties": fields})
    assert saved(page(clerk), {}).values["number"] == "O-202611-003"


def test_a_large_number_gets_more_digits(clerk: User, clock: Callable[[datetime], None]) -> None:
    clock(datetime(2026, 11, 21, 12, tzinfo=UTC))
    saved(TRUSTED, {"number": "O-202611-999"})
    assert saved(page(clerk), {}).values["number"] == "O-202611-1000"
