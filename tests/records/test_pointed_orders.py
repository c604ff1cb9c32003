"""Lists sorted by references and people follow titles and names, as far as their reader knows these."""

import base64
from itertools import pairwise
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from runtime import documents
from runtime.accounts.departments import tree
from runtime.accounts.models import Department, User
from runtime.db import db, transaction
from runtime.definitions import lookup
from runtime.records import query, store
from runtime.records.rows import Record
from runtime.records.tables import table
from tests.conftest import Queries, both_databases, make_user
from tests.records import factory
from tests.records.factory import ACTIONS, TRUSTED, field, form_document

FIRM = form_document(
    "firm", {"name": field("text"), "secret": field("text", access={"reader": "hidden"})}, title_field="name"
)
DEAL = form_document(
    "deal",
    {
        "name": field("text"),
        "firm": field("reference", form="firm"),
        "owner": field("member"),
        "office": field("department"),
        "next": field("reference", form="deal"),
        "visit": field("reference", form="visit"),
    },
    title_field="name",
)
VISIT = form_document("visit", {"day": field("date")}, title_field="day")
ROLES = {
    "clerk": [{"form": each, "actions": list(ACTIONS), "scope": "all"} for each in ("firm", "deal", "visit")],
    "reader": [
        {"form": "deal", "actions": ["read"], "scope": "all"},
        {"form": "firm", "actions": ["read"], "scope": "own"},
    ],
}
NAMES = ["zebra", "阿里", "Apple", "北京", "mango"]
BY_TITLE = ["阿里", "Apple", "北京", "mango", "zebra"]


@pytest.fixture
def clerk(app: Flask, bob: User) -> User:
    factory.shop(FIRM, VISIT, DEAL, roles=ROLES)
    factory.give_role(bob)
    return bob


def made(form: str, *several: dict[str, Any]) -> list[int]:
    with transaction():
        return [store.save(TRUSTED, lookup.form("shop", form), values).id for values in several]


def walked(user: User, sort: str, limit: int = 2) -> list[Record]:
    """All deals in this order, page by page."""
    found: list[Record] = []
    after: str | None = None
    while True:
        page = query.page(user, lookup.form("shop", "deal"), sort=sort, limit=limit, after=after)
        found += page.items
        after = page.next
        if after is None:
            return found


def of_firms(names: list[str]) -> dict[str, int]:
    return dict(zip(names, made("firm", *({"name": each} for each in names)), strict=True))


@both_databases
def test_a_list_sorted_by_a_reference_follows_the_titles_on_every_page(clerk: User) -> None:
    firms = of_firms(NAMES)
    made("deal", *({"name": each, "firm": firms[each]} for each in [*NAMES, *NAMES]), {"name": "none"})

    rising = [each.values["name"] for each in walked(clerk, "firm")]
    falling = [each.values["name"] for each in walked(clerk, "-firm")]

    assert rising == ["none", *(each for each in BY_TITLE for _twice in range(2))]
    assert falling == list(reversed(rising))


def test_a_list_sorted_by_its_own_records_follows_their_titles(clerk: User) -> None:
    ids = made("deal", *({"name": each} for each in NAMES))
    made("deal", *({"name": "to " + name, "next": one} for name, one in zip(NAMES, ids, strict=True)))

    found = [each.values["name"] for each in walked(clerk, "next,name", limit=3)]

    assert found[5:] == ["to " + each for each in BY_TITLE]


def test_a_list_sorted_by_people_follows_their_names_and_each_has_its_neighbours(clerk: User) -> None:
    people = {name: make_user(name).id for name in ("Zoe", "Adam", "曾敏")}
    made("deal", *({"name": name, "owner": one} for name, one in people.items()))
    form = lookup.form("shop", "deal")

    found = walked(clerk, "owner")

    assert [each.values["name"] for each in found] == ["Adam", "曾敏", "Zoe"]
    for one, other in pairwise(found):
        assert query.neighbour(clerk, form, one, backwards=False, sort="owner") == other.id
        assert query.neighbour(clerk, form, other, backwards=True, sort="owner") == one.id


