"""Date-based reminders: planned with the record, moved, cancelled, skipped, missed, sent."""

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from runtime import jobs
from runtime.accounts.models import Department, User
from runtime.automations import pauses, timers
from runtime.automations.models import Timer
from runtime.db import db, transaction
from runtime.definitions import lookup
from runtime.notifications.channels import CHANNELS
from runtime.notifications.models import Delivery, Notice
from runtime.records import store
from runtime.records.store import Actor
from runtime.times import now
from tests.automations.conftest import APP_DOCUMENT, Sales, publish, record_is, rule
from tests.conftest import both_databases

At = Callable[[str], None]
NOTIFY = {"type": "notify", "message": "due", "to": [{"field": "owner"}], "channels": ["inbox", "email"]}


def reached(**options: Any) -> dict[str, Any]:
    trigger = {"type": "date_reached", "form": "task", "field": "due_on", "offsets": ["-3d", "-1d", "0d"]}
    return {**trigger, "at": "09:00", **options}


def remind(**options: Any) -> dict[str, Any]:
    return rule("remind", reached(**options), NOTIFY)


def task(sales: Sales, **values: Any) -> int:
    return sales.save("task", **{"title": "Call", "owner": sales.user_id, "due_on": "2026-12-10", **values})


def states(sales: Sales) -> list[tuple[str, str, str]]:
    return [(timer.offset, timer.state, timer.reason) for timer in sales.timers()]


def notices() -> list[Notice]:
    db.session.rollback()
    return list(db.session.scalars(select(Notice).order_by(Notice.id)))


@pytest.fixture(autouse=True)
def today(at: At) -> None:
    at("2026-12-01 12:00")


@both_databases
def test_timers_are_planned_in_the_zone_of_the_app(sales: Sales) -> None:
    sales.automate(remind())
    task(sales)
    found = [(timer.offset, timer.due_at.isoformat(), timer.zone) for timer in sales.timers("planned")]
    assert found == [
        ("-3d", "2026-12-07T01:00:00+00:00", "Asia/Shanghai"),
        ("-1d", "2026-12-09T01:00:00+00:00", "Asia/Shanghai"),
        ("0d", "2026-12-10T01:00:00+00:00", "Asia/Shanghai"),
    ]


def test_the_zone_of_the_rule_wins(sales: Sales) -> None:
    sales.automate(remind(zone="Europe/Berlin", offsets=["0d"]))
    task(sales)
    assert sales.timers()[0].due_at.isoformat() == "2026-12-10T08:00:00+00:00"


@both_databases
def test_each_timer_is_sent_once_when_its_moment_comes(sales: Sales, at: At) -> None:
    sales.automate(remind())
    task(sales)
    sales.work()
    assert notices() == []
    for moment, count in (("2026-12-07 09:01", 1), ("2026-12-09 09:01", 2), ("2026-12-10 09:01", 3)):
        at(moment)
        sales.work()
        sales.work()
        assert [notice.subject for notice in notices()] == ["Call is due"] * count
    assert {timer.state for timer in sales.timers()} == {"sent"}
    mails = db.session.scalars(select(Delivery).where(Delivery.channel == "email")).all()
    assert {(mail.state, mail.reason) for mail in mails} == {("skipped", "no mail server is set up")}


@both_databases
def test_a_changed_date_cancels_and_plans_anew(sales: Sales) -> None:
    sales.automate(remind(offsets=["-1d", "0d"]))
    record = task(sales)
    sales.save("task", record, due_on="2026-12-20")
    assert [(t.state, t.reason, str(t.local_date)) for t in sales.timers()] == [
        ("cancelled", "date changed", "2026-12-09"),
        ("cancelled", "date changed", "2026-12-10"),
        ("planned", "", "2026-12-19"),
        ("planned", "", "2026-12-20"),
    ]
    assert [row.state for row in sales.outbox("timer")] == ["cancelled", "cancelled", "pending", "pending"]


def test_an_offset_that_was_sent_is_not_repeated_after_a_new_date(sales: Sales, at: At) -> None:
    sales.automate(remind(offsets=["-3d", "0d"]))
    record = task(sales)
    at("2026-12-07 09:01")
    sales.work()
    sales.save("task", record, due_on="2026-12-20")
    assert [(t.offset, str(t.local_date)) for t in sales.timers("planned")] == [("0d", "2026-12-20")]


def test_unless_the_rule_says_again(sales: Sales, at: At) -> None:
    sales.automate(remind(offsets=["-3d", "0d"], again=True))
    record = task(sales)
    at("2026-12-07 09:01")
    sales.work()
    sales.save("task", record, due_on="2026-12-20")
    assert [(t.offset, str(t.local_date)) for t in sales.timers("planned")] == [
        ("-3d", "2026-12-17"),
        ("0d", "2026-12-20"),
    ]


