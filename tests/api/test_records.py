"""Records over the API: create, read, change, delete, once only."""

import json
from datetime import date
from itertools import count
from typing import Any

import pytest

from tests.support.world import World, records

NUMBERS = count(1)
TODAY = date.today().isoformat()
VISIT = {"visited_on": TODAY, "content": "They want a demonstration.", "result": "interested"}


@pytest.fixture
def customer(world: World) -> int:
    """A customer of Bob's."""
    return world.api("bob").made("customer", name=f"Customer {next(NUMBERS)}", phone="13800138000")


def error_of(answer: Any) -> str:
    """The code of an error that is not about values."""
    assert set(answer.json) == {"error"}, answer.text
    assert set(answer.json["error"]) == {"code", "message"}
    assert answer.json["error"]["message"]
    return str(answer.json["error"]["code"])


def test_a_created_record_is_answered_with_id_revision_and_values(world: World, customer: int) -> None:
    answer = world.api("bob").create("visit", customer=customer, **VISIT)

    assert answer.status_code == 201
    assert answer.mimetype == "application/json"
    assert set(answer.json) == {"id", "revision", "values"}
    assert answer.json["revision"] == 1
    assert answer.json["values"]["phone"] == "+8613800138000"
    assert answer.json["values"]["owner"] == world.ids["bob"]
    assert answer.json["values"]["number"].startswith("FU-")
    assert answer.headers["ETag"] == '"1"'
    assert answer.headers["Location"].endswith(records("visit", answer.json["id"]))


def test_null_keeps_a_field_empty_that_a_reference_would_fill(world: World, customer: int) -> None:
    answer = world.api("bob").create("visit", customer=customer, phone=None, **VISIT)

    assert answer.status_code == 201
    assert "phone" not in answer.json["values"]
    assert answer.json["values"]["grade"] == "B"


def test_what_is_wrong_is_said_with_path_code_and_message(world: World, customer: int) -> None:
    before = world.stored()

    answer = world.api("bob").create("visit", customer=customer, visited_on=TODAY, content="Hi", remind=True)

    assert answer.status_code == 422
    assert set(answer.json) == {"errors"}
    found = {error["path"][0]: error["code"] for error in answer.json["errors"]}
    assert found == {
        "content": "minLength",
        "result": "required",
        "next_on": "required",
        "prepare": "required",
    }
    assert all(
        set(error) == {"path", "code", "message"} and error["message"] for error in answer.json["errors"]
    )
    assert world.stored() == before


def test_the_same_key_with_the_same_values_makes_one_record(world: World) -> None:
    key, values = {"Idempotency-Key": "k-1"}, {"name": "Once only"}

    first = world.api("bob").create("customer", key, **values)
    again = world.api("bob").create("customer", key, **values)

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json == first.json
    assert again.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first.headers


def test_the_same_key_with_other_values_is_a_conflict(world: World) -> None:
    key = {"Idempotency-Key": "k-2"}
    world.api("bob").create("customer", key, name="The first")
    before = world.stored()

    answer = world.api("bob").create("customer", key, name="The second")

    assert answer.status_code == 409
    assert error_of(answer) == "token_reused"
    assert world.stored() == before


def test_the_keys_of_two_people_do_not_meet(world: World) -> None:
    key = {"Idempotency-Key": "k-3"}

    one = world.api("bob").create("customer", key, name="Bob's with a key")
    two = world.api("eve").create("customer", key, name="Eve's with a key")

    assert (one.status_code, two.status_code) == (201, 201)
    assert one.json["id"] != two.json["id"]


@pytest.mark.parametrize("key", ["", "x" * 101, "ключ", "a\tb"])
def test_a_key_that_is_none_is_refused(world: World, key: str) -> None:
    before = world.stored()

    answer = world.api("bob").create("customer", {"Idempotency-Key": key}, name="With a bad key")

    assert answer.status_code == 400
    assert error_of(answer) == "bad_request"
    assert world.stored() == before


def test_a_record_is_read_with_its_revision_as_etag(world: World) -> None:
    made = world.api("bob").made("customer", name="To be read")

    answer = world.api("bob")("GET", records("customer", made))

    assert answer.status_code == 200
    assert answer.headers["ETag"] == '"1"'
    assert set(answer.json) == {"id", "revision", "created_at", "updated_at", "values"}
    assert answer.json["values"]["name"] == "To be read"


def test_a_change_needs_the_revision_that_was_read(world: World) -> None:
    made = world.api("bob").made("customer", name="To be changed")
    path, change = records("customer", made), {"values": {"address": "1 Road"}}

    without = world.api("bob")("PATCH", path, json=change)
    stale = world.api("bob")("PATCH", path, json=change, headers={"If-Match": '"7"'})
    strange = world.api("bob")("PATCH", path, json=change, headers={"If-Match": '"seven"'})
    right = world.api("bob")("PATCH", path, json=change, headers={"If-Match": '"1"'})

    assert (without.status_code, error_of(without)) == (428, "precondition_required")
    assert (stale.status_code, error_of(stale)) == (412, "precondition_failed")
    assert (strange.status_code, error_of(strange)) == (412, "precondition_failed")
    assert right.status_code == 200
    assert set(right.json) == {"id", "revision", "values"}
    assert right.json["revision"] == 2
    assert right.headers["ETag"] == '"2"'


