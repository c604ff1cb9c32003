"""Changing, assigning and deleting many records at once, and taking it back."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from runtime import jobs
from runtime.bulk import working
from runtime.bulk.models import Bulk, BulkItem
from runtime.check import violations
from runtime.db import db, transaction
from runtime.outbox import Outbox
from runtime.records.models import Event
from runtime.times import now
from tests.support.world import World, records, world_on

CUSTOMERS = "/apps/followup/forms/customer"
BULK = f"{CUSTOMERS}/bulk"


@pytest.fixture(scope="module")
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world_on("sqlite", request, tmp_path_factory.mktemp("bulk"), WTF_CSRF_ENABLED=False) as found:
        yield found


@pytest.fixture(scope="module")
def on_postgres(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world_on("postgres", request, tmp_path_factory.mktemp("bulk"), WTF_CSRF_ENABLED=False) as found:
        yield found


def made(world: World, name: str, number: int, **values: Any) -> list[int]:
    """Customers of Mia."""
    return [world.api("mia").made("customer", name=f"{name} {each}", **values) for each in range(number)]


def begun(world: World, ids: list[int], who: str = "mia", **fields: str) -> TestResponse:
    """What somebody gets who sends the page with the values, as it was opened now."""
    return world.browsers[who].post(f"{BULK}/begin", data={**opened(world, ids, who, *fields), **fields})


def opened(world: World, ids: list[int], who: str, *fields: str) -> dict[str, Any]:
    """What the page posts on which somebody says what these fields are to hold, beside that."""
    asked = {"_record": list(map(str, ids)), "_step": "set", "_field": list(fields)}
    return {**asked, **posted(world.browsers[who].post(BULK, data=asked).text)}


def posted(page: str) -> dict[str, str]:
    """What the page knows of what was there when it was opened."""
    return dict(re.findall(r'name="(_once|_seen)" value="([\w.]+)"', page))


def shown(browser: FlaskClient, answer: TestResponse) -> str:
    assert answer.status_code == 303, answer.text
    return browser.get(answer.location).text


def values(world: World, record_id: int) -> dict[str, Any]:
    answer = world.api("anna")("GET", records("customer", record_id))
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json["values"]
    return found


def test_the_chosen_are_changed_by_a_job_and_taken_back(world: World) -> None:
    # given two customers, and what the pages say of them
    ids = made(world, "Chosen", 2, grade="A")
    mia = world.browsers["mia"]
    assert f'name="_record" value="{ids[0]}" form="bulk"' in mia.get(f"{CUSTOMERS}/").text
    asked = mia.post(BULK, data={"_record": list(map(str, ids))}).text
    assert (
        "What to do with 2 records" in asked
        and "Chosen 1" in asked
        and 'name="_field" value="owner"' in asked
    )

    # when both get another grade and owner
    answer = begun(world, ids, grade="C", owner=str(world.ids["bob"]))
    assert "0 of 2 records" in shown(mia, answer)
    world.work()

    # then both have, and their stories say how
    assert "Changed: 2" in shown(mia, answer)
    found = [values(world, each) for each in ids]
    assert [(each["grade"], each["owner"]) for each in found] == [("C", world.ids["bob"])] * 2
    story = mia.get(f"{CUSTOMERS}/{ids[0]}/").text
    assert "Mia changed this record together with others." in story

    # and it is taken back, once
    back = mia.post(answer.location, data={"do": "undo"})
    world.work()
    assert "Taken back: 2" in shown(mia, back)
    found = [values(world, each) for each in ids]
    assert [(each["grade"], each.get("owner")) for each in found] == [("A", world.ids["mia"])] * 2
    assert "Mia took back a change of several records." in mia.get(f"{CUSTOMERS}/{ids[0]}/").text
    assert "Take it back" not in shown(mia, answer)
    assert mia.post(answer.location, data={"do": "undo"}).location == answer.location


def test_what_somebody_changed_meanwhile_is_never_overwritten(world: World) -> None:
    ids = made(world, "Meanwhile", 3, grade="A")
    asked = opened(world, ids, "mia", "grade")
    changed = {"json": {"values": {"grade": "B"}}, "headers": {"If-Match": '"1"'}}
    assert world.api("anna")("PATCH", records("customer", ids[0]), **changed).status_code == 200
    other = {"json": {"values": {"address": "Elsewhere"}}, "headers": {"If-Match": '"1"'}}
    assert world.api("anna")("PATCH", records("customer", ids[1]), **other).status_code == 200

    answer = world.browsers["mia"].post(f"{BULK}/begin", data={**asked, "grade": "C"})
    world.work()

    told = shown(world.browsers["mia"], answer)
    assert (
        "Changed: 2" in told
        and "Not possible: 1" in told
        and "Somebody changed this meanwhile: Grade" in told
    )
    assert [values(world, each)["grade"] for each in ids] == ["B", "C", "C"]
    # and what is changed since is not taken back
    later = {"json": {"values": {"grade": "B"}}, "headers": {"If-Match": '"3"'}}
    assert world.api("anna")("PATCH", records("customer", ids[1]), **later).status_code == 200
    back = world.browsers["mia"].post(answer.location, data={"do": "undo"})
    world.work()
    assert [values(world, each)["grade"] for each in ids] == ["B", "B", "A"]
    told = shown(world.browsers["mia"], back)
    assert "Taken back: 1" in told and "Stays, for it was changed since: Grade" in told


def test_all_that_the_list_matches_are_deleted_and_brought_back(world: World) -> None:
    ids = made(world, "Every", 3, grade="C")
    others = made(world, "Not this", 1)
    mia = world.browsers["mia"]
    wanted = {"_all": "1", "_q": "Every"}
    page = mia.post(BULK, data={**wanted, "_step": "delete"}).text
    assert "Delete 3 records?" in page and "Not this" not in page

    # one more came since the page was made: it is asked again
    more = made(world, "Every more", 1)
    sent = {**wanted, "_step": "delete", **posted(page)}
    again = mia.post(f"{BULK}/begin", data=sent)
    assert (again.status_code, "Delete 4 records?" in again.text) == (409, True)
    answer = mia.post(f"{BULK}/begin", data={**sent, **posted(again.text)})
    world.work()

    assert "Deleted: 4" in shown(mia, answer)
    for each in [*ids, *more]:
        assert world.api("anna")("GET", records("customer", each)).status_code == 404
    assert values(world, others[0])
    back = mia.post(answer.location, data={"do": "undo"})
    world.work()
    assert "Taken back: 4" in shown(mia, back)
    assert values(world, ids[0])["name"] == "Every 0"


def test_rules_and_rights_hold_for_each_record(world: World) -> None:
    mine, foreign = made(world, "Mine", 1), [world.api("max").made("customer", name="Of the South")]
    answer = begun(world, [*mine, *foreign], name="")
    world.work()
    told = shown(world.browsers["mia"], answer)
    assert "Changing 1 record" in told and "Not possible: 1" in told  # what she may not read was never chosen
    assert values(world, mine[0])["name"] == "Mine 0"
    # what cannot be read is told on the page
    refused = begun(world, mine, grade="no such grade")
    assert (refused.status_code == 422 and "field-error" in refused.text) or "fw-error" in refused.text
    # who may only read changes nothing, nobody sees what others had done
    assert world.browsers["rita"].post(BULK, data={"_record": str(mine[0])}).status_code == 403
    assert world.browsers["anna"].get(answer.location).status_code == 404
    assert world.browsers["mia"].post(BULK, data={}).status_code == 303
    assert world.browsers["mia"].post(BULK, data={"_all": "1", "_filter": "{"}).status_code == 303


@pytest.mark.parametrize("where", ["world", "on_postgres"])
def test_a_job_that_is_killed_anywhere_changes_each_record_once(
    where: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    world: World = request.getfixturevalue(where)
    ids = made(world, "Killed", 12, grade="A")
    monkeypatch.setattr(working, "SIZE", 5)
    answer = begun(world, ids, grade="B")
    key = answer.location.rpartition("/")[2]
    real, seen = working.doing.do, []

    def dies(*args: Any) -> Any:
        seen.append(1)
        if len(seen) in (3, 9):
            raise KeyboardInterrupt
        return real(*args)

    monkeypatch.setattr(working.doing, "do", dies)
    with world.app.app_context():
        bulk_id = db.session.scalars(select(Bulk.id).where(Bulk.key == key)).one()
        own = (Outbox.kind == "bulk", Outbox.ref_id == bulk_id)
        outbox_id = db.session.scalars(select(Outbox.id).where(*own)).one()
        for number in range(3):
            with time_machine.travel(now() + timedelta(minutes=number + 1), tick=False):
                try:
                    jobs.work(outbox_id)
                except KeyboardInterrupt:
                    db.session.remove()
        items = (
            select(BulkItem.state, func.count()).where(BulkItem.bulk_id == bulk_id).group_by(BulkItem.state)
        )
        assert dict(map(tuple, db.session.execute(items))) == {"done": 12}
        events = select(func.count()).where(
            Event.record_id.in_(ids), Event.kind == "updated", Event.origin == "bulk"
        )
        assert db.session.scalar(events) == 12
        assert violations() == []


def test_breaking_off_keeps_what_is_done(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = made(world, "Broken off", 6, grade="A")
    monkeypatch.setattr(working, "SIZE", 2)
    answer = begun(world, ids, grade="B")
    mia = world.browsers["mia"]
    with world.app.app_context():
        key = answer.location.rpartition("/")[2]
        bulk_id = db.session.scalars(select(Bulk.id).where(Bulk.key == key)).one()
        with transaction() as session:
            assert working._batch(session, bulk_id) is False
    mia.post(answer.location, data={"do": "cancel"})
    world.work()
    told = shown(mia, answer)
    assert "2 of 6 records were looked at" in told and "Take it back" in told
    assert [values(world, each)["grade"] for each in ids] == ["B"] * 2 + ["A"] * 4
    with time_machine.travel(now() + timedelta(hours=25), tick=False), world.app.app_context():
        assert working.may_undo(db.session.get_one(Bulk, bulk_id)) is False
