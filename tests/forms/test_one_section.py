"""One section of a record is edited on its page: nothing else is touched, and what is wrong elsewhere is told."""

from html import unescape

import pytest

from runtime.accounts.models import User
from runtime.definitions import lookup
from runtime.records import query
from tests.forms.followup import FOLLOWUP, Browser, make, read_controls

CUSTOMERS = f"{FOLLOWUP}/customer/"


@pytest.fixture
def acme(seller: User) -> int:
    """A customer with a phone number."""
    return make("customer", {"name": "Acme", "phone": "+8613800138000", "address": "High Street"})


def stored(record: int, user: User) -> dict[str, object]:
    return query.get(user, lookup.form("followup", "customer"), record).values


def pencils(page: str) -> list[str]:
    """Where the pencils of the sections lead."""
    found = [unescape(part.split('href="')[1].split('"')[0]) for part in page.split("fw-pencil")[1:]]
    return [address for address in found if "section=" in address]


def test_a_pencil_turns_its_section_into_a_form_and_saving_leads_back_to_it(
    browser: Browser, acme: int, seller: User
) -> None:
    _first, address = pencils(browser.open(f"{CUSTOMERS}{acme}/?sort=-name").text)
    page = browser.open(address).text

    assert {"phone", "email", "address"} <= read_controls(page).keys()
    assert "name" not in read_controls(page) and "Timeline" in page and "Acme" in page
    assert "What you typed stays on this page." in page, "the browser keeps nothing of a section"
    saved = browser.send(f"{CUSTOMERS}{acme}/edit", address="Low Street")
    assert saved.location == f"{CUSTOMERS}{acme}/?sort=-name#s-phone"
    assert stored(acme, seller)["address"] == "Low Street"
    assert stored(acme, seller)["name"] == "Acme"
    # what the browser kept of the whole form stays
    assert "data-edits-saved" not in browser.open(f"{CUSTOMERS}{acme}/").text


def test_what_is_typed_in_a_section_is_evaluated_without_the_others(browser: Browser, acme: int) -> None:
    browser.open(f"{CUSTOMERS}{acme}/edit?section=section_2")
    typed = {**browser.fields(), "phone": "12", "_shown": "phone"}

    answer = browser.client.post(f"{CUSTOMERS}{acme}/eval", data=typed, headers={"HX-Request": "true"}).text

    assert 'id="e-phone"' in answer and 'id="name"' not in answer


def test_a_wrong_value_stays_in_its_section_on_the_page_of_the_record(browser: Browser, acme: int) -> None:
    browser.open(f"{CUSTOMERS}{acme}/edit?section=section_2")

    refused = browser.send(f"{CUSTOMERS}{acme}/edit", phone="12")

    assert refused.status_code == 422
    assert read_controls(refused.text)["phone"] == "12" and "Timeline" in refused.text
    assert 'href="#phone"' in refused.text and "Open the whole form" not in refused.text


def test_what_is_wrong_in_another_section_is_told_and_the_whole_form_is_a_button_away(
    browser: Browser, acme: int, seller: User
) -> None:
    other = make("customer", {"name": "Taken"})
    browser.open(f"{CUSTOMERS}{acme}/edit?section=section_2")

    # As if the name had been posted all the same: what is refused stands outside of the section.
    refused = browser.send(f"{CUSTOMERS}{acme}/edit", name="Taken", address="Low Street")

    assert refused.status_code == 422 and other
    assert 'href="#name"' not in refused.text and "Name" in refused.text.partition("data-summary")[2][:600]
    whole = browser.send(f"{CUSTOMERS}{acme}/edit", _do="whole")
    assert whole.status_code == 200
    assert {"name", "phone", "address"} <= read_controls(whole.text).keys()
    assert read_controls(whole.text)["address"] == "Low Street"


@pytest.mark.parametrize("section", ["nothing", "", "%00", "x" * 500])
def test_a_section_that_there_is_not_is_the_whole_form(browser: Browser, acme: int, section: str) -> None:
    page = browser.open(f"{CUSTOMERS}{acme}/edit?section={section}").text

    assert {"name", "phone"} <= read_controls(page).keys()


def test_the_list_that_the_record_was_opened_from_is_known_while_a_section_is_refused(
    browser: Browser, acme: int
) -> None:
    _first, address = pencils(browser.open(f"{CUSTOMERS}{acme}/?q=acme&sort=-name").text)

    for page in (browser.open(address).text, browser.send(f"{CUSTOMERS}{acme}/edit", phone="12").text):
        assert f"{CUSTOMERS}{acme}/next?sort=-name&q=acme" in unescape(page)
        assert f'href="{CUSTOMERS}?sort=-name&q=acme"' in unescape(page)