@both_databases
def test_a_list_sorted_by_departments_follows_their_names_by_pinyin(clerk: User) -> None:
    with transaction() as session:
        session.add_all(several := [Department(name=name) for name in NAMES])
        session.flush()
        offices = {each.name: each.id for each in several}
    made("deal", *({"name": name, "office": one} for name, one in offices.items()))

    assert [each.values["name"] for each in walked(clerk, "office")] == BY_TITLE
    assert [each.name for each in tree()] == BY_TITLE


@both_databases
@pytest.mark.parametrize("change", ["renamed", "out of sight"])
def test_given_a_title_that_changes_between_pages_then_the_next_page_goes_on_where_the_first_ended(
    clerk: User, change: str
) -> None:
    reader = make_user("Rita")
    factory.give_role(reader, "reader")
    firms = of_firms(NAMES)
    made("deal", *({"name": each, "firm": firms[each]} for each in NAMES))
    form, firm = lookup.form("shop", "deal"), lookup.form("shop", "firm")
    own = table(firm)
    with transaction():
        db.session.execute(update(own).values(created_by=reader.id))
    page = query.page(reader, form, sort="firm", limit=2)

    with transaction():
        if change == "renamed":
            store.save(TRUSTED, firm, {"name": "zzz"}, record_id=firms["Apple"])
        else:
            db.session.execute(update(own).where(own.c.id == firms["Apple"]).values(created_by=clerk.id))
    rest = query.page(reader, form, sort="firm", limit=9, after=page.next)

    assert [each.values["name"] for each in page.items] == BY_TITLE[:2]
    again = ["Apple"] if change == "renamed" else []
    assert [each.values["name"] for each in rest.items] == [*BY_TITLE[2:], *again]


def test_given_titles_of_any_kind_when_a_list_is_sorted_by_them_then_every_page_is_reached(
    clerk: User,
) -> None:
    days = ["2026-03-01", None, "2025-01-01", "2026-01-01"]
    ids = made("visit", *({"day": day} for day in days))
    made("deal", *({"name": str(day), "visit": one} for day, one in zip(days, ids, strict=True)))

    found = [each.values["name"] for each in walked(clerk, "visit", limit=1)]

    assert found == ["None", "2025-01-01", "2026-01-01", "2026-03-01"]


def test_given_nonsense_in_a_cursor_when_a_list_goes_on_then_it_begins_anew(clerk: User) -> None:
    firms = of_firms(NAMES)
    made("deal", *({"name": each, "firm": firms[each]} for each in NAMES))
    form = lookup.form("shop", "deal")
    for told in (7, [], [1], [1, 2], [1, "x" * 900], [1, {}], ["1", "a"]):
        after = base64.urlsafe_b64encode(documents.dumps(["firm^", told, 1]).encode()).decode()
        assert not query.is_cursor(clerk, form, "firm", after)
        assert len(query.page(clerk, form, sort="firm", after=after).items) == 5


def test_given_lanes_of_cards_sorted_by_titles_then_these_are_read_once(
    clerk: User, queries: Queries
) -> None:
    firms, owners = of_firms(NAMES), [make_user(name).id for name in ("Ann", "Ben", "Cid")]
    made("deal", *({"firm": firms[each], "owner": one} for each in NAMES for one in owners))
    form, sizes = lookup.form("shop", "deal"), dict.fromkeys(owners, 2)
    totals = query.count_by(clerk, form, "owner")
    before = queries.count
    lanes = query.lanes(clerk, form, "owner", totals, sizes, sort="firm")
    assert all(each.next for each in lanes.values()) and queries.count - before <= 3


def test_titles_that_the_reader_may_not_know_decide_nothing(clerk: User) -> None:
    reader = make_user("Rita")
    factory.give_role(reader, "reader")
    firms = of_firms(NAMES)
    made("deal", *({"name": each, "firm": firms[each]} for each in reversed(NAMES)))

    found = [each.values["firm"] for each in walked(reader, "firm")]

    assert found == sorted(firms.values())
