"""A look-up shows its value as the field it looks at would show it: in lists, on pages, in messages."""

import re
from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from runtime.accounts.models import User
from runtime.db import transaction
from runtime.definitions import lookup
from runtime.fields import Reader
from runtime.notifications import messages
from runtime.notifications.names import ReadersNames
from runtime.records import query, store
from tests.conftest import Queries
from tests.forms.followup import make, sign_in
from tests.records.factory import TRUSTED, field, form_document, give_role, shop

ORDERS = "/apps/shop/forms/order"
GRADES = {"A": {"en": "Key account", "zh": "重点"}}
CUSTOMER = form_document(
    "customer",
    {
        "name": field("text"),
        "grade": field("choice", {"enum": ["A", "B"]}, labels=GRADES),
        "credit": field("money", currency="CNY"),
        "since": field("date"),
        "parent": field("reference", form="customer"),
        "owner": field("member"),
        "parent_grade": field("lookup", through="parent", field="grade"),
    },
    title_field="name",
)
LOOKUPS = ("grade", "credit", "since", "parent", "owner")
ORDER = form_document(
    "order",
    {
        "customer": field("reference", form="customer"),
        **{f"its_{key}": field("lookup", through="customer", field=key) for key in LOOKUPS},
    },
    list={"columns": ["customer", *(f"its_{key}" for key in LOOKUPS)]},
)
IN_WORDS = ["Key account", "CN¥1,234.50", "Jan 2, 2026", "Holding", "Bob"]


@pytest.fixture
def clerk(app: Flask, bob: User) -> User:
    app.config["WTF_CSRF_ENABLED"] = False
    shop(CUSTOMER, ORDER)
    give_role(bob)
    return bob


@pytest.fixture
def browser(client: FlaskClient, clerk: User) -> FlaskClient:
    return sign_in(client, clerk)


@pytest.fixture
def acme(clerk: User) -> int:
    holding = make("customer", {"name": "Holding"}, app="shop")
    values: dict[str, Any] = {"grade": "A", "credit": 1234.5, "since": "2026-01-02", "owner": clerk.id}
    return make("customer", {"name": "Acme", "parent": holding, **values}, app="shop")


def cells(page: str) -> list[str]:
    """The texts of the last row of a list."""
    row = page[page.rindex("<tr") :]
    texts = re.findall(r"<td[^>]*>(.*?)</td>", row, re.S)
    return [re.sub(r"<[^>]+>|\s+", " ", text).strip() for text in texts]


def test_a_list_shows_look_ups_in_words(browser: FlaskClient, acme: int) -> None:
    make("order", {"customer": acme}, app="shop")
    assert cells(browser.get(f"{ORDERS}/").text)[-5:] == IN_WORDS


def test_a_list_shows_look_ups_in_the_readers_language(browser: FlaskClient, acme: int, clerk: User) -> None:
    make("order", {"customer": acme}, app="shop")
    with transaction() as session:
        session.get_one(User, clerk.id).locale = "zh"
    page = browser.get(f"{ORDERS}/").text
    assert cells(page)[-5:-2] == ["重点", "¥1,234.50", "2026年1月2日"]


def test_a_record_shows_look_ups_in_words_and_leads_on(browser: FlaskClient, acme: int) -> None:
    order = make("order", {"customer": acme}, app="shop")
    page = browser.get(f"{ORDERS}/{order}/").text
    assert all(text in page for text in IN_WORDS)
    assert re.search(r'href="/apps/shop/forms/customer/\d+/">Holding<', page)


def test_a_form_shows_look_ups_in_words_once_a_record_is_picked(browser: FlaskClient, acme: int) -> None:
    body = browser.post(f"{ORDERS}/eval", data={"customer": str(acme)}).text
    shown = re.findall(r"<output[^>]*>(.*?)</output>", body)
    assert shown == IN_WORDS


def test_a_message_says_look_ups_in_words(clerk: User, acme: int) -> None:
    form = lookup.form("shop", "order")
    order = query.get(clerk, form, make("order", {"customer": acme}, app="shop"))
    context = messages.context_for(
        form,
        order.values,
        record=messages.Record(order.id, "", ""),
        starter="",
        recipient="",
        app="",
        today=date(2026, 1, 2),
        reader=Reader("en", "UTC"),
        names=ReadersNames("shop", clerk),
    )
    assert (context["its_grade"], context["its_credit"].text) == ("Key account", "CN¥1,234.50")
    assert (context["its_since"], context["its_parent"]) == (date(2026, 1, 2), "Holding")
    assert context["record"]["values"]["its_grade"] == "A"


