"""Rules on sections and tabs, and warnings, on the pages of a form and over the API."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient

from runtime.accounts import service
from runtime.accounts.models import User
from runtime.db import transaction
from runtime.definitions import lookup
from runtime.fields import Reader
from runtime.forms import reading
from runtime.forms.reads import static_fields
from runtime.records import query
from tests.forms.followup import sign_in
from tests.records import factory
from tests.records.factory import field, form_document

PAGE = "/apps/shop/forms/trip/"
FAR = {"required": ["far"], "properties": {"far": {"const": True}}}
DEAR = {"required": ["price"], "properties": {"price": {"type": "number", "minimum": 100}}}
LONG = {"required": ["nights"], "properties": {"nights": {"type": "number", "minimum": 9}}}

GONE = {"required": ["gone"], "properties": {"gone": {"const": True}}}


def warning(key: str, when: Any, at: str, text: str) -> dict[str, Any]:
    return {"key": key, "when": when, "then": {"message": {at: {"level": "warning", "text": text}}}}


TRIP = form_document(
    "trip",
    {
        "far": field("yes_no", title="Far away"),
        "price": field("number", title="Price"),
        "hotel": field("text", title="Hotel"),
        "nights": field("number", title="Nights"),
        "gone": field("yes_no", title="Gone"),
        "room": field("text", title="Room"),
        "guests": field("number", title="Guests"),
    },
    tabs=[{"key": "general", "title": "General"}, {"key": "stay", "title": "Stay"}],
    layout=[
        {"key": "main", "tab": "general", "rows": [["far", "price"], ["gone", "room", "guests"]]},
        {"key": "rest", "tab": "stay", "section": "Lodging", "rows": [["hotel", "nights"]]},
    ],
    rules=[
        {"key": "stay", "when": FAR, "then": {"show": ["tab/stay"], "require": ["hotel"]}},
        warning("dear", DEAR, "price", "That is much."),
        warning("long", LONG, "nights", "That is long."),
        {"key": "gone", "when": GONE, "then": {"clear": ["room", "guests"]}},
    ],
    checks=[
        {
            "key": "dear",
            "formula": "price < 300",
            "level": "warning",
            "at": "price",
            "message": "Far too much.",
        }
    ],
)


@pytest.fixture
def browser(client: FlaskClient, bob: User) -> Iterator[FlaskClient]:
    """Bob's browser without JavaScript."""
    client.application.config["WTF_CSRF_ENABLED"] = False
    factory.shop(TRIP)
    factory.give_role(bob)
    yield sign_in(client, bob)


def sent(**typed: str) -> dict[str, str]:
    return {"_do": "save", "_once": "x" * 20, **typed}


def read(user: User) -> dict[str, str]:
    """The answers on the page of the first record."""
    form = lookup.form("shop", "trip")
    with transaction():
        blocks = reading.reading(user, form, query.get(user, form, 1), Reader("en", "UTC")).blocks
    return {line.key: line.text for block in blocks for row in block.rows for line in row}


def stored(user: User, record_id: int = 1) -> Any:
    return query.get(user, lookup.form("shop", "trip"), record_id).values


def test_a_hidden_tab_leaves_no_trace_and_comes_with_the_answer_that_shows_it(browser: FlaskClient) -> None:
    plain = browser.get(f"{PAGE}new").text
    assert 'id="tab-stay"' not in plain
    assert "Lodging" not in plain
    assert "data-tabs" not in plain  # one tab alone needs no list
    far = browser.post(f"{PAGE}eval", data={"far": "yes"}, headers={"HX-Request": "true"}).text
    assert 'id="tab-stay"' in far
    assert 'name="hotel"' in far


def test_a_post_into_a_hidden_section_is_not_stored(browser: FlaskClient, bob: User) -> None:
    browser.post(f"{PAGE}new", data=sent(price="5", hotel="Ritz", nights="20"))
    assert stored(bob) == {"price": 5}


