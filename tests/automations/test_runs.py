"""Automations that a saved record starts: what they write, as whom, and what happens when they cannot."""

import pytest
from sqlalchemy import select

from runtime import jobs, outbox
from runtime.accounts.models import User
from runtime.automations import chain, dispatch, pauses
from runtime.automations.models import Pause, Step
from runtime.db import db, transaction
from runtime.definitions import lookup
from runtime.notifications.models import Notice
from runtime.records import trash
from runtime.records.models import Event
from runtime.records.store import Actor
from runtime.times import now
from tests.automations.conftest import Sales, record_is, rule, saved
from tests.conftest import both_databases, make_user

UPSERT = {
    "type": "upsert_record",
    "form": "task",
    "match": {"visit": "record.id"},
    "set": {"title": "record.name", "due_on": "record.next_on", "state": '"open"', "owner": "user.id"},
}
CREATE = {"type": "create_record", "form": "task", "set": {"title": "record.name", "visit": "record.id"}}


def update(**options: object) -> dict[str, object]:
    return {"type": "update_records", "form": "task", "match": {"visit": "record.id"}, **options}


@both_databases
def test_a_saved_record_writes_the_record_of_another_form(sales: Sales) -> None:
    sales.automate(rule("plan", saved(), UPSERT, when=record_is("remind", True)))
    visit = sales.save("visit", name="Huaxin", remind=True, next_on="2027-01-05")
    sales.work()
    (task,) = sales.records("task")
    assert task.pop("id") == 1
    assert task == {
        "title": "Huaxin",
        "visit": visit,
        "due_on": "2027-01-05",
        "state": "open",
        "owner": sales.user_id,
    }
    (run,) = sales.runs()
    assert run.state == "done"
    event = db.session.scalars(select(Event).where(Event.origin == "automation")).one()
    assert (event.run_id, event.depth, event.root_id) == (run.id, 1, run.event_id)


@both_databases
def test_the_second_time_the_same_record_is_changed(sales: Sales) -> None:
    sales.automate(rule("plan", saved(), UPSERT))
    visit = sales.save("visit", name="Huaxin", next_on="2027-01-05")
    sales.work()
    sales.save("visit", visit, next_on="2027-01-06")
    sales.work()
    (task,) = sales.records("task")
    assert task["due_on"] == "2027-01-06"


def test_a_condition_that_does_not_hold_starts_nothing(sales: Sales) -> None:
    sales.automate(rule("plan", saved(), UPSERT, when=record_is("remind", True)))
    sales.save("visit", name="Huaxin", remind=False)
    assert sales.runs() == []


def test_only_the_chosen_changes_start_it(sales: Sales) -> None:
    sales.automate(rule("plan", saved(on=["updated"], fields=["next_on"]), CREATE))
    visit = sales.save("visit", name="Huaxin")
    sales.save("visit", visit, name="Huaxin Ltd")
    assert sales.runs() == []
    sales.save("visit", visit, next_on="2027-01-05")
    assert len(sales.runs()) == 1


def test_before_can_be_asked(sales: Sales) -> None:
    named = {"required": ["name"], "properties": {"name": {"const": "A"}}}
    was = {"required": ["before"], "properties": {"before": named}}
    sales.automate(rule("plan", saved(on=["updated"]), CREATE, when=was))
    visit = sales.save("visit", name="A")
    sales.save("visit", visit, name="B")
    sales.save("visit", visit, name="C")
    assert len(sales.runs()) == 1


def test_samples_start_nothing(sales: Sales) -> None:
    sales.automate(rule("plan", saved(), CREATE))
    sales.save("visit", origin="sample", name="Huaxin")
    assert sales.runs() == []


def test_a_run_that_is_rung_twice_is_done_once(sales: Sales) -> None:
    sales.automate(rule("plan", saved(), CREATE))
    sales.save("visit", name="Huaxin")
    (outbox_id,) = [row.id for row in sales.outbox("run")]
    jobs.work(outbox_id)
    jobs.work(outbox_id)
    assert len(sales.records("task")) == 1


@both_databases
def test_failed_target_validation_fails_the_run_with_its_fields_and_leaves_the_source(sales: Sales) -> None:
    sales.automate(
        rule("long", saved(), {**CREATE, "set": {"title": '"far too long for a title"'}}),
        rule("short", saved(), CREATE),
    )
    sales.save("visit", name="Huaxin")
    sales.work()
    failed, done = sales.runs()
    assert (failed.state, done.state) == ("failed", "done")
    assert failed.reason.startswith("title: ")
    assert len(sales.records("visit")) == 1
    assert len(sales.records("task")) == 1


@both_databases
def test_all_steps_of_a_run_are_kept_or_none(sales: Sales) -> None:
    sales.automate(rule("two", saved(), CREATE, {**CREATE, "set": {}}))
    sales.save("visit", name="Huaxin")
    sales.work()
    assert sales.runs()[0].state == "failed"
    assert sales.records("task") == []
    assert db.session.scalars(select(Step)).all() == []


