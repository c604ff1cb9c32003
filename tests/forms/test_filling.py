"""Filling a form in a browser without JavaScript: drawn, refused with what is wrong, saved."""

import re
from collections.abc import Callable

import pytest
from sqlalchemy import func, select

from runtime.accounts.models import User
from runtime.db import db
from runtime.definitions.documents import Form
from runtime.records import query, tables
from tests.conftest import make_user
from tests.forms.followup import FOLLOWUP, Browser, control, errors, make

Followup = Callable[[str], Form]


def count(form: Form) -> int:
    return db.session.scalar(select(func.count()).select_from(tables.table(form))) or 0


@pytest.fixture
def acme(seller: User) -> int:
    return make("customer", {"name": "Acme", "phone": "13800138000", "grade": "A"})


def test_an_empty_form_has_its_defaults_and_no_errors(browser: Browser) -> None:
    answer = browser.open(f"{FOLLOWUP}/visit/new")
    assert answer.status_code == 200
    assert errors(browser.page) == {}
    assert control(browser.page, "remind") == "no"


def test_a_hidden_field_leaves_no_trace(browser: Browser) -> None:
    browser.open(f"{FOLLOWUP}/visit/new")
    assert "next_on" not in browser.page


def test_a_record_is_saved_and_shown(browser: Browser, acme: int, followup: Followup) -> None:
    browser.open(f"{FOLLOWUP}/visit/new")
    answer = browser.send(customer=str(acme), content="They want ten.", result="interested")
    assert answer.status_code == 303
    record = browser.open(answer.location)
    assert "They want ten." in record.text
    assert "Acme" in record.text


def test_save_and_new_saves_the_record_and_begins_another_that_leads_back_alike(
    browser: Browser, followup: Followup
) -> None:
    browser.open(f"{FOLLOWUP}/customer/new?back=/inbox")

    refused = browser.send(_do="save:new", name="")
    answer = browser.send(f"{FOLLOWUP}/customer/new", _do="save:new", name="Watt")

    assert refused.status_code == 422
    assert answer.location == f"{FOLLOWUP}/customer/new?back=/inbox"
    assert count(followup("customer")) == 1
    assert control(browser.open(answer.location).text, "name") == ""
    assert re.search(
        r'Saved\. <a class="alert-link" href="[^"]+/customer/\d+/">Look at the record</a>', browser.page
    )


def test_picking_a_customer_fills_what_was_left_alone(
    browser: Browser, acme: int, followup: Followup
) -> None:
    browser.open(f"{FOLLOWUP}/visit/new")
    browser.send(customer=str(acme), content="They want ten.", result="interested")
    stored = query.page(None, followup("visit")).items
    assert stored == []
    values = db.session.execute(select(tables.table(followup("visit")))).one()
    assert (values.phone, values.grade) == ("+8613800138000", "A")


def test_a_typed_phone_is_not_overwritten_by_the_customers(
    browser: Browser, acme: int, followup: Followup
) -> None:
    browser.open(f"{FOLLOWUP}/visit/new")
    browser.send(customer=str(acme), content="They want ten.", result="interested", phone="13900139000")
    assert db.session.execute(select(tables.table(followup("visit")).c.phone)).scalar() == "+8613900139000"


def test_a_filled_field_is_saved_empty_when_somebody_emptied_it(
    browser: Browser, acme: int, followup: Followup
) -> None:
    browser.open(f"{FOLLOWUP}/visit/new")
    browser.send(_do="search:customer", customer=str(acme))
    assert "138" in control(browser.page, "phone")
    assert browser.send(phone="", content="They want ten.", result="interested").status_code == 303
    row = db.session.execute(select(tables.table(followup("visit")))).one()
    assert (row.phone, row.grade) == (None, "A")


def test_what_is_wrong_stands_in_the_summary_and_at_the_field(
    browser: Browser, acme: int, followup: Followup
) -> None:
    browser.open(f"{FOLLOWUP}/visit/new")
    answer = browser.send(customer=str(acme), phone="12", content="No", result="interested")
    assert answer.status_code == 422
    found = errors(browser.page)
    assert set(found) == {"phone", "content"}
    assert "<title>Error:" in browser.page
    for key, message in found.items():
        assert f'<a class="alert-link" href="#{key}">{message}</a>' in browser.page
    assert count(followup("visit")) == 0


