"""The outbox: claims, leases, retries, dead letters, lanes, and the worker that Redis can only ring for."""

import signal
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from flask import Flask
from rq import Queue
from rq.job import Job
from rq.serializers import JSONSerializer
from sqlalchemy import event, select, text
from sqlalchemy.orm import Session

from runtime import bell, jobs, outbox, worker
from runtime.db import db, transaction
from runtime.errors import PermanentError, TemporaryError
from runtime.jobs import Lease
from runtime.outbox import Outbox
from runtime.times import now
from tests.conftest import both_databases
from tests.support.valkey import Valkey

Times = Any  # the `clock` fixture


class Work:
    """A kind of work for the test: notes what was done, and fails as told."""

    def __init__(self) -> None:
        self.done: list[int] = []
        self.dead: list[tuple[int, str]] = []
        self.error: Exception | None = None

    def __call__(self, lease: Lease) -> None:
        if self.error is not None:
            raise self.error
        with transaction() as session:
            lease.renew(session)
            lease.finish(session)
        self.done.append(lease.ref_id)

    def on_dead(self, session: Session, ref_id: int, error: str) -> None:
        self.dead.append((ref_id, error))


@pytest.fixture
def kind() -> Iterator[Work]:
    """The handler of outbox rows of the kind "test"."""
    sample = Work()
    jobs.handler("test", on_dead=sample.on_dead)(sample)
    yield sample
    del jobs.HANDLERS["test"], jobs.ON_DEAD["test"]


def put(ref_id: int, **values: Any) -> int:
    with transaction() as session:
        return outbox.put(session, "test", ref_id, **values)


def row(outbox_id: int) -> Outbox:
    db.session.rollback()
    found = db.session.scalar(
        select(Outbox).where(Outbox.id == outbox_id).execution_options(populate_existing=True)
    )
    assert found is not None
    return found


@both_databases
def test_a_due_row_is_worked_once_however_often_it_is_rung(app: Flask, kind: Work) -> None:
    outbox_id = put(7)
    for _ in range(3):
        jobs.work(outbox_id)
    assert kind.done == [7]
    assert row(outbox_id).state == "done"


def test_a_row_is_not_worked_before_it_is_due(app: Flask, kind: Work, clock: Times) -> None:
    outbox_id = put(1, due_at=now() + timedelta(hours=1))
    jobs.work(outbox_id)
    assert kind.done == []
    clock(now() + timedelta(hours=2))
    jobs.work(outbox_id)
    assert kind.done == [1]


@both_databases
def test_rows_of_one_lane_wait_for_each_other(app: Flask, kind: Work) -> None:
    first, second, other = put(1, lane="a"), put(2, lane="a"), put(3, lane="b")
    jobs.work(second)
    jobs.work(other)
    assert kind.done == [3]
    jobs.work(first)
    jobs.work(second)
    assert kind.done == [3, 1, 2]


def test_temporary_trouble_is_tried_five_times_with_growing_pauses_and_then_is_dead(
    app: Flask, kind: Work, clock: Times
) -> None:
    kind.error = TemporaryError("the server is away")
    outbox_id, pauses = put(1), []
    for _ in range(jobs.MAX_ATTEMPTS):
        jobs.work(outbox_id)
        pauses.append((row(outbox_id).due_at - now()).total_seconds())
        clock(row(outbox_id).due_at + timedelta(seconds=1))
    assert all(later > 2 * earlier for earlier, later in pairwise(pauses[:-1]))
    assert (row(outbox_id).state, row(outbox_id).attempts) == ("dead", 5)
    assert kind.dead == [(1, "the server is away")]


def test_the_pauses_of_many_retries_are_spread(app: Flask, kind: Work) -> None:
    kind.error = TemporaryError("away")
    ids = [put(number) for number in range(50)]
    for outbox_id in ids:
        jobs.work(outbox_id)
    due = sorted(row(outbox_id).due_at for outbox_id in ids)
    assert (due[-1] - due[0]).total_seconds() > 1


