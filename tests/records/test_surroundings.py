"""Conditions on days counted from today and on departments: one verdict of the evaluator and of both databases."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from runtime import surroundings, times
from runtime.accounts.models import Department, User
from runtime.conditions import Group, Row, compile, from_rows, where
from runtime.conditions.days import MOST, Days
from runtime.db import db, transaction
from runtime.definitions import lookup
from runtime.records import query, rows, store
from tests.conftest import both_databases
from tests.records.factory import TRUSTED, field, form_document, give_role, shop

NOW = datetime(2026, 11, 21, 17, 30, tzinfo=UTC)  # 01:30 of the 22nd in Shanghai
VISIT = form_document(
    "visit",
    {
        "who": field("member"),
        "unit": field("department"),
        "day": field("date"),
        "at": field("datetime"),
        "note": field("text"),
    },
    rules=[
        {
            "key": "soon",
            "when": from_rows(Group("all", (Row("day", "in_next_days", 7),))),
            "then": {"require": ["note"]},
        }
    ],
)


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> Iterator[datetime]:
    """One moment in every place."""
    monkeypatch.setattr(times, "now", lambda: NOW)
    yield NOW


@pytest.fixture
def visits(app: Flask, now: datetime, bob: User) -> dict[str, Any]:
    """Visits of people of three departments, of which one lies below another, on days around today."""
    shop(VISIT)
    give_role(bob)
    ids: dict[str, Any] = {}
    with transaction() as session:
        for name, above in (("North", ""), ("Harbour", "North"), ("South", "")):
            one = Department(name=name)
            session.add(one)
            session.flush()
            one.path = f"{f'/{ids[above]}' if above else ''}/{one.id}/"
            one.parent_id = ids.get(above)
            user = User(name=f"of {name}", email=f"{name}@example.com", department_id=one.id)
            session.add(user)
            session.flush()
            ids |= {name: one.id, f"of {name}": user.id}
        ids["nowhere"] = bob.id
    with transaction():
        form = lookup.form("shop", "visit")
        for who, unit, day, at in (
            ("of North", "North", "2026-11-22", "2026-11-21T17:30:00Z"),
            ("of Harbour", "Harbour", "2026-11-15", "2026-11-14T16:00:00Z"),
            ("of South", "South", "2026-11-14", "2026-11-14T15:59:59Z"),
            ("nowhere", "South", "2026-11-29", "2026-11-29T15:59:59Z"),
            ("nowhere", "South", "2026-11-30", "2026-11-29T16:00:00Z"),
        ):
            values = {"who": ids[who], "unit": ids[unit], "day": day, "at": at, "note": "x"}
            store.save(TRUSTED, form, values)
        store.save(TRUSTED, form, {"note": "empty"})
    return ids


def found_by(path: str, operator: str, value: Any = None, user: User | None = None) -> list[int]:
    """The places of the records that a row finds in SQL, which are those that it finds in Python."""
    form = lookup.form("shop", "visit")
    document = from_rows(Group("all", (Row(path, operator, value),)))
    facts = surroundings.around(form.zone, {"department_id": user.department_id} if user else {})
    stored = db.session.execute(rows.select_all(form)).all()
    records = sorted((rows.record(form, row) for row in stored), key=lambda each: each.id)
    condition = compile(document)
    expected = [each.id for each in records if condition.holds(rows.context(each), facts)]
    chosen = where(document, lambda name: rows.column(form, name), facts)
    ids = list(db.session.scalars(sa.select(rows.column(form, "id")).where(chosen).order_by("id")))
    assert ids == expected
    return [[each.id for each in records].index(each) for each in ids]


@both_databases
def test_today_counts_among_the_last_and_the_next_days_in_the_zone_of_the_app(visits: dict[str, Any]) -> None:
    assert found_by("day", "in_last_days", 7) == [0, 1]
    assert found_by("day", "in_last_days", 8) == [0, 1, 2]
    assert found_by("day", "not_in_last_days", 7) == [2, 3, 4, 5]
    assert found_by("day", "in_next_days", 7) == [0, 3]
    assert found_by("day", "is_today") == [0]
    assert found_by("at", "at_last_days", 7) == [0, 1]
    assert found_by("at", "not_at_last_days", 7) == [2, 3, 4, 5]
    assert found_by("at", "at_next_days", 7) == [0, 3]
    assert found_by("at", "at_today") == [0]
    assert found_by("at", "at_next_days", MOST) == [0, 3, 4]


@both_databases
def test_who_is_in_a_department_is_in_those_above_it(visits: dict[str, Any]) -> None:
    north, harbour = visits["North"], visits["Harbour"]
    assert found_by("who", "in_department", north) == [0, 1]
    assert found_by("who", "in_department", harbour) == [1]
    assert found_by("who", "not_in_department", north) == [2, 3, 4, 5]
    assert found_by("who", "in_department", 999_999_999) == []
    assert found_by("unit", "within_department", north) == [0, 1]
    assert found_by("unit", "not_within_department", north) == [2, 3, 4, 5]


@both_databases
def test_my_department_is_that_of_whoever_looks(visits: dict[str, Any]) -> None:
    own = {"fact": "user.department_id"}
    chief = db.session.get_one(User, visits["of North"])
    assert found_by("who", "in_department", own, chief) == [0, 1]
    assert found_by("who", "in_department", own, db.session.get_one(User, visits["nowhere"])) == []


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_the_people_of_a_department_are_never_listed_in_a_question(visits: dict[str, Any]) -> None:
    form = lookup.form("shop", "visit")
    document = from_rows(Group("all", (Row("who", "in_department", visits["North"]),)))
    chosen = where(document, lambda name: rows.column(form, name), surroundings.around(form.zone, {}))
    said = str(sa.select(rows.column(form, "id")).where(chosen).compile(db.engine))
    assert "IN (SELECT users.id" in said


def test_a_list_and_a_rule_know_what_day_it_is(visits: dict[str, Any], bob: User) -> None:
    form = lookup.form("shop", "visit")
    soon = from_rows(Group("all", (Row("day", "in_next_days", 7),)))
    assert query.count(bob, form, condition=soon) == 2
    assert "note" in store.judge(TRUSTED, form, {"day": "2026-11-29"}).required
    assert "note" not in store.judge(TRUSTED, form, {"day": "2026-11-30"}).required


def test_days_begin_and_end_where_clocks_change() -> None:
    # given the night in which clocks in Berlin went from 03:00 back to 02:00
    days = Days(datetime(2026, 10, 25, 12, tzinfo=UTC), "Europe/Berlin")
    # then
    assert (days["begin"], days["end"]) == ("2026-10-24T22:00:00Z", "2026-10-25T22:59:59Z")
    assert (days["before_1"], days["after_366"]) == ("2026-10-24", "2027-10-26")
    assert not any(name in days for name in ("before_0", "before_3661", "later_3"))
