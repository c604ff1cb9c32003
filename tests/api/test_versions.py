"""Versions and merging over the API, with the rights and errors of the pages."""

from itertools import count

import pytest

from runtime import paper
from tests.support.world import World, records

_numbers = count()


@pytest.fixture
def customer(world: World) -> int:
    """A customer of Bob's with two versions."""
    api = world.api("bob")
    found = api.made("customer", name=f"Old {next(_numbers)}", phone="13800138000")
    path = records("customer", found)
    changed = api("PATCH", path, json={"values": {"phone": None}}, headers={"If-Match": '"1"'})
    assert changed.status_code == 200, changed.text
    return found


def test_versions_are_listed_read_and_compared_by_who_reads_the_record(world: World, customer: int) -> None:
    api, path = world.api("bob"), records("customer", f"{customer}/versions")

    assert [each["number"] for each in api("GET", path).json["items"]] == [2, 1]
    assert api("GET", f"{path}?after=2").json["items"][0]["number"] == 1
    assert api("GET", f"{path}/1").json["values"]["phone"] == "+8613800138000"
    compared = api("GET", f"{path}/compare?old=2&new=1").json
    assert (compared["old"], compared["new"]) == (1, 2)
    assert [(each["key"], each["old"], each["new"]) for each in compared["items"]] == [
        ("phone", "+8613800138000", None)
    ]
    assert api("GET", f"{path}/9").status_code == 404
    assert api("GET", f"{path}?after=x").status_code == 400
    assert world.api("eve")("GET", f"{path}/1").status_code == 404


def test_a_version_is_restored_by_a_save_that_says_so(world: World, customer: int) -> None:
    api, path = world.api("bob"), records("customer", f"{customer}/versions/1/restore")

    assert api("POST", path, json={}).status_code == 428
    assert api("POST", path, json={}, headers={"If-Match": '"1"'}).status_code == 412
    assert api("POST", path, json={"fields": 1}, headers={"If-Match": '"2"'}).status_code == 400
    same = api("POST", path, json={"fields": ["name"]}, headers={"If-Match": '"2"'})
    assert (same.status_code, same.json["revision"]) == (200, 2)
    done = api("POST", path, json={}, headers={"If-Match": '"2"'})

    assert (done.status_code, done.json["revision"], done.json["values"]["phone"]) == (
        200,
        3,
        "+8613800138000",
    )
    told = api("GET", records("customer", f"{customer}/timeline")).json["items"]
    assert any("restored version 1" in each["text"] for each in told)
    assert world.api("rita")("POST", path, json={}, headers={"If-Match": '"3"'}).status_code == 403


def test_records_are_merged_once_and_only_as_they_were_read(world: World, customer: int) -> None:
    api, path = world.api("anna"), "/apps/followup/forms/customer/merge"
    other = api.made("customer", name="Twin")
    wish = {
        "into": customer,
        "revisions": {str(customer): 2, str(other): 1},
        "values": {"phone": "13900139000"},
    }
    once = {"Idempotency-Key": f"merge {customer}"}

    assert api("POST", path, json={**wish, "revisions": {str(customer): 1, str(other): 1}}).status_code == 412
    assert api("POST", path, json={**wish, "into": 0}).status_code == 409
    assert api("POST", path, json={**wish, "revisions": {"x": 1}}).status_code == 400
    assert world.api("rita")("POST", path, json=wish).status_code == 403
    assert world.api("eve")("POST", path, json=wish).status_code in (403, 404)
    done, again = (api("POST", path, json=wish, headers=once) for _time in range(2))

    assert (done.status_code, done.json["values"]["phone"]) == (200, "+8613900139000"), done.text
    assert (again.status_code, again.json) == (200, done.json)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert api("GET", records("customer", other)).status_code == 404


def test_a_key_that_came_with_another_deed_is_refused_and_nothing_is_called_merged(
    world: World, customer: int
) -> None:
    api, path, once = (
        world.api("anna"),
        "/apps/followup/forms/customer/merge",
        {"Idempotency-Key": f"c {customer}"},
    )
    other = api.create("customer", headers=once, name="Apart").json["id"]

    reused = api(
        "POST",
        path,
        json={"into": other, "revisions": {str(customer): 2, str(other): 1}},
        headers=once,
    )

    assert (reused.status_code, reused.json["error"]["code"]) == (409, "token_reused")
    assert api("GET", records("customer", customer)).status_code == 200


def test_a_restore_sent_twice_is_one_and_is_answered_alike(world: World, customer: int) -> None:
    api, path = world.api("bob"), records("customer", f"{customer}/versions/1/restore")
    once = {"Idempotency-Key": f"back {customer}", "If-Match": '"2"'}

    done, again = (api("POST", path, json={}, headers=once) for _time in range(2))
    other = api("POST", path.replace("/1/", "/2/"), json={}, headers=once)

    assert (done.status_code, again.status_code) == (200, 200), again.text
    assert again.json == done.json and again.json["revision"] == 3
    assert (other.status_code, other.json["error"]["code"]) == (409, "token_reused")


def test_a_key_of_a_restore_that_comes_with_other_fields_is_refused(world: World, customer: int) -> None:
    api, path = world.api("bob"), records("customer", f"{customer}/versions/1/restore")
    once = {"Idempotency-Key": f"part {customer}", "If-Match": '"2"'}

    done = api("POST", path, json={"fields": ["phone"]}, headers=once)
    other = api("POST", path, json={"fields": ["name"]}, headers=once)
    again = api("POST", path, json={"fields": ["phone"]}, headers=once)

    assert (done.status_code, again.json) == (200, done.json)
    assert (other.status_code, other.json["error"]["code"]) == (409, "token_reused")


def test_a_key_of_a_merge_that_comes_with_other_values_is_refused(world: World, customer: int) -> None:
    api, path = world.api("anna"), "/apps/followup/forms/customer/merge"
    wish = {"into": customer, "revisions": {str(customer): 2, str(api.made("customer", name="Same")): 1}}
    once = {"Idempotency-Key": f"values {customer}"}

    done = api("POST", path, json={**wish, "values": {"phone": "13900139000"}}, headers=once)
    other = api("POST", path, json={**wish, "values": {"phone": "13700137000"}}, headers=once)

    assert done.status_code == 200, done.text
    assert (other.status_code, other.json["error"]["code"]) == (409, "token_reused")


def test_a_record_is_got_as_a_pdf_as_far_as_its_reader_sees_it(
    world: World, customer: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages: list[str] = []
    monkeypatch.setattr(paper, "pdf", lambda html: pages.append(html) or b"%PDF-")
    monkeypatch.setattr(paper, "is_available", lambda: True)
    path = records("customer", f"{customer}/pdf")

    got = world.api("bob")("GET", path)

    assert (got.status_code, got.mimetype, got.data) == (200, "application/pdf", b"%PDF-")
    assert got.headers["Content-Disposition"].startswith("attachment") and "Old " in pages[0]
    assert world.api("eve")("GET", path).status_code == 404
    monkeypatch.setattr(paper, "is_available", lambda: False)
    assert world.api("bob")("GET", path).status_code == 404