def test_permanent_trouble_is_not_tried_again(app: Flask, kind: Work) -> None:
    kind.error = PermanentError("no such address")
    outbox_id = put(1)
    jobs.work(outbox_id)
    assert row(outbox_id).state == "dead"
    assert kind.dead == [(1, "no such address")]


def test_a_dead_row_is_given_another_chance_once(app: Flask, kind: Work) -> None:
    kind.error = PermanentError("no")
    outbox_id = put(1)
    jobs.work(outbox_id)
    kind.error = None
    with transaction() as session:
        assert [outbox.redrive(session, outbox_id) for _ in range(20)].count(True) == 1
    for _ in range(3):
        jobs.work(outbox_id)
    assert kind.done == [1]


@pytest.mark.parametrize("again", ["redrive", "revive"])
def test_what_is_wanted_again_days_later_waits_a_day_for_what_is_away(
    app: Flask, kind: Work, clock: Times, again: str
) -> None:
    kind.error = PermanentError("no")
    outbox_id = put(1)
    jobs.work(outbox_id)
    clock(now() + timedelta(days=2))
    with transaction() as session:
        if again == "redrive":
            outbox.redrive(session, outbox_id)
        else:
            outbox.revive(session, "test", 1, due_at=now())
    kind.error = jobs.AwayError("no answer")

    jobs.work(outbox_id)

    assert row(outbox_id).state == "pending"


@both_databases
def test_a_crashed_job_can_be_claimed_again_within_30_seconds(app: Flask, kind: Work, clock: Times) -> None:
    outbox_id = put(1)
    assert jobs.claim(outbox_id) is not None  # and then the worker dies
    assert jobs.claim(outbox_id) is None
    clock(now() + timedelta(seconds=30))
    assert outbox_id in outbox.due_ids()
    jobs.work(outbox_id)
    assert kind.done == [1]


def test_the_third_crash_makes_a_dead_letter(app: Flask, kind: Work, clock: Times) -> None:
    outbox_id = put(1)
    for _ in range(3):
        assert jobs.claim(outbox_id) is not None
        clock(now() + timedelta(seconds=30))
    assert jobs.claim(outbox_id) is None
    assert row(outbox_id).state == "dead"
    assert kind.dead == [(1, "crashed three times")]


@both_databases
def test_a_worker_that_lost_its_lease_cannot_finish(app: Flask, kind: Work, clock: Times) -> None:
    outbox_id = put(1)
    slow = jobs.claim(outbox_id)
    assert slow is not None
    clock(now() + timedelta(seconds=30))
    jobs.work(outbox_id)
    with pytest.raises(jobs.LeaseLostError), transaction() as session:
        slow.finish(session)
    assert kind.done == [1]


@both_databases
def test_what_is_due_is_claimed_together_of_each_lane_the_first(app: Flask, kind: Work) -> None:
    lanes = ["a", "a", None, "b", "b", None]
    ids = [put(number, lane=lane) for number, lane in enumerate(lanes)]
    assert [lease.ref_id for lease in jobs.claim_due(3)] == [0, 2, 3]
    assert [lease.ref_id for lease in jobs.claim_due(3)] == [5]
    assert jobs.claim(ids[1]) is None


@both_databases
def test_what_was_claimed_and_not_begun_is_given_back_at_once(app: Flask, kind: Work) -> None:
    for number in range(3):
        put(number)
    first, *others = jobs.claim_due()
    jobs.give_back(others)
    assert [lease.ref_id for lease in jobs.claim_due()] == [1, 2]
    jobs.work_off(first)
    assert kind.done == [0]


def test_one_that_makes_workers_crash_takes_no_other_with_it(app: Flask, kind: Work, clock: Times) -> None:
    ids = [put(number) for number in range(3)]
    assert len(jobs.claim_due()) == 3  # and then the worker dies of the first, again and again
    for _ in range(2):
        clock(now() + timedelta(seconds=30))
        assert jobs.claim_due() == []
        assert jobs.claim(ids[0]) is not None
    for outbox_id in ids[1:]:
        jobs.work(outbox_id)
    clock(now() + timedelta(seconds=30))
    assert jobs.claim(ids[0]) is None
    assert [row(outbox_id).state for outbox_id in ids] == ["dead", "done", "done"]


