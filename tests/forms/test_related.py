"""What refers to a record: kinds with their number, the first rows, who sees them, and the way there and back."""

from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask

from runtime.accounts.models import User, UserRole
from runtime.db import db, transaction
from tests.conftest import Queries
from tests.forms.followup import FOLLOWUP, Browser, control, make, make_all, sign_in

CUSTOMERS, CONTACTS = f"{FOLLOWUP}/customer/", f"{FOLLOWUP}/contact/"


def section(page: str) -> str:
    """What stands in the page about related records."""
    return page.partition('id="related"')[2].partition("</section>")[0]


def address_of(page: str, start: str) -> str:
    """The first address in the section that begins like this."""
    return start + unescape(section(page).partition(f'href="{start}')[2].partition('"')[0])


@pytest.fixture
def acme(seller: User) -> int:
    """A customer with seven contacts."""
    acme = make("customer", {"name": "Acme"})
    make_all("contact", [{"name": f"Contact {number}", "customer": acme} for number in range(7)])
    return acme


def test_a_record_shows_five_of_what_refers_to_it_and_how_many_there_are(browser: Browser, acme: int) -> None:
    make("contact", {"name": "Of another", "customer": make("customer", {"name": "Ohm"})})

    found = section(browser.open(f"{CUSTOMERS}{acme}/").text)

    assert found.count('class="fw-title"') == 5
    assert '<span class="badge bg-blue-lt">7</span>' in found
    assert "Of another" not in found
    assert found.index("Contact") < found.index("Opportunit")  # every form that refers to customers is named


def test_another_kind_is_opened_by_a_link_and_htmx_gets_the_section_alone(
    browser: Browser, acme: int, seller: User
) -> None:
    make("opportunity", {"name": "Big deal", "customer": acme, "stage": "need", "owner": seller.id})
    address = f"{CUSTOMERS}{acme}/?related=opportunity.customer"

    assert "Big deal" in section(browser.open(address).text)
    headers = {"HX-Request": "true", "HX-Target": "section#related"}
    part = browser.client.get(address, headers=headers).text
    assert "Big deal" in part and "<html" not in part and "Timeline" not in part


def test_all_of_them_are_opened_in_their_list(browser: Browser, acme: int) -> None:
    make("contact", {"name": "Of another", "customer": make("customer", {"name": "Ohm"})})
    page = browser.open(f"{CUSTOMERS}{acme}/").text

    listed = browser.open(address_of(page, f"{CONTACTS}?filter")).text

    assert "7 records" in listed and "Of another" not in listed


def test_a_new_one_names_this_record_and_saving_it_leads_back(browser: Browser, acme: int) -> None:
    page = browser.open(f"{CUSTOMERS}{acme}/?related=contact.customer&sort=-name").text

    assert control(browser.open(address_of(page, f"{CONTACTS}new")).text, "customer") == str(acme)
    saved = browser.send(f"{CONTACTS}new", name="Zoe")

    assert saved.status_code == 303
    back = urlsplit(saved.location)
    assert back.path == f"{CUSTOMERS}{acme}/"
    assert parse_qs(back.query) == {"related": ["contact.customer"], "sort": ["-name"]}
    assert '<span class="badge bg-blue-lt">8</span>' in section(browser.open(saved.location).text)


@pytest.mark.parametrize(
    "back", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:1"]
)
def test_nobody_is_sent_to_another_site_after_saving(browser: Browser, seller: User, back: str) -> None:
    page = browser.client.get(f"{CUSTOMERS}new", query_string={"back": back}).text
    assert "evil" not in page.partition("<main")[2] and 'href="javascript:' not in page
    browser.open(f"{CUSTOMERS}new")

    assert browser.send(name="Acme", _back=back).location.startswith(CUSTOMERS)


@pytest.mark.parametrize(
    "query",
    ["related=x", "related=%00", "related=contact.name", "f.name=%00", "f.lines=1&f.=2&f.x=3", "upto=x"],
)
def test_an_address_that_makes_no_sense_shows_the_page(browser: Browser, acme: int, query: str) -> None:
    assert browser.open(f"{CUSTOMERS}{acme}/?{query}").status_code == 200
    assert browser.open(f"{CONTACTS}new?{query}").status_code == 200


def test_what_somebody_may_not_read_is_neither_shown_nor_counted(
    app: Flask, browser: Browser, acme: int, seller: User, charlie: User
) -> None:
    # Charlie sells in another department: he reads customers that nobody owns, and no opportunities of Bob's.
    make("opportunity", {"name": "Secret deal", "customer": acme, "stage": "need", "owner": seller.id})
    with transaction() as session:
        session.add(UserRole(user_id=charlie.id, app="followup", role="sales"))
    db.session.expire_all()
    page = sign_in(app.test_client(), charlie).get(f"{CUSTOMERS}{acme}/?related=opportunity.customer").text

    assert "Secret deal" not in page
    assert ">1</span>" not in section(page)


def test_related_records_take_as_many_statements_however_many_forms_and_rows_there_are(
    browser: Browser, seller: User, queries: Queries
) -> None:
    lonely, acme = make_all("customer", [{"name": "Lonely"}, {"name": "Acme"}])
    make("contact", {"name": "One", "customer": lonely})
    make_all("contact", [{"name": f"Contact {number}", "customer": acme} for number in range(9)])
    deal = {"name": "Deal", "customer": acme, "stage": "need", "owner": seller.id}
    make_all("opportunity", [{**deal, "name": f"Deal {number}"} for number in range(3)])

    def taken(customer: int) -> int:
        browser.open(f"{CUSTOMERS}{customer}/")
        queries.clear()
        browser.open(f"{CUSTOMERS}{customer}/")
        return queries.count

    assert taken(lonely) == taken(acme)
