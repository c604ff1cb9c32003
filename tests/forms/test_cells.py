"""Cells of a list that are edited where they stand: one save of one field, within rights, rules and revisions."""

import json
import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from runtime.accounts.models import User
from runtime.db import db, transaction
from runtime.definitions import lookup
from runtime.fields import FIELD_TYPES
from runtime.records import changes, store
from runtime.records.models import Event
from tests.conftest import Queries
from tests.forms import test_controls
from tests.forms.followup import sign_in
from tests.records import factory
from tests.records.factory import ACTIONS, TRUSTED, field, form_document

TRIPS = "/apps/shop/forms/trip"
HTMX = {"HX-Request": "true"}


def when(key: str, value: Any) -> dict[str, Any]:
    return {"required": [key], "properties": {key: {"const": value}}}


TRIP = form_document(
    "trip",
    {
        "name": field("text", title="Name"),
        "state": field("text", title="State"),
        "nights": field("number", title="Nights"),
        "price": field("number", title="Price"),
        "total": field("formula", title="Total", formula="nights * price", result="number"),
        "room": field("text", title="Room"),
        "read": field("text", title="Read", access={"clerk": "read"}),
        "secret": field("text", title="Secret", access={"clerk": "hidden"}),
        "customer": field(
            "reference",
            title="Customer",
            form="trip",
            offer={"properties": {"name": {"const": {"fact": "record.room"}}}},
        ),
    },
    required=("name",),
    title_field="name",
    list={"columns": ["name", "nights", "total"]},
    rules=[
        {"key": "gone", "when": when("state", "gone"), "then": {"hide": ["room"]}},
        {"key": "shut", "when": when("state", "shut"), "then": {"lock": ["room"]}},
        {
            "key": "dear",
            "when": {"required": ["price"], "properties": {"price": {"type": "number", "minimum": 100}}},
            "then": {"message": {"price": {"level": "warning", "text": "That is much."}}},
        },
    ],
    checks=[{"key": "long", "formula": "nights < 30", "at": "nights", "message": "Too long."}],
)
ROLES: dict[str, list[dict[str, Any]]] = {
    "clerk": [{"form": "trip", "actions": list(ACTIONS), "scope": "all"}],
    "boss": [],
}
OF_OTHERS = {
    "clerk": [
        {"form": "trip", "actions": ["read"], "scope": "all"},
        {"form": "trip", "actions": ["update"], "scope": "own"},
    ],
    "boss": [],
}


@pytest.fixture
def clerk(client: FlaskClient, bob: User) -> FlaskClient:
    """Bob's browser."""
    client.application.config["WTF_CSRF_ENABLED"] = False
    factory.shop(TRIP, roles=ROLES)
    factory.give_role(bob)
    return sign_in(client, bob)


def made(**values: Any) -> int:
    with transaction():
        return store.save(TRUSTED, lookup.form("shop", "trip"), {"name": "Paris", **values}).id


def changed(record: int, **values: Any) -> None:
    """Somebody else changes a record."""
    with transaction():
        store.save(TRUSTED, lookup.form("shop", "trip"), values, record_id=record)


def stored(record: int) -> dict[str, Any]:
    db.session.rollback()
    return dict(changes.locked(TRUSTED, lookup.form("shop", "trip"), record, "update").values)


def cell(browser: FlaskClient, record: int, key: str, form: str = TRIPS) -> TestResponse:
    """Open the editor of a cell."""
    return browser.get(f"{form}/{record}/cells/{key}?cols=name,nights,price,total", headers=HTMX)


def controls(page: str) -> dict[str, str]:
    """What the controls of an editor hold."""
    found = re.findall(r'<input[^>]* name="([^"]*)"[^>]* value="([^"]*)"', page)
    return {name: unescape(value) for name, value in found}


def put(
    browser: FlaskClient, record: int, key: str, text: str, editor: TestResponse | None = None, **more: str
) -> TestResponse:
    """Type into the editor of a cell and save it."""
    editor = editor or cell(browser, record, key)
    sent = {**controls(editor.text), "_do": "save", key: text, **more}
    return browser.post(f"{TRIPS}/{record}/cells/{key}?cols=name,nights,price,total", data=sent, headers=HTMX)