def test_what_is_required_in_a_shown_tab_is_asked_for(browser: FlaskClient) -> None:
    answer = browser.post(f"{PAGE}new", data=sent(far="yes"))
    assert answer.status_code == 422
    assert 'href="#hotel"' in answer.text


def test_a_warning_is_shown_first_and_the_record_is_saved_anyway(browser: FlaskClient, bob: User) -> None:
    # when
    answer = browser.post(f"{PAGE}new", data=sent(price="200"))

    # then
    assert answer.status_code == 422
    assert "Please look at this before you save" in answer.text
    assert '<a class="alert-link" href="#price">That is much.</a>' in answer.text
    assert "Save anyway" in answer.text
    assert 'name="_warned" value="price:rule:dear"' in answer.text
    again = browser.post(f"{PAGE}new", data=sent(price="200", _warned="price:rule:dear"))
    assert again.status_code == 303
    assert stored(bob)["price"] == 200


def test_a_warning_that_was_not_shown_yet_is_asked_about(browser: FlaskClient) -> None:
    typed = {"far": "yes", "hotel": "Ritz", "nights": "10", "price": "200", "_warned": "price:rule:dear"}
    answer = browser.post(f"{PAGE}new", data=sent(**typed))
    assert answer.status_code == 422
    assert 'href="#nights">That is long.' in answer.text
    assert 'name="_warned" value="nights:rule:long price:rule:dear"' in answer.text


def test_errors_come_before_warnings(browser: FlaskClient) -> None:
    answer = browser.post(f"{PAGE}new", data=sent(far="yes", price="200"))
    assert "There is a problem" in answer.text
    assert "Save anyway" not in answer.text


def test_the_api_saves_and_says_what_warns(browser: FlaskClient, client: FlaskClient, bob: User) -> None:
    headers = {"Authorization": f"Bearer {service.create_token(bob.email)}"}
    path = "/api/v1/apps/shop/forms/trip/records"
    answer = client.post(path, json={"values": {"price": 200}}, headers=headers)
    assert answer.status_code == 201
    assert answer.json["warnings"] == [{"path": ["price"], "code": "dear", "message": "That is much."}]
    calm = client.post(path, json={"values": {"price": 20, "hotel": "Ritz"}}, headers=headers)
    assert "warnings" not in calm.json
    assert calm.json["values"] == {"price": 20}


def test_a_rule_and_a_check_of_one_key_are_warned_of_each(browser: FlaskClient) -> None:
    answer = browser.post(f"{PAGE}new", data=sent(price="300", _warned="price:rule:dear"))
    assert answer.status_code == 422
    assert "That is much." in answer.text
    assert "Far too much." in answer.text
    assert 'name="_warned" value="price:check:dear price:rule:dear"' in answer.text


def test_leaving_a_field_that_a_rule_clears_asks_the_server(browser: FlaskClient) -> None:
    form = lookup.form("shop", "trip")
    assert static_fields(form) == {"hotel"}


def test_what_cannot_be_read_in_a_field_that_a_rule_clears_stops_no_save(
    browser: FlaskClient, bob: User
) -> None:
    answer = browser.post(f"{PAGE}new", data=sent(gone="yes", guests="many"))
    assert answer.status_code == 303
    assert stored(bob) == {"gone": True}
    assert browser.post(f"{PAGE}new", data=sent(gone="no", guests="many")).status_code == 422


def test_the_page_of_a_record_shows_what_is_stored_until_it_is_saved_again(
    browser: FlaskClient, bob: User
) -> None:
    rules = [rule for rule in TRIP["fw"]["rules"] if rule["key"] != "gone"]
    factory.publish("form", "trip", {**TRIP, "fw": {**TRIP["fw"], "rules": rules}})
    browser.post(f"{PAGE}new", data=sent(gone="yes", room="Number nine"))
    factory.publish("form", "trip", TRIP)
    assert read(bob)["room"] == "Number nine"
    browser.post(f"{PAGE}1/edit", data=sent(gone="yes", room="Number nine", _rev="1", _once="y" * 20))
    assert read(bob)["room"] == ""
