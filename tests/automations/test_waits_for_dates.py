"""Actions that wait until a date of the record, which people and the run itself may move."""

from concurrent.futures import ThreadPoolExecutor, wait

import pytest
from flask import Flask
from sqlalchemy import func, select, text, update

from runtime import times
from runtime.db import db
from runtime.definitions import lookup
from runtime.records.tables import table
from tests.automations.conftest import Sales, rule, saved
from tests.automations.test_waits import At, make, titles
from tests.conftest import both_databases


def test_a_wait_until_a_date_follows_the_date(sales: Sales, at: At) -> None:
    at("2026-11-21 15:30")
    until = {"until": "next_on", "offset": "-1d", "at": "09:00"}
    sales.automate(rule("plan", saved(on=["created"]), make("a", wait=until)))
    later = sales.save("visit", name="Later", next_on="2026-11-25")
    sooner = sales.save("visit", name="Sooner", next_on="2026-11-25")
    sales.work()
    sales.save("visit", later, next_on="2026-12-01")
    sales.save("visit", sooner, next_on="2026-11-23")
    at("2026-11-22 09:00")
    sales.work()
    assert titles(sales) == ["a"]
    at("2026-11-24 09:00")
    sales.work()
    assert titles(sales) == ["a"]
    at("2026-11-30 09:00")
    sales.work()
    assert titles(sales) == ["a", "a"]


@both_databases
def test_a_date_that_is_moved_before_the_run_begins_to_wait_counts_as_it_is_by_then(
    sales: Sales, at: At
) -> None:
    at("2026-11-21 15:30")
    until = {"until": "next_on", "offset": "-1d", "at": "09:00"}
    sales.automate(rule("plan", saved(on=["created"]), make("a", wait=until)))
    sooner = sales.save("visit", name="Sooner", next_on="2026-11-25")
    filled = sales.save("visit", name="Filled in")
    sales.save("visit", sooner, next_on="2026-11-23")
    sales.save("visit", filled, next_on="2026-11-23")
    sales.work()
    assert [run.state for run in sales.runs()] == ["waiting", "waiting"]
    at("2026-11-22 09:00")
    sales.work()
    assert titles(sales) == ["a", "a"]


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_a_date_that_is_saved_while_the_run_begins_to_wait_is_the_one_it_waits_for(
    app: Flask, sales: Sales, at: At
) -> None:
    at("2026-11-21 15:30")
    sales.automate(rule("plan", saved(on=["created"]), make("a", wait={"until": "next_on", "at": "09:00"})))
    visit = sales.save("visit", name="Huaxin", next_on="2026-11-25")

    def working() -> None:
        with app.app_context():
            sales.work()

    with db.engine.connect() as person, ThreadPoolExecutor(1) as pool:
        own = table(lookup.form("sales", "visit"))
        person.execute(update(own).where(own.c.id == visit).values(next_on="2026-11-23"))
        job = pool.submit(working)
        held_up = select(func.count()).select_from(text("pg_locks")).where(text("not granted"))
        while not job.done() and not person.scalar(held_up):
            wait([job], timeout=0.05)
        person.commit()
        job.result()
    (run,) = sales.runs()
    assert (run.state, times.iso(run.due_at)) == ("waiting", "2026-11-23T01:00:00Z")


def test_a_run_waits_for_the_date_that_it_has_set_itself(sales: Sales, at: At) -> None:
    at("2026-11-21 15:30")
    plan = {"type": "update_records", "form": "visit", "match": {"id": "record.id"}}
    setting = {**plan, "set": {"next_on": '"2026-11-23"'}}
    waiting = make("a", wait={"until": "next_on", "at": "09:00"})
    sales.automate(rule("plan", saved(on=["created"]), setting, waiting, run_as="service"))
    sales.save("visit", name="Huaxin")
    sales.work()
    assert [(run.state, run.reason) for run in sales.runs()] == [("waiting", "")]
    at("2026-11-23 09:00")
    sales.work()
    assert titles(sales) == ["a"]


def test_a_date_that_is_empty_stops_the_run_and_one_that_is_over_does_not_wait(sales: Sales, at: At) -> None:
    at("2026-11-21 15:30")
    sales.automate(rule("plan", saved(on=["created"]), make("a", wait={"until": "next_on", "at": "09:00"})))
    sales.save("visit", name="Over", next_on="2026-11-20")
    sales.save("visit", name="Empty")
    sales.work()
    assert titles(sales) == ["a"]
    assert [(run.state, run.reason) for run in sales.runs()] == [
        ("done", ""),
        ("done", "Stopped: the date to wait for is empty."),
    ]


@pytest.mark.parametrize("later", ["no wait", "another form"])
def test_a_moved_date_moves_the_wait_of_a_version_that_is_no_longer_in_force(
    sales: Sales, at: At, later: str
) -> None:
    at("2026-11-21 15:30")
    sales.automate(rule("plan", saved(on=["created"]), make("a", wait={"until": "next_on", "at": "09:00"})))
    visit = sales.save("visit", name="Huaxin", next_on="2026-11-25")
    sales.work()
    sales.automate(rule("plan", saved("visit" if later == "no wait" else "task", on=["created"]), make("b")))
    sales.save("visit", visit, next_on="2026-11-23")
    at("2026-11-23 09:00")
    sales.work()
    assert "a" in titles(sales)