def told(answer: TestResponse) -> dict[str, Any]:
    return dict(json.loads(answer.headers["HX-Trigger"])["fw:cell"])


def test_given_a_cell_when_it_is_saved_then_its_row_comes_back_with_all_that_depends_on_it(
    clerk: FlaskClient,
) -> None:
    trip = made(nights=2, price=10)

    editor = cell(clerk, trip, "nights")
    answer = put(clerk, trip, "nights", "3", editor)

    assert 'value="2"' in editor.text and 'id="cell-nights"' in editor.text
    assert answer.status_code == 200
    assert answer.headers["HX-Retarget"] == f"#row-{trip}"
    assert re.findall(r'<td data-label="[^"]*"[^>]*>(?:<a[^>]*>)?([^<]*)<', answer.text) == [
        "Paris",
        "3",
        "10",
        "30",
    ]
    assert told(answer)["text"] == "Paris: Nights is now 3."
    assert stored(trip)["nights"] == 3


def test_given_a_saved_cell_when_it_is_taken_back_then_what_was_before_stands_there_again(
    clerk: FlaskClient,
) -> None:
    trip = made(nights=2)
    event = told(put(clerk, trip, "nights", "3"))

    answer = clerk.post(event["undo"], data={"revision": event["revision"]}, headers=HTMX)

    assert answer.status_code == 200 and stored(trip)["nights"] == 2
    assert f'id="row-{trip}"' in answer.text


def test_given_a_saved_cell_that_somebody_changed_since_when_it_is_taken_back_then_it_stays(
    clerk: FlaskClient,
) -> None:
    trip = made(nights=2)
    event = told(put(clerk, trip, "nights", "3"))
    changed(trip, nights=4)

    answer = clerk.post(event["undo"], data={"revision": event["revision"]}, headers=HTMX)

    assert answer.status_code == 409 and stored(trip)["nights"] == 4
    assert answer.headers["HX-Reswap"] == "none"
    assert "somebody changed it since" in answer.headers["HX-Trigger"]


def test_given_somebody_elses_change_when_it_is_taken_back_by_its_revision_then_nothing_happens(
    clerk: FlaskClient,
) -> None:
    trip = made(nights=2)
    changed(trip, nights=4)

    for revision in ("2", "1", "", "x", "9" * 30):
        answer = clerk.post(f"{TRIPS}/{trip}/cells", data={"revision": revision}, headers=HTMX)
        assert answer.status_code == 404 and stored(trip)["nights"] == 4


def test_given_the_same_field_changed_meanwhile_when_a_cell_is_saved_then_both_values_are_told(
    clerk: FlaskClient,
) -> None:
    trip = made(nights=2)
    editor = cell(clerk, trip, "nights")
    changed(trip, nights=4)

    answer = put(clerk, trip, "nights", "3", editor)

    assert answer.status_code == 409 and stored(trip)["nights"] == 4
    assert "HX-Retarget" not in answer.headers
    assert re.search(r"You:</strong> 3<br>.*:</strong> 4</p>", answer.text, re.S)
    theirs = put(clerk, trip, "nights", "3", answer, _do="theirs:nights")
    assert controls(theirs.text)["nights"] == "4"
    mine = put(clerk, trip, "nights", "3", answer, _do="mine:nights")
    assert controls(mine.text)["nights"] == "3"
    assert put(clerk, trip, "nights", "3", mine).status_code == 200
    assert stored(trip)["nights"] == 3