def of_number(number: int) -> dict[str, object]:
    return {
        "type": "update_records",
        "form": "task",
        "match": {"number": f"{number}"},
        "set": {"title": "record.name"},
    }


def test_it_may_write_no_more_than_who_started_it(sales: Sales) -> None:
    other = make_user("Dora")
    sales.save("task", by=other, title="Of Dora", number=7)
    sales.automate(rule("mine", saved(), of_number(7)))
    sales.save("visit", name="Huaxin")
    sales.work()
    assert sales.runs()[0].state == "failed"
    assert sales.records("task")[0]["title"] == "Of Dora"


def test_the_service_identity_may_write_what_the_starter_may_not(sales: Sales) -> None:
    other = make_user("Dora")
    sales.save("task", by=other, title="Of Dora", number=7)
    sales.automate(rule("service", saved(), of_number(7), run_as="service"))
    sales.save("visit", name="Huaxin")
    sales.work()
    assert sales.records("task")[0]["title"] == "Huaxin"


def test_nothing_matches_and_several_match_as_the_author_chose(sales: Sales) -> None:
    sales.automate(
        rule("none_skip", saved(), update(set={"number": "1"}, none="skip")),
        rule("none_fail", saved(), update(set={"number": "1"}, none="fail")),
    )
    visit = sales.save("visit", name="Huaxin")
    sales.work()
    assert [run.state for run in sales.runs()] == ["done", "failed"]
    for title in ("a", "b"):
        sales.save("task", title=title, visit=visit)
    sales.retire("none_skip")
    sales.retire("none_fail")
    sales.automate(
        rule("first", saved(), update(set={"number": "1"}, many="first")),
        rule("fail", saved(), update(set={"number": "2"}, many="fail")),
        rule("every", saved(), update(set={"state": '"done"'}, many="all")),
    )
    sales.save("visit", visit, name="Huaxin Ltd")
    sales.work()
    assert [run.state for run in sales.runs()][2:] == ["done", "failed", "done"]
    assert [task.get("number") for task in sales.records("task")] == [1, None]
    assert [task["state"] for task in sales.records("task")] == ["done", "done"]


def test_more_records_than_the_limit_are_refused(sales: Sales, monkeypatch: pytest.MonkeyPatch) -> None:
    from runtime.automations.actions import _matching

    monkeypatch.setattr(_matching, "MAX_RECORDS", 2)
    visit = sales.save("visit", name="Huaxin")
    for title in ("a", "b", "c"):
        sales.save("task", title=title, visit=visit)
    sales.automate(rule("every", saved(), update(set={"number": "1"}, many="all")))
    sales.save("visit", visit, name="Huaxin Ltd")
    sales.work()
    assert sales.runs()[0].state == "failed"
    assert "2" in sales.runs()[0].reason


def test_a_record_deleted_before_the_run_skips_it(sales: Sales) -> None:
    sales.automate(rule("plan", saved(), CREATE))
    visit = sales.save("visit", name="Huaxin")
    sales.delete("visit", visit)
    sales.work()
    assert [(run.state, run.reason) for run in sales.runs()] == [("skipped", "The record was deleted.")]


def test_a_deletion_starts_with_what_the_record_held(sales: Sales) -> None:
    sales.automate(rule("gone", saved(on=["deleted"]), {**CREATE, "set": {"title": "record.name"}}))
    visit = sales.save("visit", name="Huaxin")
    sales.delete("visit", visit)
    sales.work()
    assert sales.records("task")[0]["title"] == "Huaxin"


def test_a_deletion_starts_nothing_once_the_record_is_removed_for_good(sales: Sales) -> None:
    sales.automate(rule("gone", saved(on=["deleted"]), {**CREATE, "set": {"title": "record.name"}}))
    visit = sales.save("visit", name="Huaxin")
    sales.delete("visit", visit)
    with transaction():
        seen = Actor(sales.user, "page", trusted=True)
        trash.doom(sales.user, trash.some(seen, lookup.form("sales", "visit"), [visit]))
    jobs.work(sales.outbox(trash.KIND)[0].id)

    sales.work()

    assert [(run.state, run.reason) for run in sales.runs()] == [("skipped", "The record was deleted.")]
    assert sales.records("task") == []


def test_a_run_keeps_the_version_it_was_started_with(sales: Sales) -> None:
    sales.automate(rule("plan", saved(), CREATE))
    sales.save("visit", name="Huaxin")
    sales.automate(rule("plan", saved(), {**CREATE, "set": {"title": '"new"'}}))
    sales.work()
    assert sales.records("task")[0]["title"] == "Huaxin"


# Chains


def counting(form: str) -> dict[str, object]:
    """Saving a record of the form writes it again, one higher: never at rest."""
    return {
        "type": "update_records",
        "form": form,
        "match": {"id": "record.id"},
        "set": {"number": "record.number + 1"},
    }


@both_databases
def test_a_rule_that_starts_itself_stops_visibly_at_depth_8(sales: Sales) -> None:
    sales.automate(rule("count", saved(), counting("visit")))
    sales.save("visit", name="Huaxin", number=0)
    sales.work()
    states = [run.state for run in sales.runs()]
    assert states == ["done"] * chain.MAX_DEPTH + ["failed"]
    assert "8" in sales.runs()[-1].reason
    assert sales.records("visit")[0]["number"] == 8


