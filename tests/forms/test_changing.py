"""Changing a stored record, and two people who change the same one."""

import re
from collections.abc import Callable
from html import unescape

import pytest
from flask.testing import FlaskClient

from runtime.accounts.models import User
from runtime.db import db, transaction
from runtime.definitions import lookup
from runtime.definitions.documents import Form
from runtime.records import deletion, query, store
from tests.conftest import make_user
from tests.forms.followup import FOLLOWUP, TRUSTED, Browser, control, make, sign_in
from tests.records.factory import field, form_document, give_role, shop

Followup = Callable[[str], Form]


@pytest.fixture
def acme(seller: User) -> int:
    return make(
        "customer",
        {"name": "Acme", "phone": "13800138000", "address": "1 Main Street", "owner": seller.id},
    )


@pytest.fixture
def editing(browser: Browser, acme: int) -> Browser:
    """Bob has the form of Acme open."""
    browser.open(f"{FOLLOWUP}/customer/{acme}/edit")
    return browser


def values(followup: Followup, record_id: int) -> dict[str, object]:
    db.session.rollback()
    boss = make_user(f"Boss{record_id}{len(db.session.info)}", is_admin=True)
    return query.get(boss, followup("customer"), record_id).values


def change(followup: Followup, record_id: int, **changed: object) -> None:
    """Somebody else saves."""
    with transaction():
        store.save(TRUSTED, followup("customer"), changed, record_id=record_id)


def test_the_form_holds_the_stored_values(editing: Browser) -> None:
    assert control(editing.page, "name") == "Acme"
    assert control(editing.page, "address") == "1 Main Street"


def test_a_change_is_saved(editing: Browser, acme: int, followup: Followup) -> None:
    answer = editing.send(address="2 Side Street")
    assert answer.status_code == 303
    assert answer.location.endswith(f"/customer/{acme}/")
    assert values(followup, acme)["address"] == "2 Side Street"


def test_an_emptied_field_is_cleared(editing: Browser, acme: int, followup: Followup) -> None:
    assert editing.send(address="").status_code == 303
    assert "address" not in values(followup, acme)


def test_changes_of_two_people_in_different_fields_both_survive(
    editing: Browser, acme: int, followup: Followup
) -> None:
    change(followup, acme, email="li@example.com")
    answer = editing.send(address="2 Side Street")
    assert answer.status_code == 409
    assert control(editing.page, "address") == "2 Side Street"
    assert control(editing.page, "email") == "li@example.com"
    assert editing.send().status_code == 303
    stored = values(followup, acme)
    assert (stored["address"], stored["email"]) == ("2 Side Street", "li@example.com")


def test_a_field_that_both_changed_shows_both_answers(
    editing: Browser, acme: int, followup: Followup
) -> None:
    change(followup, acme, address="3 High Street")
    assert editing.send(address="2 Side Street").status_code == 409
    assert 'id="x-address"' in editing.page
    assert "3 High Street" in editing.page
    assert control(editing.page, "address") == "2 Side Street"


def test_mine_is_kept_by_saving_again(editing: Browser, acme: int, followup: Followup) -> None:
    change(followup, acme, address="3 High Street")
    editing.send(address="2 Side Street")
    assert editing.send().status_code == 303
    assert values(followup, acme)["address"] == "2 Side Street"


def test_theirs_is_taken_by_its_button(editing: Browser, acme: int, followup: Followup) -> None:
    change(followup, acme, address="3 High Street")
    editing.send(address="2 Side Street", email="bob@example.com")
    assert editing.send(_do="theirs:address").status_code == 200
    assert 'id="x-address"' not in editing.page
    assert control(editing.page, "address") == "3 High Street"
    assert control(editing.page, "email") == "bob@example.com"
    assert editing.send().status_code == 303
    stored = values(followup, acme)
    assert (stored["address"], stored["email"]) == ("3 High Street", "bob@example.com")


def test_mine_is_kept_by_its_button(editing: Browser, acme: int, followup: Followup) -> None:
    change(followup, acme, address="3 High Street")
    editing.send(address="2 Side Street")
    assert editing.send(_do="mine:address").status_code == 200
    assert 'id="x-address"' not in editing.page
    assert control(editing.page, "address") == "2 Side Street"


def test_a_page_that_was_refused_still_finds_the_conflict(
    editing: Browser, acme: int, followup: Followup
) -> None:
    change(followup, acme, address="3 High Street")
    assert editing.send(address="2 Side Street", phone="12").status_code == 422
    assert editing.send(phone="13900139000").status_code == 409


def test_the_conflict_stays_while_the_form_is_evaluated(
    editing: Browser, acme: int, followup: Followup
) -> None:
    change(followup, acme, address="3 High Street")
    editing.send(address="2 Side Street")
    body = editing.client.post(f"{FOLLOWUP}/customer/{acme}/eval", data=editing.fields()).text
    assert 'id="x-address"' in body


@pytest.mark.parametrize("revision", ["", "x", "-1", "99", "1.0"])
def test_a_revision_that_makes_no_sense_is_a_conflict(editing: Browser, acme: int, revision: str) -> None:
    assert editing.send(address="2 Side Street", _rev=revision).status_code == 409
    assert control(editing.page, "address") == "2 Side Street"


def test_who_may_not_delete_is_not_asked_either(editing: Browser, acme: int) -> None:
    assert editing.client.get(f"{FOLLOWUP}/customer/{acme}/delete").status_code == 403