def test_what_was_typed_stands_there_again(browser: Browser, acme: int) -> None:
    browser.open(f"{FOLLOWUP}/visit/new")
    browser.send(
        customer=str(acme), phone=" 12 x", content="No", result="interested", visited_on="2026-11-20"
    )
    held = browser.fields()
    assert held["phone"] == " 12 x"
    assert held["content"] == "No"
    assert held["result"] == "interested"
    assert held["visited_on"] == "2026-11-20"
    assert held["customer"] == str(acme)


def test_a_mended_form_is_saved(browser: Browser, acme: int, followup: Followup) -> None:
    browser.open(f"{FOLLOWUP}/visit/new")
    browser.send(customer=str(acme), phone="12", content="They want ten.", result="interested")
    assert browser.send(phone="13800138000").status_code == 303
    assert count(followup("visit")) == 1


def test_turning_on_the_reminder_asks_for_what_it_needs(
    browser: Browser, acme: int, followup: Followup
) -> None:
    browser.open(f"{FOLLOWUP}/visit/new")
    answer = browser.send(customer=str(acme), content="They want ten.", result="interested", remind="yes")
    assert answer.status_code == 422
    assert set(errors(browser.page)) == {"next_on", "prepare"}
    assert browser.send(next_on="2099-01-02", prepare="Samples").status_code == 303
    assert count(followup("visit")) == 1


def test_a_forged_value_of_a_hidden_field_is_dropped(browser: Browser, acme: int, followup: Followup) -> None:
    browser.open(f"{FOLLOWUP}/visit/new")
    answer = browser.send(
        customer=str(acme), content="They want ten.", result="interested", next_on="2099-01-02"
    )
    assert answer.status_code == 303
    assert db.session.execute(select(tables.table(followup("visit")).c.next_on)).scalar() is None


def test_a_wrong_value_of_a_hidden_field_stops_nobody(browser: Browser, acme: int) -> None:
    browser.open(f"{FOLLOWUP}/visit/new")
    answer = browser.send(customer=str(acme), content="They want ten.", result="interested", next_on="soon")
    assert answer.status_code == 303


def test_a_locked_field_is_drawn_without_a_control_and_keeps_its_value(
    browser: Browser, followup: Followup
) -> None:
    browser.open(f"{FOLLOWUP}/customer/new")
    assert "last_visit_on" not in browser.fields()
    assert browser.send(name="Acme", last_visit_on="2026-01-01").status_code == 303
    assert db.session.execute(select(tables.table(followup("customer")).c.last_visit_on)).scalar() is None


def test_names_that_are_no_field_are_not_looked_at(browser: Browser, followup: Followup) -> None:
    browser.open(f"{FOLLOWUP}/customer/new")
    forged = {
        "id": "7",
        "created_by": "1",
        "owner_id": "1",
        "revision": "9",
        "is_admin": "1",
        "number": "C-1",
    }
    assert browser.send(name="Acme", **forged).status_code == 303
    row = db.session.execute(select(tables.table(followup("customer")))).one()
    assert (row.id, row.revision) == (1, 1)
    assert row.number != "C-1"


def test_a_form_sent_twice_is_one_record(browser: Browser, followup: Followup) -> None:
    browser.open(f"{FOLLOWUP}/customer/new")
    sent = {**browser.fields(), "_do": "save", "name": "Acme"}
    first = browser.client.post(browser.address, data=sent)
    second = browser.client.post(browser.address, data=sent)
    assert first.location == second.location
    assert count(followup("customer")) == 1


def test_a_form_sent_again_with_other_values_keeps_what_was_typed(
    browser: Browser, followup: Followup
) -> None:
    browser.open(f"{FOLLOWUP}/customer/new")
    sent = {**browser.fields(), "_do": "save", "name": "Acme"}
    browser.client.post(browser.address, data=sent)
    answer = browser.client.post(browser.address, data={**sent, "name": "Other"})
    assert answer.status_code == 409
    browser.page = answer.text
    assert control(browser.page, "name") == "Other"
    assert browser.send().status_code == 303
    assert count(followup("customer")) == 2


def test_a_form_without_its_token_is_shown_again(browser: Browser, followup: Followup) -> None:
    browser.open(f"{FOLLOWUP}/customer/new")
    assert browser.send(name="Acme", _once="").status_code == 422
    assert control(browser.page, "name") == "Acme"
    assert browser.send().status_code == 303