def test_given_a_wrong_value_when_a_cell_is_saved_then_it_stays_as_typed_under_its_error(
    clerk: FlaskClient,
) -> None:
    trip = made(nights=2)

    unreadable, refused = put(clerk, trip, "nights", "two"), put(clerk, trip, "nights", "44")
    empty = put(clerk, trip, "name", "")

    assert [each.status_code for each in (unreadable, refused, empty)] == [422] * 3
    assert controls(unreadable.text)["nights"] == "two" and 'id="e-cell-nights"' in unreadable.text
    assert controls(refused.text)["nights"] == "44" and "Too long." in refused.text
    assert 'id="e-cell-name"' in empty.text
    assert stored(trip)["nights"] == 2 and stored(trip)["name"] == "Paris"


def test_given_a_record_that_breaks_a_rule_elsewhere_when_a_cell_is_saved_then_it_says_where(
    clerk: FlaskClient,
) -> None:
    trip = made(nights=2)
    strict = {**TRIP, "required": ["name", "state"]}
    factory.publish("form", "trip", strict)

    answer = put(clerk, trip, "nights", "3")

    assert answer.status_code == 422 and stored(trip)["nights"] == 2
    assert "State" in answer.text and f"{TRIPS}/{trip}/edit" in answer.text


def test_given_a_warning_when_a_cell_is_saved_then_it_is_asked_once(clerk: FlaskClient) -> None:
    trip = made(price=1)

    asked = put(clerk, trip, "price", "150")
    done = put(clerk, trip, "price", "150", asked)

    assert asked.status_code == 422 and asked.text.count("That is much.") == 1 and "Save anyway" in asked.text
    assert done.status_code == 200 and stored(trip)["price"] == 150


@pytest.mark.parametrize(
    ("key", "status"),
    [("read", 403), ("secret", 404), ("nothing", 404), ("total", 403), ("nights", 200)],
)
def test_a_cell_opens_for_what_the_person_may_write(clerk: FlaskClient, key: str, status: int) -> None:
    trip = made(read="kept", secret="kept")

    assert cell(clerk, trip, key).status_code == status
    sent = {"_do": "save", "_once": "x" * 20, "_rev": "1", key: "forged"}
    answer = clerk.post(f"{TRIPS}/{trip}/cells/{key}", data=sent, headers=HTMX)
    assert answer.status_code == (422 if status == 200 else status)
    assert "kept" not in answer.text
    assert stored(trip)["read"] == stored(trip)["secret"] == "kept"


def test_given_a_cell_when_other_fields_are_sent_too_then_they_are_not_saved(clerk: FlaskClient) -> None:
    trip = made(nights=2, room="1")

    put(clerk, trip, "nights", "3", room="2", secret="forged")

    assert stored(trip)["room"] == "1" and "secret" not in stored(trip)


def test_given_a_record_that_may_be_read_only_when_a_cell_is_saved_then_nothing_is(
    clerk: FlaskClient,
) -> None:
    trip = made(nights=2)
    factory.shop(TRIP, roles=OF_OTHERS)

    assert cell(clerk, trip, "nights").status_code == 403
    sent = {"_do": "save", "_once": "x" * 20, "_rev": "1", "nights": "3"}
    assert clerk.post(f"{TRIPS}/{trip}/cells/nights", data=sent, headers=HTMX).status_code == 403
    assert clerk.post(f"{TRIPS}/{trip}/cells", data={"revision": "1"}, headers=HTMX).status_code == 403
    assert stored(trip)["nights"] == 2


@pytest.mark.parametrize("state", ["gone", "shut"])
def test_given_a_rule_that_hides_or_locks_a_field_when_its_cell_is_saved_then_it_stays(
    clerk: FlaskClient, state: str
) -> None:
    trip = made(room="1")
    editor = cell(clerk, trip, "room")
    changed(trip, state=state)

    assert cell(clerk, trip, "room").status_code == 403
    answer = put(clerk, trip, "room", "2", editor, _rev="2")
    assert answer.status_code == 409
    assert "A rule keeps Room" in answer.text
    assert stored(trip).get("room", "1") == "1"