def test_a_look_up_of_a_field_that_is_gone_shows_nothing(browser: FlaskClient, acme: int) -> None:
    order = make("order", {"customer": acme}, app="shop")
    shop(form_document("customer", {"name": field("text")}, title_field="name"), ORDER)
    page = browser.get(f"{ORDERS}/{order}/")
    assert page.status_code == 200
    assert "Key account" not in page.text


def test_look_ups_of_many_rows_are_read_at_once(browser: FlaskClient, acme: int, queries: Queries) -> None:
    make("order", {"customer": acme}, app="shop")
    browser.get(f"{ORDERS}/")
    queries.clear()
    browser.get(f"{ORDERS}/")
    for_one = queries.count
    for number in range(20):
        parent = make("customer", {"name": f"Parent {number}"}, app="shop")
        other = make("customer", {"name": f"Other {number}", "parent": parent, "grade": "B"}, app="shop")
        make("order", {"customer": other}, app="shop")
    browser.get(f"{ORDERS}/")
    queries.clear()
    browser.get(f"{ORDERS}/")
    assert queries.count == for_one


# Look-ups of look-ups

CHAINED = form_document(
    "order",
    {
        "customer": field("reference", form="customer", fill={"copied": "parent_grade"}),
        "group": field("lookup", through="customer", field="parent_grade"),
        "copied": field("choice", {"enum": ["A", "B"]}),
    },
    list={"columns": ["customer", "group"]},
)


UNTOUCHED = {"copied": "", "_was.copied": "", "_picked.customer": ""}


def hidden_from_clerks() -> dict[str, Any]:
    """Customers whose grade clerks may not see."""
    grade = field("choice", {"enum": ["A", "B"]}, labels=GRADES, access={"clerk": "hidden"})
    return {**CUSTOMER, "properties": {**CUSTOMER["properties"], "grade": grade}}


@pytest.fixture
def daughter(clerk: User) -> int:
    """A customer whose parent is a key account."""
    shop(CUSTOMER, CHAINED)
    holding = make("customer", {"name": "Holding", "grade": "A"}, app="shop")
    return make("customer", {"name": "Daughter", "parent": holding}, app="shop")


def test_a_look_up_shows_what_a_look_up_shows(browser: FlaskClient, daughter: int) -> None:
    order = make("order", {"customer": daughter}, app="shop")
    assert cells(browser.get(f"{ORDERS}/").text)[-1] == "Key account"
    assert "Key account" in browser.get(f"{ORDERS}/{order}/").text
    body = browser.post(f"{ORDERS}/eval", data={"customer": str(daughter)}).text
    assert re.findall(r"<output[^>]*>(.*?)</output>", body) == ["Key account"]


def test_a_reference_fills_with_what_a_look_up_shows(browser: FlaskClient, daughter: int) -> None:
    body = browser.post(f"{ORDERS}/eval", data={"customer": str(daughter), **UNTOUCHED}).text
    assert re.search(r'id="copied"[^>]*value="A"[^>]* checked', body)


def test_what_is_hidden_at_the_end_of_the_chain_is_hidden_at_its_beginning(
    browser: FlaskClient, daughter: int
) -> None:
    order = make("order", {"customer": daughter}, app="shop")
    shop(hidden_from_clerks(), CHAINED)
    pages = [f"{ORDERS}/", f"{ORDERS}/{order}/", f"/apps/shop/forms/customer/{daughter}/"]
    for page in pages:
        assert "Key account" not in browser.get(page).text, page
    body = browser.post(f"{ORDERS}/eval", data={"customer": str(daughter), **UNTOUCHED}).text
    assert "Key account" not in body.split('id="copied"')[0]
    assert not re.search(r'id="copied"[^>]*value="A"[^>]* checked', body)


def test_a_look_up_that_leads_up_for_ever_ends(browser: FlaskClient, clerk: User) -> None:
    top = field("lookup", through="parent", field="top", result="text")
    shop({**CUSTOMER, "properties": {**CUSTOMER["properties"], "top": top}}, ORDER)
    one = make("customer", {"name": "One"}, app="shop")
    two = make("customer", {"name": "Two", "parent": one}, app="shop")
    with transaction():
        store.save(TRUSTED, lookup.form("shop", "customer"), {"parent": two}, record_id=one)
    assert browser.get(f"/apps/shop/forms/customer/{one}/").status_code == 200
    assert browser.get("/apps/shop/forms/customer/").status_code == 200