def test_the_picker_works_without_javascript(browser: Browser, acme: int) -> None:
    make("customer", {"name": "华新电子"})
    browser.open(f"{FOLLOWUP}/visit/new")
    assert ">Acme</option>" in browser.page
    answer = browser.send(_do="search:customer", content="Half a sen", **{"_find.customer": "hxdz"})
    assert answer.status_code == 200
    assert ">华新电子</option>" in browser.page
    assert ">Acme</option>" not in browser.page
    assert control(browser.page, "content") == "Half a sen"
    assert errors(browser.page) == {}


def test_only_the_customers_own_contacts_are_offered(browser: Browser, acme: int) -> None:
    other = make("customer", {"name": "Other"})
    make("contact", {"customer": acme, "name": "Ann"})
    make("contact", {"customer": other, "name": "Otto"})
    options = browser.client.get(f"{FOLLOWUP}/visit/options/contact?customer={acme}&q=")
    assert 'data-label="Ann"' in options.text
    assert "Otto" not in options.text
    browser.open(f"{FOLLOWUP}/visit/new")
    browser.send(_do="search:contact", customer=str(acme))
    assert ">Ann</option>" in browser.page
    assert "Otto" not in browser.page


def test_a_contact_of_another_customer_is_refused(browser: Browser, acme: int) -> None:
    other = make("customer", {"name": "Other"})
    otto = make("contact", {"customer": other, "name": "Otto"})
    browser.open(f"{FOLLOWUP}/visit/new")
    answer = browser.send(customer=str(acme), contact=str(otto), content="They want ten.", result="refused")
    assert answer.status_code == 422
    assert "contact" in errors(browser.page)


def test_the_other_language_keeps_what_was_typed_and_saves_nothing(
    browser: Browser, acme: int, followup: Followup, seller: User
) -> None:
    browser.open(f"{FOLLOWUP}/visit/new")
    answer = browser.send(_do="language:zh", customer=str(acme), content="Half a sen", phone="12")
    assert answer.status_code == 200
    assert '<html lang="zh-CN"' in browser.page
    assert "跟进内容" in browser.page
    held = browser.fields()
    assert (held["customer"], held["content"], held["phone"]) == (str(acme), "Half a sen", "12")
    assert count(followup("visit")) == 0
    browser.open(f"{FOLLOWUP}/visit/new")
    assert '<html lang="zh-CN"' in browser.page


def test_a_language_that_we_do_not_speak_changes_nothing(browser: Browser) -> None:
    browser.open(f"{FOLLOWUP}/visit/new")
    assert browser.send(_do="language:xx", content="Half a sen").status_code == 200
    assert '<html lang="en"' in browser.page
    assert control(browser.page, "content") == "Half a sen"


def test_what_was_picked_last_is_offered_first_where_it_may_be_picked(browser: Browser, seller: User) -> None:
    # given: customers by their names, of which the seller may not read Foreign; contacts of one customer each
    acme, bolt, cord = (make("customer", {"name": name}) for name in ("Acme", "Bolt", "Cord"))
    foreign = make("customer", {"name": "Foreign", "owner": make_user("Eve").id})
    of_acme, of_bolt = (make("contact", {"name": "Ann", "customer": each}) for each in (acme, bolt))

    def offered(field: str, **query: str) -> list[str]:
        text = browser.client.get(f"{FOLLOWUP}/visit/options/{field}", query_string=query).text
        assert text.count("Picked before:") == text.count("#tabler-history")
        return re.findall(r'data-value="(\d+)"', text)

    # then
    assert offered("customer")[:3] == [str(acme), str(bolt), str(cord)]
    recent = f"{cord}.{foreign}.{bolt}.{cord}.987654"
    assert offered("customer", recent=recent)[:3] == [str(cord), str(bolt), str(acme)]
    assert str(foreign) not in offered("customer", recent=recent)
    assert offered("customer", recent=recent, q="acme") == [str(acme)], "what is sought is sought"
    assert offered("contact", customer=str(acme), recent=str(of_bolt)) == [str(of_acme)]
    for odd in ("x", "1 OR 1=1", "9" * 30, "-1", "..", "1." * 5000, "\x00", "٣"):
        assert offered("customer", recent=odd)[:3] == [str(acme), str(bolt), str(cord)]
    assert offered("owner", recent=str(seller.id))[0] == str(seller.id)