def test_a_change_touches_what_it_names_and_null_clears(world: World) -> None:
    made = world.api("bob").made("customer", name="Keeps the rest", address="1 Road", email="a@example.com")

    answer = world.api("bob")(
        "PATCH", records("customer", made), json={"values": {"address": None}}, headers={"If-Match": '"1"'}
    )

    assert "address" not in answer.json["values"]
    assert answer.json["values"]["email"] == "a@example.com"


def test_a_change_that_is_wrong_changes_nothing(world: World) -> None:
    made = world.api("bob").made("customer", name="Stays as it is")

    answer = world.api("bob")(
        "PATCH", records("customer", made), json={"values": {"phone": "x"}}, headers={"If-Match": '"1"'}
    )

    assert answer.status_code == 422
    assert [error["path"] for error in answer.json["errors"]] == [["phone"]]
    assert world.api("bob")("GET", records("customer", made)).json["revision"] == 1


def test_a_record_is_deleted_at_the_revision_that_was_read(world: World, customer: int) -> None:
    made = world.api("bob").made("visit", customer=customer, **VISIT)
    path = records("visit", made)

    without = world.api("bob")("DELETE", path)
    stale = world.api("bob")("DELETE", path, headers={"If-Match": '"2"'})
    right = world.api("bob")("DELETE", path, headers={"If-Match": '"1"'})

    assert (without.status_code, stale.status_code) == (428, 412)
    assert (right.status_code, right.data) == (204, b"")
    assert world.api("bob")("GET", path).status_code == 404


def test_a_record_that_others_refer_to_is_not_deleted(world: World, customer: int) -> None:
    world.api("bob").made("visit", customer=customer, **VISIT)

    answer = world.api("anna")("DELETE", records("customer", customer), headers={"If-Match": '"1"'})

    assert (answer.status_code, error_of(answer)) == (409, "referred_to")


def test_what_a_role_does_not_grant_is_forbidden_and_what_it_hides_is_not_there(
    world: World, customer: int
) -> None:
    path, tag = records("customer", customer), {"If-Match": '"1"'}

    assert world.api("bob")("DELETE", path, headers=tag).status_code == 403
    assert world.api("rita").create("customer", name="A reader's").status_code == 403
    assert world.api("eve")("GET", path).status_code == 404
    assert world.api("eve")("PATCH", path, json={"values": {}}, headers=tag).status_code == 404
    assert world.api("stan").create("customer", name="A stranger's").status_code == 404
    assert world.api("dora")("GET", records("customer")).status_code == 404


def test_hidden_computed_system_and_unknown_keys_are_ignored(world: World, customer: int) -> None:
    extra = {
        "id": 999,
        "created_by": world.ids["anna"],
        "owner_id": world.ids["anna"],
        "version": 7,
        "is_admin": True,
        "reason": "hidden by a rule",
        "number": "FU-1",
        "next_on": "2000-01-01",
        "__proto__": {"x": 1},
    }

    answer = world.api("bob").create("visit", customer=customer, **VISIT, **extra)

    assert answer.status_code == 201, answer.text
    assert answer.json["id"] != 999
    assert answer.json["values"]["owner"] == world.ids["bob"]
    assert answer.json["values"]["number"] != "FU-1"
    assert not answer.json["values"].keys() & (extra.keys() - {"number"})


def test_numbers_come_back_exactly(world: World, customer: int) -> None:
    values = {"name": "Exact", "customer": customer, "expected_amount": "#"}
    body = json.dumps({"values": values}).replace('"#"', "1234567890123.45")

    answer = world.api("bob")("POST", records("opportunity"), data=body, content_type="application/json")

    assert answer.status_code == 201, answer.text
    assert '"expected_amount":1234567890123.45' in answer.text.replace(" ", "")


def test_a_timeline_tells_changes_runs_and_timers(world: World, customer: int) -> None:
    next_on = date.fromordinal(date.today().toordinal() + 10).isoformat()
    visit = world.api("bob").made(
        "visit", customer=customer, **VISIT, remind=True, next_on=next_on, prepare="The demo"
    )
    world.work()
    reminder = world.api("bob")("GET", records("reminder") + "?sort=-id&limit=1").json["items"][0]

    of_visit = world.api("bob")("GET", records("visit", visit) + "/timeline").json["items"]
    of_reminder = world.api("bob")("GET", records("reminder", reminder["id"]) + "/timeline").json["items"]

    assert {"created", "run"} <= {entry["kind"] for entry in of_visit}
    assert {"created", "timer"} <= {entry["kind"] for entry in of_reminder}
    created = next(entry for entry in of_reminder if entry["kind"] == "created")
    assert created["origin"]["automation"] == "make_reminder"
    assert created["origin"]["version"] == 1
    assert created["origin"]["record"] == visit
    assert all(entry["at"].endswith("Z") and entry["text"] for entry in [*of_visit, *of_reminder])
