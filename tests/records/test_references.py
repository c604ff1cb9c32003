"""References: what may be picked, and the one answer for everything that may not."""

import pytest
from flask import Flask

from runtime.accounts.models import User
from runtime.db import transaction
from runtime.definitions import lookup
from runtime.errors import Invalid
from runtime.records import deletion, query, store
from tests.conftest import both_databases, make_user
from tests.records.factory import TRUSTED, field, form_document, give_role, page, shop

CUSTOMER = form_document("customer", {"name": field("text")}, title_field="name")
DEAL = form_document(
    "deal", {"title": field("text"), "customer": field("reference", form="customer")}, title_field="title"
)
OF_CUSTOMER = field(
    "reference",
    form="deal",
    offer={
        "required": ["customer"],
        "properties": {"customer": {"const": {"fact": "record.customer"}}},
    },
)
ROWS = {"type": "object", "properties": {"deal": OF_CUSTOMER, "customer": field("text")}}
VISIT = form_document(
    "visit",
    {
        "customer": field("reference", form="customer"),
        "deal": OF_CUSTOMER,
        "lines": field("sub_table", {"type": "array", "items": ROWS}),
        "after": field("reference", form="visit"),
        "owner": field("member", initial="user.id"),
        "team": field("department"),
        "note": field("text"),
    },
    owner_field="owner",
)
ROLES = {
    "clerk": [
        {"form": "customer", "actions": ["create", "read"], "scope": "own"},
        {"form": "deal", "actions": ["create", "read"], "scope": "all"},
        {"form": "visit", "actions": ["create", "read", "update"], "scope": "all"},
    ]
}


@pytest.fixture
def clerk(app: Flask, bob: User) -> User:
    """Bob, who sees his own customers and everybody's deals."""
    shop(CUSTOMER, DEAL, VISIT, roles=ROLES)
    give_role(bob)
    return bob


def saved(actor: store.Actor, form_key: str, values: dict[str, object], **options: object) -> store.Saved:
    with transaction():
        return store.save(actor, lookup.form("shop", form_key), values, **options)  # type: ignore[arg-type]


def problems(actor: store.Actor, values: dict[str, object], **options: object) -> list[tuple[str, str, str]]:
    with pytest.raises(Invalid) as caught:
        saved(actor, "visit", values, **options)
    return [(str(each.path[0]), each.code, each.message) for each in caught.value.problems]


@both_databases
def test_whatever_is_wrong_with_a_reference_the_answer_is_the_same(clerk: User) -> None:
    mine = saved(page(clerk), "customer", {"name": "Mine"}).id
    unreadable = saved(TRUSTED, "customer", {"name": "Somebody else's"}).id
    saved(page(clerk), "deal", {"title": "One"})
    other_form = saved(page(clerk), "deal", {"title": "Two"}).id
    deleted = saved(page(clerk), "customer", {"name": "Gone"}).id
    with transaction():
        deletion.delete(TRUSTED, lookup.form("shop", "customer"), deleted)
    answers = {
        tuple(problems(page(clerk), {"customer": wrong}))
        for wrong in (unreadable, deleted, deleted + other_form, 2**31, 2**63, -1, 0, "1", 1.5, True, [mine])
    }
    assert len(answers) == 1
    assert saved(page(clerk), "visit", {"customer": mine}).id


@both_databases
def test_only_what_is_offered_can_be_picked(clerk: User) -> None:
    one = saved(page(clerk), "customer", {"name": "One"}).id
    two = saved(page(clerk), "customer", {"name": "Two"}).id
    deal = saved(page(clerk), "deal", {"title": "Of one", "customer": one}).id
    assert [key for key, *_ in problems(page(clerk), {"customer": two, "deal": deal})] == ["deal"]
    visit = saved(page(clerk), "visit", {"customer": one, "deal": deal})
    assert [key for key, *_ in problems(page(clerk), {"customer": two}, record_id=visit.id)] == ["deal"]


def test_rows_ask_again_what_is_offered_when_their_record_changes(clerk: User) -> None:
    # given
    one, two = (saved(page(clerk), "customer", {"name": name}).id for name in ("One", "Two"))
    deal = saved(page(clerk), "deal", {"title": "Of one", "customer": one}).id
    visit = saved(page(clerk), "visit", {"customer": one, "lines": [{"deal": deal}]})

    # when the customer is another
    with pytest.raises(Invalid) as caught:
        saved(page(clerk), "visit", {"customer": two}, record_id=visit.id)

    # then
    assert [each.path for each in caught.value.problems] == [("lines", 0, "deal")]

    # but what is offered no longer for another reason stays, whatever a column of that name says
    saved(TRUSTED, "deal", {"customer": two}, record_id=deal)
    rows = [{**visit.values["lines"][0], "customer": "another"}]
    assert saved(page(clerk), "visit", {"lines": rows}, record_id=visit.id).values["lines"][0]["deal"] == deal


def test_an_unchanged_reference_stays_though_the_writer_may_not_read_it(clerk: User) -> None:
    hidden = saved(TRUSTED, "customer", {"name": "Hidden"}).id
    visit = saved(TRUSTED, "visit", {"customer": hidden}).id
    assert saved(page(clerk), "visit", {"note": "seen"}, record_id=visit).values["customer"] == hidden


def test_a_record_cannot_refer_to_itself(clerk: User) -> None:
    visit = saved(page(clerk), "visit", {"note": "first"}).id
    assert [key for key, *_ in problems(page(clerk), {"after": visit}, record_id=visit)] == ["after"]
    assert saved(page(clerk), "visit", {"after": visit}).id


def test_members_must_be_active_and_departments_must_exist(clerk: User) -> None:
    gone = make_user("Gone", active=False)
    assert [key for key, *_ in problems(page(clerk), {"owner": gone.id, "team": 5})] == ["owner", "team"]


def test_the_owner_field_decides_who_owns_the_record(clerk: User) -> None:
    dora = make_user("Dora")
    visit = saved(page(clerk), "visit", {"owner": dora.id})
    assert query.get(clerk, lookup.form("shop", "visit"), visit.id).owner_id == dora.id
    saved(page(clerk), "visit", {"owner": None}, record_id=visit.id)
    assert query.get(clerk, lookup.form("shop", "visit"), visit.id).owner_id == clerk.id


def test_a_new_record_begins_with_the_initial_value(clerk: User) -> None:
    assert saved(page(clerk), "visit", {"note": "x"}).values["owner"] == clerk.id
    assert "owner" not in saved(page(clerk), "visit", {"note": "x", "owner": None}).values


def test_what_a_picker_offers_is_readable_matches_and_is_found_by_pinyin_initials(clerk: User) -> None:
    one = saved(page(clerk), "customer", {"name": "华新电子"}).id
    saved(page(clerk), "customer", {"name": "明德教育"})
    saved(TRUSTED, "customer", {"name": "华新之外"})
    customer, deal = lookup.form("shop", "customer"), lookup.form("shop", "deal")
    assert query.options(clerk, customer, None, "hxdz") == [(one, "华新电子")]
    assert query.options(clerk, customer, None, "华新") == [(one, "华新电子")]
    own = saved(page(clerk), "deal", {"title": "Of one", "customer": one}).id
    saved(page(clerk), "deal", {"title": "Of nobody"})
    facts = store.judge(page(clerk), lookup.form("shop", "visit"), {"customer": one}).facts
    offer = lookup.form("shop", "visit").offers["deal"].document
    assert query.options(clerk, deal, offer, "", facts=facts) == [(own, "Of one")]