@both_databases
def test_a_date_that_returns_brings_its_timers_back(sales: Sales, at: At) -> None:
    sales.automate(remind(offsets=["0d"]))
    record = task(sales)
    sales.save("task", record, due_on="2026-12-20")
    sales.save("task", record, due_on="2026-12-10")
    assert [(t.state, str(t.local_date)) for t in sales.timers()] == [
        ("planned", "2026-12-10"),
        ("cancelled", "2026-12-20"),
    ]
    at("2026-12-10 09:01")
    sales.work()
    at("2026-12-20 09:01")
    sales.work()
    assert len(notices()) == 1


def test_a_cleared_date_cancels(sales: Sales) -> None:
    sales.automate(remind(offsets=["0d"]))
    sales.save("task", task(sales), due_on=None)
    assert states(sales) == [("0d", "cancelled", "date cleared")]


def test_a_deleted_record_cancels_in_the_same_transaction(sales: Sales, at: At) -> None:
    sales.automate(remind(offsets=["0d"]))
    sales.delete("task", task(sales))
    assert states(sales) == [("0d", "cancelled", "record deleted")]
    at("2026-12-10 09:01")
    sales.work()
    assert notices() == []


def test_a_change_of_something_else_moves_nothing(sales: Sales) -> None:
    sales.automate(remind(offsets=["0d"]))
    record = task(sales)
    sales.save("task", record, title="Write")
    assert states(sales) == [("0d", "planned", "")]


def test_a_condition_that_no_longer_holds_cancels_and_one_that_holds_again_plans(sales: Sales) -> None:
    sales.automate(rule("remind", reached(offsets=["0d"]), NOTIFY, when=record_is("state", "open")))
    record = task(sales, state="open")
    sales.save("task", record, state="done")
    assert states(sales) == [("0d", "cancelled", "condition")]
    sales.save("task", record, state="open")
    assert states(sales) == [("0d", "planned", "")]


def test_a_condition_on_the_moment_is_judged_when_it_comes(sales: Sales, at: At) -> None:
    value = {"type": "string", "formatMinimum": "2027-01-01T00:00:00Z"}
    late = {"required": ["now"], "properties": {"now": value}}
    sales.automate(rule("remind", reached(offsets=["0d"]), NOTIFY, when=late))
    task(sales)
    assert states(sales) == [("0d", "planned", "")]
    at("2026-12-10 09:01")
    sales.work()
    assert states(sales) == [("0d", "skipped", "condition")]


def test_whether_somebody_is_in_a_department_is_judged_when_the_moment_comes(sales: Sales, at: At) -> None:
    # given an owner who comes to the department only after the record is saved
    inside = {"type": "number", "enum": [{"fact": "people.in_1"}]}
    record = {"required": ["owner"], "properties": {"owner": inside}}
    when = {"required": ["record"], "properties": {"record": record}}
    sales.automate(rule("remind", reached(offsets=["0d"]), NOTIFY, when=when))
    task(sales)
    with transaction() as session:
        session.add(Department(id=1, name="Sales", path="/1/"))
        session.flush()
        session.get_one(User, sales.user_id).department_id = 1

    # when
    at("2026-12-10 09:01")
    sales.work()

    # then
    assert states(sales) == [("0d", "sent", "")]


def test_a_moment_in_the_past_is_skipped_and_one_of_today_starts_now(sales: Sales, at: At) -> None:
    at("2026-12-10 15:00")
    sales.automate(remind())
    task(sales)
    sales.work()
    assert states(sales) == [("-3d", "skipped", "past"), ("-1d", "skipped", "past"), ("0d", "sent", "")]
    assert len(notices()) == 1


def test_past_moments_that_count_start_once_and_not_in_a_storm(sales: Sales, at: At) -> None:
    at("2026-12-15 12:00")
    sales.automate(remind(late={"past": "send"}))
    task(sales)
    sales.work()
    assert states(sales) == [("-3d", "skipped", "past"), ("-1d", "skipped", "past"), ("0d", "sent", "")]


def test_after_a_short_standstill_it_is_sent_late(sales: Sales, at: At) -> None:
    sales.automate(remind(offsets=["0d"]))
    task(sales)
    at("2026-12-10 20:59")
    sales.work()
    assert states(sales) == [("0d", "sent", "")]


