"""Records by the values of a field: how many there are of each, and the first of each, on both databases."""

import pytest
from flask import Flask

from runtime.accounts.models import User
from runtime.db import transaction
from runtime.definitions import lookup
from runtime.records import crossed, query, store
from tests.conftest import both_databases
from tests.records.factory import TRUSTED, field, form_document, give_role, shop

ORDER = form_document(
    "order",
    {"title": field("text"), "state": field("choice", {"enum": ["new", "old"]}), "done": field("yes_no")},
    title_field="title",
)


@pytest.fixture
def clerk(app: Flask, bob: User) -> User:
    shop(ORDER)
    give_role(bob)
    return bob


@both_databases
def test_given_values_of_different_sizes_when_the_first_of_each_are_read_then_each_has_its_own_and_goes_on(
    clerk: User,
) -> None:
    order = lookup.form("shop", "order")
    values = [("new", True), ("old", None), ("new", False), (None, True), ("new", True), ("old", False)]
    with transaction():
        for number, (state, done) in enumerate(values):
            store.save(TRUSTED, order, {"title": f"T{number}", "state": state, "done": done})

    def first(key: str, sizes: dict[object, int], search: str = "") -> dict[object, list[object]]:
        totals = query.count_by(clerk, order, key, search=search)
        found = query.lanes(clerk, order, key, totals, sizes, sort="-title", search=search)
        return {value: [each.values["title"] for each in lane.items] for value, lane in found.items()}

    assert first("state", {"new": 2, "old": 9, None: 2}) == {
        "new": ["T4", "T2"],
        "old": ["T5", "T1"],
        None: ["T3"],
    }
    assert first("state", {"new": 1, "gone": 1}) == {"new": ["T4"], "gone": []}
    assert first("state", {"new": 1, "old": 1}, search="T1") == {"new": [], "old": ["T1"]}
    assert first("done", {True: 1, False: 2, None: 3}) == {True: ["T4"], False: ["T5", "T2"], None: ["T1"]}
    lane = query.lanes(clerk, order, "state", {"new": 3}, {"new": 2}, sort="-title")["new"]
    rest = query.page(clerk, order, sort="-title", after=lane.next, limit=9).items
    assert [each.values["title"] for each in rest] == ["T1", "T0"]


@both_databases
def test_given_pairs_of_values_when_the_first_of_each_are_read_then_each_has_its_own_and_goes_on(
    clerk: User,
) -> None:
    order = lookup.form("shop", "order")
    values = [("new", True), ("new", True), ("new", None), (None, True), ("new", True), ("old", False)]
    with transaction():
        for number, (state, done) in enumerate(values):
            store.save(TRUSTED, order, {"title": f"T{number}", "state": state, "done": done})
    keys, some = ("state", "done"), (["new", None], [True, None])

    totals = crossed.counts(clerk, order, keys)
    found = crossed.lanes(clerk, order, keys, some, totals, 1, {("new", True): 2}, sort="-title")

    assert totals == {("new", True): 3, ("new", None): 1, (None, True): 1, ("old", False): 1}
    assert {pair: [each.values["title"] for each in lane.items] for pair, lane in found.items()} == {
        ("new", True): ["T4", "T1"],
        (None, True): ["T3"],
        ("new", None): ["T2"],
        (None, None): [],
    }
    assert found["new", True].next and not found["new", None].next
