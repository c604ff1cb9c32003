"""The job of a change of many: beside others who write, other workers, and rights that went meanwhile."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import delete, event, func, select
from werkzeug.test import TestResponse

from runtime import batches, jobs
from runtime.accounts.models import User, UserRole
from runtime.bulk import working
from runtime.bulk.models import Bulk, BulkItem
from runtime.check import violations
from runtime.db import db, transaction
from runtime.definitions import lookup
from runtime.outbox import Outbox
from runtime.records import store
from runtime.records.models import Event
from tests.support.world import World, world_on
from tests.web.test_bulk import BULK, begun, made, opened, shown, values


@pytest.fixture(scope="module")
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world_on("sqlite", request, tmp_path_factory.mktemp("bulk"), WTF_CSRF_ENABLED=False) as found:
        yield found


@pytest.fixture(scope="module")
def on_postgres(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world_on("postgres", request, tmp_path_factory.mktemp("bulk"), WTF_CSRF_ENABLED=False) as found:
        yield found


def id_of(answer: TestResponse) -> int:
    key = answer.location.rpartition("/")[2]
    return db.session.scalars(select(Bulk.id).where(Bulk.key == key)).one()


def states(bulk_id: int) -> dict[str, int]:
    rows = select(BulkItem.state, func.count()).where(BulkItem.bulk_id == bulk_id).group_by(BulkItem.state)
    return {row[0]: row[1] for row in db.session.execute(rows)}


def one_batch(world: World, answer: TestResponse) -> bool:
    """Do a batch as the job does; True when it was the last."""
    with world.app.app_context():
        bulk_id = id_of(answer)
        with transaction() as session:
            return working._batch(session, bulk_id)


def test_a_change_that_is_committed_late_is_not_overwritten(on_postgres: World) -> None:
    # given a save that has drawn the number of its event and is not committed, and a later one that is
    late, early = made(on_postgres, "Late", 2, grade="A")
    with on_postgres.app.app_context():
        anna = db.session.get_one(User, on_postgres.ids["anna"])
        form, actor = lookup.form("followup", "customer"), store.Actor(user=anna, origin="page")
        store.save(actor, form, {"grade": "B"}, record_id=late)
        change = {"json": {"values": {"address": "x"}}, "headers": {"If-Match": '"1"'}}
        path = f"/apps/followup/forms/customer/records/{early}"
        with ThreadPoolExecutor(1) as others:
            assert others.submit(on_postgres.api("anna"), "PATCH", path, **change).result().status_code == 200
            # when the page is opened, and only then the first one is committed
            sent = others.submit(opened, on_postgres, [late, early], "mia", "grade").result()
            db.session.commit()
            send = on_postgres.browsers["mia"].post
            answer = others.submit(send, f"{BULK}/begin", data={**sent, "grade": "C"}).result()
    on_postgres.work()

    # then it stays
    assert [values(on_postgres, each)["grade"] for each in (late, early)] == ["B", "C"]
    assert "Somebody changed this meanwhile: Grade" in shown(on_postgres.browsers["mia"], answer)


def test_a_batch_ends_when_others_have_waited_long_enough(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = begun(world, made(world, "Slow", 3, grade="A"), grade="B")
    monkeypatch.setattr(batches, "LONGEST", 0)
    assert one_batch(world, answer) is False
    with world.app.app_context():
        assert states(id_of(answer)) == {"done": 1, "waiting": 2}
    world.work()
    assert "Changed: 3" in shown(world.browsers["mia"], answer)


def test_what_was_broken_off_can_be_gone_on_with(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    ids, mia = made(world, "Half", 3, grade="A"), world.browsers["mia"]
    first = begun(world, ids, grade="B")
    world.work()
    back = mia.post(first.location, data={"do": "undo"})
    with monkeypatch.context() as patch:
        patch.setattr(batches, "LONGEST", 0)
        one_batch(world, back)
    mia.post(back.location, data={"do": "cancel"})
    world.work()
    assert sorted(values(world, each)["grade"] for each in ids) == ["A", "B", "B"]
    assert "Go on with the rest" in shown(mia, back)

    mia.post(back.location, data={"do": "go_on"})
    world.work()

    assert [values(world, each)["grade"] for each in ids] == ["A", "A", "A"]
    assert "Taken back: 3" in shown(mia, back) and "Go on with the rest" not in shown(mia, back)
    again = mia.post(back.location, data={"do": "go_on"})
    assert "can no longer be gone on with" in mia.get(again.location).text


def test_what_was_broken_off_and_taken_back_is_not_gone_on_with(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids, mia = made(world, "Over", 2, grade="A"), world.browsers["mia"]
    answer = begun(world, ids, grade="B")
    with monkeypatch.context() as patch:
        patch.setattr(batches, "LONGEST", 0)
        one_batch(world, answer)
    mia.post(answer.location, data={"do": "cancel"})
    mia.post(answer.location, data={"do": "undo"})
    mia.post(answer.location, data={"do": "go_on"})
    world.work()
    assert [values(world, each)["grade"] for each in ids] == ["A", "A"]


def test_a_role_that_is_taken_away_ends_what_it_allowed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = made(world, "Role", 3, grade="A")
    answer = begun(world, ids, grade="B")
    with monkeypatch.context() as patch:
        patch.setattr(batches, "LONGEST", 0)
        one_batch(world, answer)
    mine = (UserRole.user_id == world.ids["mia"], UserRole.role == "manager")
    with world.app.app_context(), transaction() as session:
        session.execute(delete(UserRole).where(*mine))
    try:
        world.work()
        assert world.browsers["mia"].get(answer.location).status_code == 404
    finally:
        with world.app.app_context(), transaction() as session:
            session.add(UserRole(user_id=world.ids["mia"], app="followup", role="manager"))
    assert [values(world, each)["grade"] for each in ids] == ["B", "A", "A"]
    assert "Not possible: 2" in shown(world.browsers["mia"], answer)


@pytest.mark.parametrize("where", ["world", "on_postgres"])
def test_two_workers_change_each_record_once(
    where: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    world: World = request.getfixturevalue(where)
    ids = made(world, "Shared", 6, grade="A")
    answer, both = begun(world, ids, grade="B"), Barrier(2)
    monkeypatch.setattr(batches, "LONGEST", 0)
    with world.app.app_context():
        own = (Outbox.kind == "bulk", Outbox.ref_id == id_of(answer))
        outbox_id = db.session.scalars(select(Outbox.id).where(*own)).one()

    def work(_number: int) -> Any:
        with world.app.app_context():
            both.wait(30)
            return jobs.work(outbox_id)

    with ThreadPoolExecutor(2) as workers:
        list(workers.map(work, range(2)))
    with world.app.app_context():
        assert states(id_of(answer)) == {"done": 6}
        own_events = (Event.record_id.in_(ids), Event.kind == "updated", Event.origin == "bulk")
        assert db.session.scalar(select(func.count()).where(*own_events)) == 6
        assert violations() == []


def test_a_record_of_many_takes_few_statements(world: World) -> None:
    ids, counted = made(world, "Counted", 20, grade="A"), Counter[str]()

    def count(_conn: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        counted["savepoint" if "SAVEPOINT" in statement else "other"] += 1

    mia, answer = world.browsers["mia"], begun(world, ids, grade="B")
    for _deed in ("change", "undo"):
        with world.app.app_context():
            event.listen(db.engine, "before_cursor_execute", count)
            try:
                world.work()
            finally:
                event.remove(db.engine, "before_cursor_execute", count)
        # The record, who is named, whether its name is taken, the row, the event, its reminders.
        assert counted["other"] <= 20 * 6.5 + 60 and counted["savepoint"] == 20 * 4
        counted.clear()
        answer = mia.post(answer.location, data={"do": "undo"})