def test_two_rules_that_start_each_other_stop(sales: Sales) -> None:
    sales.automate(
        rule("there", saved("visit"), UPSERT | {"set": {"title": '"t"', "number": "record.number + 1"}}),
        rule(
            "back",
            saved("task"),
            {
                "type": "update_records",
                "form": "visit",
                "match": {"id": "record.visit"},
                "set": {"number": "record.number + 1"},
            },
        ),
    )
    sales.save("visit", name="Huaxin", number=0)
    sales.work()
    assert sales.runs()[-1].state == "failed"
    assert len(sales.runs()) == chain.MAX_DEPTH + 1


def test_a_chain_writes_only_so_many_records(sales: Sales, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chain, "MAX_RECORDS", 3)
    sales.automate(rule("many", saved(), *[CREATE] * 2), rule("more", saved(), *[CREATE] * 2))
    sales.save("visit", name="Huaxin")
    sales.work()
    assert [run.state for run in sales.runs()] == ["done", "failed"]
    assert "3" in sales.runs()[1].reason
    assert len(sales.records("task")) == 2


def test_an_action_can_be_told_to_start_nothing(sales: Sales) -> None:
    sales.automate(rule("count", saved(), {**counting("visit"), "triggers": False}))
    sales.save("visit", name="Huaxin", number=0)
    sales.work()
    assert len(sales.runs()) == 1


# Trouble


def test_twenty_failures_in_a_row_switch_an_automation_off_and_tell_an_administrator(
    sales: Sales, alice: object
) -> None:
    sales.automate(rule("bad", saved(), {**CREATE, "set": {}}))
    for number in range(pauses.MAX_FAILURES + 2):
        sales.save("visit", name=f"Visit {number}")
        sales.work()
    assert len(sales.runs()) == pauses.MAX_FAILURES
    (notice,) = db.session.scalars(select(Notice)).all()
    assert "bad" in notice.subject
    (pause,) = db.session.scalars(select(Pause)).all()
    with transaction() as session:
        pauses.switch_on(session, pause.automation_id)
    sales.save("visit", name="Again")
    assert len(sales.runs()) == pauses.MAX_FAILURES + 1


def test_a_new_version_is_not_switched_off(sales: Sales) -> None:
    sales.automate(rule("bad", saved(), {**CREATE, "set": {}}))
    for number in range(pauses.MAX_FAILURES):
        sales.save("visit", name=f"Visit {number}")
        sales.work()
    sales.automate(rule("bad", saved(), CREATE))
    sales.save("visit", name="Mended")
    sales.work()
    assert sales.runs()[-1].state == "done"


def test_what_somebody_switched_off_stays_off_over_new_versions(sales: Sales, bob: User) -> None:
    sales.automate(rule("plan", saved(), CREATE))
    with transaction() as session:
        (automation,) = lookup.automations("sales")
        pauses.switch_off(session, automation.definition_id, bob)
    sales.automate(rule("plan", saved(), CREATE, title="Anew"))
    sales.save("visit", name="Off")
    assert sales.runs() == []
    (pause,) = db.session.scalars(select(Pause)).all()
    assert pause.by == bob.id
    with transaction() as session:
        pauses.switch_on(session, automation.definition_id)
    sales.save("visit", name="On")
    assert len(sales.runs()) == 1


def test_a_run_that_keeps_crashing_shows_as_failed(sales: Sales, clock: object) -> None:
    from datetime import timedelta

    sales.automate(rule("plan", saved(), CREATE))
    sales.save("visit", name="Huaxin")
    (outbox_id,) = [row.id for row in sales.outbox("run")]
    for _crash in range(jobs.MAX_CRASHES):
        assert jobs.claim(outbox_id) is not None
        clock(now() + timedelta(seconds=30))  # type: ignore[operator]
    jobs.claim(outbox_id)
    assert [(run.state, run.reason) for run in sales.runs()] == [("failed", "crashed three times")]
    with transaction() as session:
        assert outbox.redrive(session, outbox_id)
    sales.work()
    assert sales.runs()[0].state == "done"


def test_golden_cases_can_see_the_outcome_and_roll_back(sales: Sales) -> None:
    from runtime.definitions import lookup
    from runtime.records import store
    from runtime.records.store import Actor

    sales.automate(rule("plan", saved(), CREATE), rule("chain", saved("task"), counting("task")))
    form = lookup.form("sales", "visit")
    with pytest.raises(ZeroDivisionError), transaction() as session:
        event_id = store.save(Actor(sales.user, "page"), form, {"name": "Huaxin"}).event_id
        assert event_id is not None
        dispatch.run_now(event_id)
        written = select(Event.kind).where(Event.origin == "automation")
        assert session.scalars(written).all() == ["created"]
        raise ZeroDivisionError
    assert sales.runs() == []
    assert sales.records("task") == []