def test_given_a_reference_in_a_cell_when_it_is_searched_then_the_offer_follows_the_stored_record(
    clerk: FlaskClient,
) -> None:
    trip, rome = made(room="Rome"), made(name="Rome")

    address = re.search(r'data-combo="([^"]*)"', cell(clerk, trip, "customer").text)
    assert address
    offered = clerk.get(unescape(address[1]), headers=HTMX).text

    assert re.findall(r'data-value="(\d+)"', offered) == [str(rome)]


def test_without_a_script_a_cell_leads_to_its_section_and_back_to_the_list(clerk: FlaskClient) -> None:
    trip = made()

    answer = clerk.get(f"{TRIPS}/{trip}/cells/nights?sort=name")

    assert answer.status_code == 303
    assert answer.location.startswith(f"{TRIPS}/{trip}/edit?section=") and "sort%3Dname" in answer.location
    assert clerk.get(answer.location).status_code == 200


def test_given_hostile_names_in_the_address_when_a_cell_is_opened_then_it_opens(clerk: FlaskClient) -> None:
    trip = made()
    answer = clerk.get(
        f"{TRIPS}/{trip}/cells/nights?app=x&_external=1&record_id=7&_scheme=y&cols=nothing", headers=HTMX
    )
    assert answer.status_code == 200


def test_given_who_may_not_write_when_he_opens_the_list_then_no_cell_is_offered(
    client: FlaskClient, bob: User
) -> None:
    factory.shop(TRIP, roles={"clerk": [{"form": "trip", "actions": ["read"], "scope": "all"}], "boss": []})
    factory.give_role(bob)
    made()
    page = sign_in(client, bob).get(f"{TRIPS}/").text
    assert "data-cell" not in page and "edit-cells" not in page


def test_given_a_list_when_its_columns_are_drawn_then_those_are_marked_that_can_be_edited(
    clerk: FlaskClient,
) -> None:
    made()
    page = clerk.get(f"{TRIPS}/?cols=name,nights,total,read").text
    assert re.findall(r'data-cell="(\w+)"', page) == ["name", "nights"]
    assert 'id="edit-cells"' in page


def test_given_a_cell_when_it_is_opened_and_saved_then_it_takes_few_statements(
    clerk: FlaskClient, queries: Queries
) -> None:
    trip = made(nights=2)
    put(clerk, trip, "nights", "1")

    queries.clear()
    editor = cell(clerk, trip, "nights")
    opened = queries.count
    queries.clear()
    put(clerk, trip, "nights", "3", editor)

    assert (opened, queries.count) == (5, 11), queries.statements


@pytest.mark.parametrize(
    "name", sorted(each for each, kind in FIELD_TYPES.items() if kind.stored and kind.writable)
)
def test_every_type_is_edited_in_its_cell_or_in_the_section_of_the_record(
    client: FlaskClient, bob: User, name: str
) -> None:
    client.application.config["WTF_CSRF_ENABLED"] = False
    factory.shop(test_controls.document())
    factory.give_role(bob)
    with transaction():
        record = store.save(TRUSTED, lookup.form("shop", "every"), {"a_text": "x"}).id

    answer = cell(sign_in(client, bob), record, f"a_{name}", "/apps/shop/forms/every")

    assert answer.status_code == 200
    if FIELD_TYPES[name].in_cells:
        assert f'name="a_{name}"' in answer.text and f'id="cell-a_{name}' in answer.text
        ids = re.findall(r' id="([^"]+)"', answer.text)
        assert len(ids) == len(set(ids))
    else:
        assert "section=" in answer.headers["HX-Redirect"]


