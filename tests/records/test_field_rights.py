"""Rights on fields below the pages: reading, searching, offering and saving, on both databases, at no extra cost."""

from typing import Any

import pytest
from flask import Flask

from runtime import access
from runtime.accounts.models import User
from runtime.db import transaction
from runtime.definitions import lookup
from runtime.records import query, store
from tests.conftest import Queries, both_databases
from tests.records.factory import ACTIONS, TRUSTED, field, form_document, give_role, page, shop

HIDDEN = {"access": {"clerk": "hidden"}}
CUSTOMER = form_document(
    "customer", {"name": field("text"), "code": field("text", **HIDDEN)}, title_field="code"
)
DEAL = form_document(
    "deal",
    {
        "name": field("text"),
        "region": field("text", initial='"north"', **HIDDEN),
        "pay": field("number", {"maximum": 10}, decimals=0, initial="99", **HIDDEN),
        "customer": field(
            "reference",
            form="customer",
            offer={"required": ["name"], "properties": {"name": {"const": {"fact": "record.region"}}}},
        ),
    },
    required=("name", "region"),
    unique=[["name", "region"]],
    sort="-region",
)
ROLES = {
    "clerk": [{"form": form, "actions": list(ACTIONS), "scope": "all"} for form in ("customer", "deal")],
    "boss": [{"form": form, "actions": list(ACTIONS), "scope": "all"} for form in ("customer", "deal")],
    "guest": [{"form": "customer", "actions": ["read"], "scope": "all"}],
}


@pytest.fixture
def clerk(app: Flask, bob: User) -> User:
    shop(CUSTOMER, DEAL, roles=ROLES)
    give_role(bob)
    return bob


def made(form: str, **values: Any) -> int:
    given = {"pay": 1, **values} if form == "deal" else values
    with transaction():
        return store.save(TRUSTED, lookup.form("shop", form), given).id


@both_databases
def test_a_search_looks_through_what_may_be_seen_only(clerk: User) -> None:
    made("customer", name="Ünal 100%_Ltd", code="secret")
    customer = lookup.form("shop", "customer")

    found = {
        word: query.count(clerk, customer, search=word) for word in ("100%_l", "LTD", "secret", "nal sec")
    }

    assert found == {"100%_l": 1, "LTD": 1, "secret": 0, "nal sec": 0}
    assert [title for _id, title in query.options(clerk, customer, None, "ltd")] == ["#1"]


@both_databases
def test_no_order_follows_what_is_hidden(clerk: User) -> None:
    for name, region in (("a", "x"), ("b", "z"), ("c", "y")):
        made("deal", name=name, region=region)
    deal = lookup.form("shop", "deal")

    for sort in (None, "region", "-region", "nothing"):
        assert [one.values["name"] for one in query.page(clerk, deal, sort=sort).items] == ["c", "b", "a"]
    cursor = query.page(clerk, deal, sort="region", limit=1).next
    assert query.is_cursor(clerk, deal, "-id", cursor)


@both_databases
def test_an_offer_goes_by_the_true_value(clerk: User) -> None:
    north, south = made("customer", name="north"), made("customer", name="south")
    deal = lookup.form("shop", "deal")
    stored = made("deal", name="kept", region="south")

    new = store.judge(page(clerk), deal, {"name": "x"})
    old = store.judge(page(clerk), deal, {}, record=query.get(clerk, deal, stored))

    offer = deal.fields["customer"].options["offer"]
    target = lookup.form("shop", "customer")
    assert [each for each, _t in query.options(clerk, target, offer, facts=new.facts)] == [north]
    assert [each for each, _t in query.options(clerk, target, offer, facts=old.facts)] == [south]
    assert "region" not in new.values and "region" not in old.values


@both_databases
def test_a_first_value_that_does_not_fit_is_left_out_without_a_word(clerk: User) -> None:
    deal = lookup.form("shop", "deal")
    with transaction():
        saved = store.save(page(clerk), deal, {"name": "x", "pay": 5, "region": "forged"})

    assert saved.values == {"name": "x", "region": "north"}


@both_databases
def test_what_is_stored_and_no_longer_fits_stops_nobody_who_may_not_touch_it(clerk: User) -> None:
    deal = lookup.form("shop", "deal")
    stored = made("deal", name="x", region="south")
    stricter = {
        **DEAL,
        "properties": {**DEAL["properties"], "pay": field("number", {"maximum": 0}, decimals=0, **HIDDEN)},
    }
    shop(CUSTOMER, {**stricter, "required": ["name", "pay"]}, roles=ROLES)
    deal = lookup.form("shop", "deal")

    with transaction():
        saved = store.save(page(clerk), deal, {"name": "y"}, record_id=stored)

    assert saved.values == {"name": "y", "region": "south", "pay": 1}


def test_a_role_without_a_right_on_the_form_widens_nothing(clerk: User) -> None:
    deal, customer = lookup.form("shop", "deal"), lookup.form("shop", "customer")
    assert access.fields(clerk, deal).hidden == {"region", "pay"}
    give_role(clerk, "guest")
    assert access.fields(clerk, deal).hidden == {"region", "pay"}
    assert access.fields(clerk, customer).hidden == frozenset()
    give_role(clerk, "boss")
    assert access.fields(clerk, deal) == access.EVERY_FIELD


def test_rights_on_fields_take_no_statement(clerk: User, queries: Queries) -> None:
    deal = lookup.form("shop", "deal")
    made("deal", name="x", region="south")

    def cost(user: User) -> int:
        query.page(user, deal)
        queries.clear()
        query.page(user, deal, sort="region", search="x")
        return queries.count

    limited = cost(clerk)
    give_role(clerk, "boss")
    the_index_is_asked_for = 1  # of a search that looks through nothing hidden
    assert cost(clerk) == limited + the_index_is_asked_for
