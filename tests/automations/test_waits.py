"""Actions that are done only if a condition holds, that wait, and that end the run."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from runtime import jobs
from runtime.automations import pauses, performing, runs, waits
from runtime.automations.models import Step
from runtime.db import db, transaction
from tests.automations.conftest import Sales, record_is, rule, saved
from tests.conftest import both_databases

At = Callable[[str], None]


def make(title: str, **options: Any) -> dict[str, Any]:
    return {"type": "create_record", "form": "task", "set": {"title": f'"{title}"'}, **options}


def titles(sales: Sales) -> list[str]:
    return [task["title"] for task in sales.records("task")]


def steps(sales: Sales) -> list[tuple[str, Any]]:
    db.session.rollback()
    return [(step.state, step.result) for step in db.session.scalars(select(Step).order_by(Step.index))]


def test_an_action_is_done_only_if_its_condition_holds_and_the_log_says_so(sales: Sales) -> None:
    sales.automate(rule("plan", saved(), make("a", when=record_is("remind", True)), make("b")))
    sales.save("visit", name="Huaxin", remind=False)
    sales.work()
    assert titles(sales) == ["b"]
    assert [state for state, _result in steps(sales)] == ["skipped", "done"]
    assert steps(sales)[0][1] == {"skipped": "condition"}
    assert [run.state for run in sales.runs()] == ["done"]


def test_stopping_ends_the_run_in_words(sales: Sales) -> None:
    stop = {"type": "stop", "reason": "Too small.", "when": record_is("remind", True)}
    sales.automate(rule("plan", saved(), make("a"), stop, make("b")))
    sales.save("visit", name="Huaxin", remind=True)
    sales.work()
    assert titles(sales) == ["a"]
    assert [(run.state, run.reason) for run in sales.runs()] == [("done", "Too small.")]


@both_databases
def test_a_run_waits_and_goes_on_when_its_moment_comes(sales: Sales, at: At) -> None:
    at("2026-11-21 15:30")
    sales.automate(
        rule("plan", saved(), make("a"), make("b", wait={"offset": "2d", "at": "09:00"}), make("c"))
    )
    visit = sales.save("visit", name="Huaxin")
    sales.work()
    assert titles(sales) == ["a"]
    assert [run.state for run in sales.runs()] == ["waiting"]
    at("2026-11-23 08:59")
    sales.work()
    assert titles(sales) == ["a"]
    at("2026-11-23 09:00")
    sales.work()
    assert titles(sales) == ["a", "b", "c"]
    (run,) = sales.runs()
    assert (run.state, run.record_id) == ("done", visit)
    sales.work()
    assert titles(sales) == ["a", "b", "c"]


@both_databases
def test_a_run_that_waits_is_ended_once_and_what_it_did_stays(sales: Sales, at: At) -> None:
    at("2026-11-21 15:30")
    sales.automate(rule("plan", saved(), make("a"), make("b", wait={"offset": "2d"})))
    sales.save("visit", name="Huaxin")
    sales.work()
    (run,) = sales.runs()
    with transaction() as session:
        assert waits.end(session, run.id, "Anna ended it.")
        assert not waits.end(session, run.id, "Anna ended it.")
    at("2026-11-24 15:30")
    sales.work()
    assert titles(sales) == ["a"]
    assert [(run.state, run.reason, run.due_at) for run in sales.runs()] == [
        ("skipped", "Anna ended it.", None)
    ]


def test_other_runs_of_the_record_do_not_wait_for_one_that_waits(sales: Sales, at: At) -> None:
    at("2026-11-21 15:30")
    sales.automate(rule("slow", saved(on=["created"]), make("slow", wait={"offset": "2d"})))
    sales.automate(rule("quick", saved(), make("quick")))
    visit = sales.save("visit", name="Huaxin")
    sales.save("visit", visit, name="Huaxin Ltd")
    sales.work()
    assert titles(sales) == ["quick", "quick"]


def test_after_a_wait_conditions_and_formulas_read_the_record_as_it_is(sales: Sales, at: At) -> None:
    at("2026-11-21 15:30")
    named = {"title": "record.name"}
    sales.automate(
        rule(
            "plan",
            saved(on=["created"]),
            make("", wait={"offset": "1h"}, when=record_is("remind", True), set=named),
        )
    )
    kept = sales.save("visit", name="Kept", remind=True)
    over = sales.save("visit", name="Over", remind=True)
    sales.work()
    sales.save("visit", kept, name="Renamed")
    sales.save("visit", over, remind=False)
    at("2026-11-21 16:30")
    sales.work()
    assert titles(sales) == ["Renamed"]


def test_a_waiting_run_goes_on_in_the_version_that_began_it(sales: Sales, at: At) -> None:
    at("2026-11-21 15:30")
    sales.automate(rule("plan", saved(on=["created"]), make("old", wait={"offset": "1h"})))
    sales.save("visit", name="Huaxin")
    sales.work()
    sales.automate(rule("plan", saved(on=["created"]), make("new")))
    at("2026-11-21 16:30")
    sales.work()
    assert titles(sales) == ["old"]


@pytest.mark.parametrize("ending", ["deleted", "switched off", "retired"])
def test_a_waiting_run_stops_with_its_record_or_its_automation(sales: Sales, at: At, ending: str) -> None:
    at("2026-11-21 15:30")
    sales.automate(rule("plan", saved(on=["created"]), make("a"), make("b", wait={"offset": "1h"})))
    visit = sales.save("visit", name="Huaxin")
    sales.work()
    if ending == "deleted":
        sales.delete("visit", visit)
    elif ending == "retired":
        sales.retire("plan")
    else:
        with transaction() as session:
            pauses.switch_off(session, sales.runs()[0].automation_id)
    at("2026-11-21 16:30")
    sales.work()
    assert titles(sales) == ["a"]
    (run,) = sales.runs()
    assert run.state == "skipped"
    assert run.reason == ("The record was deleted." if ending == "deleted" else "rule switched off")


def test_what_fails_after_a_wait_is_tried_again_from_there_without_waiting(sales: Sales, at: At) -> None:
    at("2026-11-21 15:30")
    bad = make("far too long for a title of a task", wait={"offset": "1h"})
    sales.automate(rule("plan", saved(on=["created"]), make("a"), bad))
    sales.save("visit", name="Huaxin")
    sales.work()
    at("2026-11-21 16:30")
    sales.work()
    (run,) = sales.runs()
    assert (run.state, titles(sales)) == ("failed", ["a"])
    with transaction() as session:
        runs.again(session, session.merge(run))
    sales.work()
    (run,) = sales.runs()
    assert (run.state, titles(sales)) == ("failed", ["a"])


def test_what_failed_after_a_wait_is_tried_again_though_the_automation_is_off(sales: Sales, at: At) -> None:
    at("2026-11-21 15:30")
    named = make("", wait={"offset": "1h"}, set={"title": "record.name"})
    sales.automate(rule("plan", saved(on=["created"]), named))
    visit = sales.save("visit", name="far too long for a title of a task")
    sales.work()
    at("2026-11-21 16:30")
    sales.work()
    (run,) = sales.runs()
    assert run.state == "failed"
    sales.save("visit", visit, name="Huaxin")
    with transaction() as session:
        pauses.switch_off(session, run.automation_id)
        runs.again(session, session.merge(run))
    sales.work()
    assert ([run.state for run in sales.runs()], titles(sales)) == (["done"], ["Huaxin"])


class CrashError(BaseException):
    """The worker dies here."""


# Before the wait is noted; when it goes on, before and after its effects, and in noting them.
LINES = ("lease.wait", "before", "after", "lease.finish")
DEATHS = [
    *(("sqlite", line) for line in LINES),
    ("postgres", "after"),
    *(pytest.param("postgres", line, marks=pytest.mark.full) for line in LINES if line != "after"),
]


@pytest.mark.parametrize(("database_url", "line"), DEATHS, indirect=["database_url"])
def test_a_worker_that_dies_at_any_line_of_a_wait_neither_loses_nor_doubles_anything(
    sales: Sales, at: At, monkeypatch: pytest.MonkeyPatch, line: str
) -> None:
    at("2026-11-21 15:30")
    sales.automate(rule("plan", saved(on=["created"]), make("a"), make("b", wait={"offset": "1h"})))
    sales.save("visit", name="Huaxin")
    if line == "lease.wait":
        _dies_once(monkeypatch, jobs.Lease, "wait")
    _work_dying(sales, dies=line == "lease.wait")
    at("2026-11-21 15:31")
    sales.work()
    assert titles(sales) == ["a"]
    at("2026-11-21 16:40")
    if line == "lease.finish":
        _dies_once(monkeypatch, jobs.Lease, "finish")
    elif line != "lease.wait":
        _dies_once(monkeypatch, performing._Work, "_one", after=line == "after")
    _work_dying(sales, dies=line != "lease.wait")
    at("2026-11-21 16:41")
    sales.work()
    assert titles(sales) == ["a", "b"]
    assert [run.state for run in sales.runs()] == ["done"]


def _dies_once(monkeypatch: pytest.MonkeyPatch, owner: Any, name: str, *, after: bool = False) -> None:
    real, left = getattr(owner, name), [1]

    def dying(*args: Any, **options: Any) -> Any:
        found = real(*args, **options) if after else None
        if left and left.pop():
            raise CrashError
        return found if after else real(*args, **options)

    monkeypatch.setattr(owner, name, dying)


def _work_dying(sales: Sales, *, dies: bool) -> None:
    if not dies:
        sales.work()
        return
    with pytest.raises(CrashError):
        sales.work()
    db.session.rollback()