@both_databases
def test_a_row_of_a_kind_that_a_newer_release_knows_waits_for_its_worker(app: Flask, kind: Work) -> None:
    with transaction() as session:
        outbox_id = outbox.put(session, "newer", 1)
    known = put(2)

    jobs.work(outbox_id)
    claimed = [lease.outbox_id for lease in jobs.claim_due()]

    assert claimed == [known]
    assert (row(outbox_id).state, row(outbox_id).attempts, row(outbox_id).lease) == ("pending", 0, 0)


def test_a_cancelled_row_is_not_worked(app: Flask, kind: Work) -> None:
    outbox_id = put(5)
    with transaction() as session:
        outbox.cancel(session, "test", [5])
    jobs.work(outbox_id)
    assert kind.done == []


def test_a_ring_that_finds_no_redis_is_no_error(app: Flask) -> None:
    assert bell.ring(1) is False


# With Redis


@pytest.fixture
def doorbell(app: Flask, valkey: Valkey) -> Iterator[Queue]:
    """The queue on a real server, empty."""
    app.config["REDIS_URL"] = valkey.url
    queue = bell.queue()
    queue.connection.flushall()
    yield queue
    queue.connection.close()


@pytest.fixture
def signals() -> Iterator[None]:
    """Puts the handlers back that a worker takes over."""
    numbers = (signal.SIGTERM, signal.SIGINT, signal.SIGALRM)
    before = {number: signal.getsignal(number) for number in numbers}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def drain(app: Flask) -> None:
    connection = bell.connect(socket_timeout=20)
    worker.DoorbellWorker(app, worker.Stop(), connection).work(burst=True, logging_level="ERROR")
    connection.close()


@pytest.mark.timeout(60, method="thread")
def test_a_committed_row_is_rung_and_worked(app: Flask, kind: Work, doorbell: Queue, signals: None) -> None:
    put(1)
    put(2, lane="x")
    put(3, lane="x")
    drain(app)
    assert kind.done == [1, 2, 3]
    assert doorbell.count == 0
    left = list(doorbell.connection.keys("rq:job:*"))
    assert left == []


def test_a_rolled_back_row_is_not_rung(app: Flask, kind: Work, doorbell: Queue) -> None:
    with pytest.raises(RuntimeError), transaction() as session:
        outbox.put(session, "test", 1)
        raise RuntimeError
    assert doorbell.count == 0


@pytest.mark.timeout(60, method="thread")
def test_the_worker_refuses_every_planted_job(
    app: Flask, kind: Work, doorbell: Queue, signals: None, caplog: pytest.LogCaptureFixture, tmp_path: Any
) -> None:
    outbox_id, mark = put(1), tmp_path / "planted"
    doorbell.empty()
    planted: list[tuple[str, list[Any], dict[str, Any]]] = [
        ("os.system", [f"touch {mark}"], {}),
        ("os.mkdir", [str(mark)], {}),
        ("runtime.jobs.work", ["1"], {}),
        ("runtime.jobs.work", [True], {}),
        ("runtime.jobs.work", [2**63], {}),
        ("runtime.jobs.work", [-1], {}),
        ("runtime.jobs.work", [outbox_id, outbox_id], {}),
        ("runtime.jobs.work", [], {"outbox_id": outbox_id}),
        ("runtime.jobs.claim", [outbox_id], {}),
        ("no.such.module", [1], {}),
    ]
    for name, args, kwargs in planted:
        doorbell.enqueue_call(name, args=args, kwargs=kwargs)
    drain(app)
    assert kind.done == []
    assert not mark.exists()
    assert caplog.text.count("refused a planted job") == len(planted)


@pytest.mark.timeout(60, method="thread")
def test_callbacks_named_in_redis_are_not_called(
    app: Flask, kind: Work, doorbell: Queue, signals: None, tmp_path: Any
) -> None:
    outbox_id = put(1)
    doorbell.empty()
    doorbell.enqueue_call("runtime.jobs.work", args=[outbox_id], job_id="planted")
    doorbell.connection.hset("rq:job:planted", "success_callback_name", "os.system")
    drain(app)
    assert kind.done == [1]