def test_after_a_long_standstill_it_is_missed_and_the_owner_of_the_rule_is_told_once(
    sales: Sales, alice: User, at: At
) -> None:
    sales.automate(remind(offsets=["0d"], late={"send_within": "2h"}))
    task(sales)
    task(sales, title="Write")
    at("2026-12-10 11:30")
    sales.work()
    assert states(sales) == [("0d", "missed", "missed")] * 2
    assert [(notice.user_id, "remind" in notice.subject) for notice in notices()] == [(alice.id, True)]


def test_samples_plan_nothing(sales: Sales) -> None:
    sales.automate(remind())
    task(sales, origin="sample")
    assert sales.timers() == []


def test_a_run_of_a_timer_knows_which_timer_and_record_it_was(sales: Sales, at: At) -> None:
    sales.automate(remind(offsets=["0d"]))
    record = task(sales)
    at("2026-12-10 09:01")
    sales.work()
    (run,) = sales.runs()
    assert (run.timer_id, run.record_id, run.state) == (sales.timers()[0].id, record, "done")


def test_a_timer_that_is_rung_twice_starts_one_run(sales: Sales, at: At) -> None:
    sales.automate(remind(offsets=["0d"]))
    task(sales)
    at("2026-12-10 09:01")
    (outbox_id,) = [row.id for row in sales.outbox("timer")]
    jobs.work(outbox_id)
    jobs.work(outbox_id)
    assert len(sales.runs()) == 1


def fire(sales: Sales, number: int = 0) -> None:
    """Work off a timer and nothing else."""
    jobs.work(sales.outbox("timer")[number].id)


@both_databases
def test_a_timer_and_its_run_are_one_piece_of_work(sales: Sales, at: At) -> None:
    sales.automate(remind(offsets=["0d"]))
    task(sales)
    at("2026-12-10 09:01")
    fire(sales)
    assert [run.state for run in sales.runs()] == ["done"]
    assert len(notices()) == 1
    assert sales.outbox("run") == []


def test_a_reminder_waits_for_older_work_about_its_record(sales: Sales, at: At) -> None:
    saved = {"type": "record_saved", "form": "task", "on": ["created"]}
    sales.automate(remind(offsets=["0d"]), rule("greet", saved, NOTIFY))
    task(sales)
    at("2026-12-10 09:01")
    fire(sales)
    assert [run.state for run in sales.runs()] == ["running", "running"]
    sales.work()
    assert [run.state for run in sales.runs()] == ["done", "done"]
    assert len(notices()) == 2


def test_a_reminder_that_breaks_unforeseen_is_tried_again(
    sales: Sales, at: At, monkeypatch: pytest.MonkeyPatch
) -> None:
    sales.automate(remind(offsets=["0d"]))
    task(sales)
    at("2026-12-10 09:01")
    with monkeypatch.context() as patched:
        patched.delattr(type(CHANNELS["inbox"]), "send")
        fire(sales)
    assert ([timer.state for timer in sales.timers()], notices()) == (["sent"], [])
    sales.work()
    assert [run.state for run in sales.runs()] == ["done"]
    assert len(notices()) == 1


def test_a_person_deactivated_before_the_moment_gets_nothing(sales: Sales, at: At) -> None:
    sales.automate(remind(offsets=["0d"]))
    task(sales)
    with transaction():
        sales.user.active = False
    at("2026-12-10 09:01")
    sales.work()
    assert notices() == []
    assert sales.runs()[0].state == "done"


# Publishing


def test_publishing_a_changed_rule_recomputes_what_is_planned(sales: Sales) -> None:
    sales.automate(remind(offsets=["-1d", "0d"]))
    task(sales)
    sales.automate(remind(offsets=["0d"], at="10:00"))
    assert [(t.state, t.reason, t.due_at.hour) for t in sales.timers()] == [
        ("cancelled", "rule changed", 1),
        ("cancelled", "rule changed", 1),
        ("planned", "", 2),
    ]


def test_timers_that_stay_follow_the_new_version(sales: Sales) -> None:
    sales.automate(remind(offsets=["0d"]))
    task(sales)
    (before,) = sales.timers()
    old = before.version_id
    sales.automate(remind(offsets=["0d"], late={"send_within": "1h"}))
    (after,) = sales.timers()
    assert (after.state, after.version_id > old) == ("planned", True)


def test_switching_a_rule_off_cancels(sales: Sales) -> None:
    sales.automate(remind(offsets=["0d"]))
    task(sales)
    with transaction() as session:
        assert timers.replan(session, sales.retire("remind")) == 0
    assert states(sales) == [("0d", "cancelled", "rule switched off")]


