"""Lists sorted by references and people follow titles and names, as far as their reader knows these."""

from itertools import pairwise
from typing import Any

import pytest
from flask import Flask

from runtime.accounts.models import User
from runtime.db import transaction
from runtime.definitions import lookup
from runtime.records import query, store
from runtime.records.rows import Record
from tests.conftest import both_databases, make_user
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
        "next": field("reference", form="deal"),
    },
    title_field="name",
)
ROLES = {
    "clerk": [{"form": each, "actions": list(ACTIONS), "scope": "all"} for each in ("firm", "deal")],
    "reader": [
        {"form": "deal", "actions": ["read"], "scope": "all"},
        {"form": "firm", "actions": ["read"], "scope": "own"},
    ],
}
NAMES = ["zebra", "阿里", "Apple", "北京", "mango"]
BY_TITLE = ["阿里", "Apple", "北京", "mango", "zebra"]


@pytest.fixture
def clerk(app: Flask, bob: User) -> User:
    factory.shop(FIRM, DEAL, roles=ROLES)
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


def test_titles_that_the_reader_may_not_know_decide_nothing(clerk: User) -> None:
    reader = make_user("Rita")
    factory.give_role(reader, "reader")
    firms = of_firms(NAMES)
    made("deal", *({"name": each, "firm": firms[each]} for each in reversed(NAMES)))

    found = [each.values["firm"] for each in walked(reader, "firm")]

    assert found == sorted(firms.values())