def test_a_manager_deletes_after_a_question(browser: Browser, acme: int, seller: User) -> None:
    with transaction() as session:
        session.get_one(User, seller.id).roles[0].role = "manager"
    page = browser.client.get(f"{FOLLOWUP}/customer/{acme}/delete")
    assert "Acme" in page.text
    assert browser.client.post(f"{FOLLOWUP}/customer/{acme}/delete", data={"_rev": "1"}).status_code == 303
    told = browser.client.get(f"{FOLLOWUP}/customer/").text
    assert browser.client.get(f"{FOLLOWUP}/customer/{acme}/").status_code == 404

    undo = re.search(r'<form method="post" action="([^"]+/trash)">(.*?)</form>', told, re.S)
    assert undo and "Undo" in undo[2]
    sent = dict(re.findall(r'name="([^"]+)" value="([^"]*)"', undo[2]))
    assert browser.client.post(undo[1], data=sent).location == f"{FOLLOWUP}/customer/{acme}/"
    assert "Acme" in browser.client.get(f"{FOLLOWUP}/customer/{acme}/").text


def test_a_record_that_others_need_stays_and_the_page_says_so(
    browser: Browser, acme: int, seller: User
) -> None:
    make("contact", {"customer": acme, "name": "Ann"})
    with transaction() as session:
        session.get_one(User, seller.id).roles[0].role = "manager"
    answer = browser.client.post(f"{FOLLOWUP}/customer/{acme}/delete", data={"_rev": "1"})
    assert answer.status_code == 409
    assert "Contact" in answer.text


def test_switching_the_reminder_on_again_asks_whom_to_remind_with_a_proposal(
    browser: Browser, acme: int, seller: User, followup: Followup
) -> None:
    visit = make(
        "visit",
        {
            "customer": acme,
            "visited_on": "2026-01-02",
            "content": "They want ten.",
            "result": "interested",
            "owner": seller.id,
        },
    )
    browser.open(f"{FOLLOWUP}/visit/{visit}/edit")
    on = {**browser.fields(), "remind": "yes"}
    body = browser.client.post(f"{FOLLOWUP}/visit/{visit}/eval", data=on).text
    assert control('<form id="rec">' + body, "remind_whom") == str(seller.id)
    assert browser.send(remind="yes", next_on="2099-01-02", prepare="Samples").status_code == 303


def remove(followup: Followup, record_id: int) -> None:
    """Somebody else deletes."""
    with transaction():
        deletion.delete(TRUSTED, followup("customer"), record_id)


def hidden_texts(page: str) -> dict[str, str]:
    """What the button of the page about a deleted record would send."""
    texts = re.findall(r'<textarea name="([^"]+)"[^>]*>\n(.*?)</textarea>', page, re.S)
    once = re.search(r'name="_once" value="([^"]+)"', page)
    assert once
    return {**{key: unescape(text) for key, text in texts}, "_once": once[1], "_do": "save"}


def test_what_was_typed_is_shown_when_the_record_was_deleted_meanwhile(
    editing: Browser, acme: int, followup: Followup
) -> None:
    remove(followup, acme)
    answer = editing.send(address="2 Side <Street>", grade="A")
    assert answer.status_code == 404
    assert "It was deleted in the meantime" in editing.page
    assert "<dt>Address</dt><dd>2 Side &lt;Street&gt;</dd>" in editing.page
    assert "<dt>Grade</dt><dd>A, key</dd>" in editing.page
    assert "<dt>Owner</dt><dd>Bob</dd>" in editing.page


def test_what_was_typed_for_a_deleted_record_is_saved_as_a_new_one(
    editing: Browser, acme: int, followup: Followup
) -> None:
    remove(followup, acme)
    editing.send(address="2 Side <Street>", phone="13900139000")
    answer = editing.client.post(f"{FOLLOWUP}/customer/new", data=hidden_texts(editing.page))
    assert answer.status_code == 303
    new = int(answer.location.rstrip("/").rpartition("/")[2])
    stored = values(followup, new)
    assert (stored["name"], stored["address"]) == ("Acme", "2 Side <Street>")
    assert stored["phone"] == "+8613900139000"


def test_a_new_record_from_a_deleted_one_is_judged_like_any_other(
    editing: Browser, acme: int, followup: Followup
) -> None:
    remove(followup, acme)
    editing.send(phone="12")
    answer = editing.client.post(f"{FOLLOWUP}/customer/new", data=hidden_texts(editing.page))
    assert answer.status_code == 422
    assert control(answer.text, "phone") == "12"


def test_who_may_not_add_records_is_not_offered_a_new_one(
    client: FlaskClient, followup: Followup, bob: User
) -> None:
    change_only = [{"form": "note", "actions": ["read", "update"], "scope": "all"}]
    shop(form_document("note", {"text": field("text")}), roles={"clerk": change_only})
    give_role(bob)
    note = make("note", {"text": "old"}, app="shop")
    browser = Browser(sign_in(client, bob))
    browser.open(f"/apps/shop/forms/note/{note}/edit")
    with transaction():
        deletion.delete(TRUSTED, lookup.form("shop", "note"), note)
    assert browser.send(text="new").status_code == 404
    assert "<dd>new</dd>" in browser.page
    assert "Save as a new record" not in browser.page