@both_databases
def test_old_records_get_timers_only_when_asked_for(sales: Sales) -> None:
    for number in range(3):
        task(sales, title=f"Task {number}")
    task(sales, title="Past", due_on="2026-01-01")
    sales.automate(remind(offsets=["0d"]))
    assert sales.timers() == []
    automation = lookup.automations("sales")[0]
    with transaction() as session:
        assert timers.replan(session, automation.definition_id) == 0
        asked = timers.Backfill(1, automation.definition_id, now())
        assert len(timers.backfill(session, asked, 0, 100)) == 4
    assert len(sales.timers("planned")) == 3
    assert [(each.state, each.reason) for each in sales.timers() if each.state != "planned"] == [
        ("skipped", "past")
    ]


@both_databases
def test_undoing_a_publish_gives_back_only_what_that_publish_withdrew(sales: Sales, at: At) -> None:
    sales.automate(remind(offsets=["-1d"]))
    record = task(sales)
    automation = lookup.automations("sales")[0].definition_id
    withdraw(automation)
    sales.automate(remind(offsets=["-1d", "0d"]))
    sales.save("task", record, title="Write")
    at("2026-12-01 12:05")
    since = now()
    withdraw(automation)
    with transaction() as session:
        timers.give_back(session, automation, since)

    assert states(sales) == [("-1d", "cancelled", "withdrawn"), ("0d", "planned", "")]
    sales.save("task", record, title="Call")
    assert [timer.offset for timer in sales.timers("planned")] == ["0d"]


def withdraw(automation: int) -> None:
    with transaction() as session:
        timers.withdraw(session, automation)


def test_a_rolled_back_save_plans_nothing(sales: Sales) -> None:
    sales.automate(remind())
    with pytest.raises(ZeroDivisionError), transaction():
        store.save(
            Actor(sales.user, "page"),
            lookup.form("sales", "task"),
            {"title": "Call", "due_on": "2026-12-10", "owner": sales.user_id},
        )
        raise ZeroDivisionError
    assert sales.timers() == []


@pytest.mark.parametrize("seed", range(5))
def test_changed_minds_in_any_order_never_send_an_old_date_nor_one_twice(
    sales: Sales, at: At, clock: Any, seed: int
) -> None:
    chance = random.Random(seed)
    sales.automate(rule("remind", reached(offsets=["-1d", "0d"]), NOTIFY, when=record_is("state", "open")))
    record = task(sales, state="open")
    for _step in range(25):
        choice = chance.randrange(4)
        if choice == 0:
            sales.save("task", record, due_on=f"2026-12-{chance.randrange(5, 28):02}")
        elif choice == 1:
            sales.save("task", record, state=chance.choice(["open", "done"]))
        else:
            clock(now() + timedelta(hours=chance.randrange(1, 20)))
            before = {timer.id for timer in sales.timers("planned")}
            open_now = sales.records("task")[0]["state"] == "open"
            sent = {timer.id for timer in sales.timers("sent")}
            sales.work()
            fresh = {timer.id for timer in sales.timers("sent")} - sent
            assert fresh <= before
            assert open_now or not fresh
    offsets = [timer.offset for timer in sales.timers("sent")]
    assert len(offsets) == len(set(offsets)), "an offset that was sent is not repeated"
    assert len(notices()) == len(offsets)
    assert not db.session.scalars(select(Timer).where(Timer.state == "planned", Timer.due_at < now())).all()


def test_a_new_holiday_of_the_app_moves_what_is_planned(sales: Sales) -> None:
    sales.automate(remind(offsets=["0d"], holidays="before"))
    task(sales)

    publish("app", "sales", {**APP_DOCUMENT, "holidays": [{"date": "2026-12-10", "title": "Fair"}]})

    (timer,) = sales.timers("planned")
    assert timer.local_date.isoformat() == "2026-12-09"


def test_a_rule_that_is_switched_off_starts_nothing_and_goes_on_when_it_is_switched_on(
    sales: Sales, at: At
) -> None:
    sales.automate(remind(offsets=["-3d", "0d"]))
    task(sales)
    switch(sales, "remind", on=False)
    at("2026-12-07 09:01")
    sales.work()
    switch(sales, "remind", on=True)
    at("2026-12-10 09:01")
    sales.work()

    assert states(sales) == [("-3d", "skipped", "rule switched off"), ("0d", "sent", "")]
    assert len(notices()) == 1


def switch(sales: Sales, key: str, *, on: bool) -> None:
    with transaction() as session:
        automation = next(each for each in lookup.automations("sales") if each.key == key)
        if on:
            pauses.switch_on(session, automation.definition_id)
        else:
            pauses.switch_off(session, automation.definition_id, sales.user)