def test_given_a_list_in_groups_when_a_cell_is_saved_and_taken_back_then_its_headings_and_figures_are_told_anew(
    clerk: FlaskClient,
) -> None:
    trip, _other = made(nights=2, state="a"), made(nights=5, state="a")
    place = "cells/{}?by=state&figures=%7B%22nights%22%3A%22sum%22%7D"
    page = clerk.get(f"{TRIPS}/{place.format('').removeprefix('cells/')}").text

    def retold(key: str, text: str) -> TestResponse:
        sent = {**controls(cell(clerk, trip, key).text), "_do": "save", key: text}
        return clerk.post(f"{TRIPS}/{trip}/{place.format(key)}", data=sent, headers=HTMX)

    moved = retold("state", "b")
    parts = re.findall(r'<hx-partial hx-target="#([^"]*)"[^>]*>(.*?)</hx-partial>', moved.text, re.S)
    assert [re.sub("<[^>]+>", "", text).strip() for _place, text in parts] == [
        "1 record Sum of Nights: 5",
        "1 record Sum of Nights: 2",
        "Sum of Nights: 7",
    ]
    assert f'id="{parts[0][0]}"' in page and 'id="totals"' in page
    event = told(moved)
    back = clerk.post(event["undo"], data={"revision": event["revision"]}, headers=HTMX)
    assert "2 records" in back.text and "0 records" in back.text
    assert "<hx-partial" not in retold("room", "12").text


def by_bob(record: int, origin: str, **values: Any) -> int:
    """Bob changes a record by more than his own rights on fields, as a rule or an automation does: the revision."""
    user = db.session.query(User).filter_by(email="bob@example.com").one()
    actor = store.Actor(user=user, origin=origin, trusted=True)
    with transaction():
        return store.save(actor, lookup.form("shop", "trip"), values, record_id=record).revision


def undone(browser: FlaskClient, record: int, revision: int) -> int:
    return browser.post(f"{TRIPS}/{record}/cells", data={"revision": revision}, headers=HTMX).status_code


def test_a_change_is_taken_back_with_what_is_hidden_of_it(clerk: FlaskClient) -> None:
    trip = made(room="1", secret="a")
    assert undone(clerk, trip, by_bob(trip, "page", room="2", secret="b")) == 200
    assert (stored(trip)["room"], stored(trip)["secret"]) == ("1", "a")


def test_what_an_automation_wrote_is_nobodys_to_take_back(clerk: FlaskClient) -> None:
    trip = made(secret="a")
    assert undone(clerk, trip, by_bob(trip, "automation", secret="b")) == 404
    assert stored(trip)["secret"] == "b"


def test_a_change_is_not_taken_back_after_a_day(clerk: FlaskClient) -> None:
    trip = made(room="1")
    revision = by_bob(trip, "page", room="2")
    with transaction() as session:
        event = session.query(Event).filter_by(record_id=trip, revision=revision).one()
        event.at -= timedelta(days=1, minutes=1)
    assert undone(clerk, trip, revision) == 404
    assert stored(trip)["room"] == "2"


@pytest.mark.parametrize("hidden", [{}, {"secret": "b"}], ids=["all seen", "some hidden"])
def test_what_a_rule_locked_since_stays_when_a_change_is_taken_back(
    clerk: FlaskClient, hidden: dict[str, str]
) -> None:
    trip = made(room="1", secret="a")
    revision = by_bob(trip, "page", room="2", **hidden)
    changed(trip, state="shut")
    assert undone(clerk, trip, revision) == 409
    assert stored(trip)["room"] == "2"


def test_cells_of_rows_that_a_rule_locked_since_stay_when_a_change_is_taken_back(clerk: FlaskClient) -> None:
    columns = {"price": field("number"), "cost": field("number", access={"clerk": "hidden"})}
    agreed = {"required": ["record"], "properties": {"record": when("state", "agreed")}}
    rule = {"key": "agreed", "when": agreed, "then": {"lock": ["price"]}}
    rows = {"type": "object", "properties": columns, "fw": {"rules": [rule]}}
    lines = field("sub_table", {"type": "array", "items": rows}, title="Lines")
    factory.publish("form", "trip", {**TRIP, "properties": {**TRIP["properties"], "lines": lines}})

    for state, status, price in (("open", 200, 1), ("agreed", 409, 2)):
        trip = made(lines=[{"price": 1, "cost": 5}])
        revision = by_bob(trip, "page", lines=[{**stored(trip)["lines"][0], "price": 2}])
        changed(trip, state=state)
        assert undone(clerk, trip, revision) == status
        assert stored(trip)["lines"][0]["price"] == price
