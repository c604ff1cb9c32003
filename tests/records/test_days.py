"""Records by days: of each day how many it has and the first of them, as long as they last, on both databases."""

import random
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from runtime import times
from runtime.accounts.models import User
from runtime.conditions import Group, Row, from_rows
from runtime.db import transaction
from runtime.definitions import lookup
from runtime.errors import NotFound
from runtime.records import query, store
from runtime.records.days import Lasting, of_days
from tests.conftest import both_databases
from tests.records.factory import TRUSTED, field, form_document, give_role, shop

FIELDS = {key: field("datetime" if key.endswith("at") else "date") for key in ("on", "to", "at", "end_at")}
STAY = form_document(
    "stay", {"title": field("text"), **FIELDS, "kept": field("date", access={"clerk": "hidden"})}
)
FIRST = date(2026, 3, 25)
DAYS = 8


@pytest.fixture
def clerk(app: Flask, bob: User) -> User:
    shop(STAY)
    give_role(bob)
    return bob


def stays() -> list[dict[str, Any]]:
    """Stays around the days, that end before they begin, never, at midnight, or long after."""
    chance, found = random.Random(7), []
    for number in range(60):
        begin = FIRST + timedelta(days=chance.randrange(-4, DAYS + 3))
        length = chance.choice([None, 0, -2, 1, 3, 20])
        moment = datetime(begin.year, begin.month, begin.day, chance.choice([0, 9, 23]), tzinfo=UTC)
        later = None if length is None else moment + timedelta(days=length, hours=chance.choice([0, 1]))
        stay = {"title": f"S{number}", "on": begin.isoformat(), "at": times.iso(moment)}
        until = None if length is None else (begin + timedelta(days=length)).isoformat()
        found.append({**stay, "to": until, "end_at": later and times.iso(later)})
    return found


def is_there(begin: Any, end: Any, first: Any, after: Any, *, to_the_end: bool) -> bool:
    """Whether a stay is in a time, told without SQL."""
    if first <= begin < after:
        return True
    return bool(begin < first and end is not None and (end >= first if to_the_end else end > first))


@both_databases
def test_each_day_has_the_records_that_begin_there_or_still_last(clerk: User) -> None:
    rows = stays()
    with transaction():
        for row in rows:
            store.save(TRUSTED, lookup.form("shop", "stay"), row)
    for by in (Lasting("on"), Lasting("on", "to"), Lasting("at"), Lasting("at", "end_at")):
        judge_days(clerk, rows, by)


def judge_days(clerk: User, rows: list[dict[str, Any]], by: Lasting) -> None:
    """Compare what the database finds with what is found without it."""
    form = lookup.form("shop", "stay")
    days = [FIRST + timedelta(days=number) for number in range(DAYS + 1)]
    edges = [f"{day}T00:00:00Z" if by.begin == "at" else day.isoformat() for day in days]

    found = of_days(clerk, form, by, edges, 4)

    for number, day in enumerate(found):
        here = [
            row
            for row in rows
            if is_there(
                row[by.begin],
                row[by.end] if by.end else None,
                edges[number],
                edges[number + 1],
                to_the_end=by.begin == "on",
            )
        ]
        first = sorted(here, key=lambda row: (row[by.begin], rows.index(row)))[:4]
        assert (day.total, [each.values["title"] for each in day.items]) == (
            len(here),
            [row["title"] for row in first],
        ), (by, day)
    some = from_rows(Group("all", (Row("title", "equals", "S1"),)))
    narrowed = of_days(clerk, form, by, edges, 4, condition=some)
    assert {each.values["title"] for day in narrowed for each in day.items} <= {"S1"}


def test_nobody_reads_days_by_what_is_hidden_from_him(clerk: User) -> None:
    form = lookup.form("shop", "stay")

    for by in (Lasting("kept"), Lasting("on", "kept")):
        with pytest.raises(NotFound):
            of_days(clerk, form, by, ["2026-03-25", "2026-03-26"], 1)
    assert query.count_asked(clerk, form, None, "") == 0