def test_a_pickled_job_is_refused(app: Flask, doorbell: Queue) -> None:
    Queue(bell.QUEUE, connection=doorbell.connection).enqueue_call("os.getcwd", job_id="pickled")
    job = Job.fetch("pickled", connection=doorbell.connection, serializer=JSONSerializer)
    assert worker.outbox_id_of(job) is None


@pytest.mark.timeout(60, method="thread")
def test_one_ring_waits_for_all_and_brings_all(
    app: Flask, kind: Work, doorbell: Queue, signals: None
) -> None:
    for number in range(5):
        put(number, lane="x" if number % 2 else None)
    assert doorbell.count == 1
    drain(app)
    assert sorted(kind.done) == [0, 1, 2, 3, 4]


@pytest.mark.timeout(60, method="thread")
def test_a_worker_that_ends_amid_a_batch_gives_the_rest_back(
    app: Flask, kind: Work, doorbell: Queue, signals: None
) -> None:
    ids = [put(number) for number in range(4)]
    with transaction() as session:  # so that the ring finds nothing and all come as a batch
        session.get_one(Outbox, ids[0]).state = "done"
    kind.error = SystemExit()  # type: ignore[assignment]
    with pytest.raises(SystemExit):
        drain(app)
    assert [row(outbox_id).state for outbox_id in ids] == ["done", "leased", "pending", "pending"]


def test_a_row_is_found_though_statistics_are_there(app: Flask, kind: Work) -> None:
    """With statistics, SQLite 3.40 answered a correlated IN wrongly, and no row was ever free again."""
    with transaction() as session:
        for number in range(600):
            session.add(Outbox(kind="test", ref_id=number, lane=f"14:{number // 3}"))
        for number in range(600, 900):
            session.add(Outbox(kind="test", ref_id=number, lane=f"15:{number}", state="done"))
    assert [lease.lane for lease in jobs.claim_due(1)] == ["14:0"]  # the first of its lane is held now
    with transaction() as session:
        session.execute(text("ANALYZE"))
    db.session.remove()
    db.engine.dispose()  # a connection reads statistics when it is opened
    assert [lease.lane for lease in jobs.claim_due(1)] == ["14:1"]


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_of_hundreds_that_are_due_at_one_moment_the_next_is_found_without_looking_at_all(
    app: Flask, kind: Work
) -> None:
    """Like the reminders of nine o'clock: PostgreSQL joined and sorted all of them to find each."""
    asked: list[tuple[str, Any]] = []

    def note(connection: Any, cursor: Any, statement: str, parameters: Any, *rest: Any) -> None:
        asked.append((statement, parameters))

    moment = now()
    with transaction() as session:
        session.add_all([Outbox(kind="test", ref_id=number, due_at=moment) for number in range(400)])
    event.listen(db.engine, "before_cursor_execute", note)
    assert len(jobs.claim_due()) == jobs.BATCH
    statement, parameters = next(pair for pair in asked if "UPDATE outbox" in pair[0])
    with db.engine.connect() as connection:
        plan = "\n".join(connection.exec_driver_sql(f"EXPLAIN {statement}", parameters).scalars())
    assert "Join" not in plan and "Sort" not in plan, plan


def test_rows_that_wait_behind_a_slow_one_go_back_before_they_look_like_crashed(
    app: Flask, kind: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = put(1), put(2)
    leases, clock = jobs.claim_due(), iter([0.0, 0.0, 20.0])
    slow = object.__new__(worker.DoorbellWorker)
    slow.app, slow.stop = app, worker.Stop()
    monkeypatch.setattr(slow, "heartbeat", lambda: None)
    monkeypatch.setattr(worker.time, "monotonic", lambda: next(clock))
    slow._work_off(leases)
    assert (row(first).state, row(second).state) == ("done", "pending")


def test_who_tells_that_it_failed_has_not_crashed(app: Flask, kind: Work) -> None:
    kind.error = TemporaryError("later")
    outbox_id = put(1)
    with transaction() as session:
        session.get_one(Outbox, outbox_id).crashes = 2
    jobs.work(outbox_id)
    assert row(outbox_id).crashes == 0
