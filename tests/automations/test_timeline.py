"""The timeline of a record says what happened, what is planned, and which automation wrote it."""

from typing import Any

import pytest
from flask_babel import force_locale

from runtime import timeline
from runtime.accounts.models import User
from runtime.db import db
from runtime.definitions import lookup
from runtime.records import query
from runtime.timeline import Entry
from tests.automations.conftest import Sales, rule, saved
from tests.automations.test_timers import NOTIFY, reached

UPSERT = {
    "type": "upsert_record",
    "form": "task",
    "match": {"visit": "record.id"},
    "set": {"title": "record.name", "due_on": "record.next_on", "owner": "user.id"},
}


@pytest.fixture
def planned(sales: Sales, at: Any) -> Sales:
    """A visit that made a task with a reminder."""
    at("2026-12-01 12:00")
    sales.automate(rule("plan", saved(), UPSERT), rule("remind", reached(offsets=["0d"]), NOTIFY))
    sales.save("visit", name="Huaxin", next_on="2026-12-10")
    sales.work()
    return sales


def story(form_key: str, user: User) -> list[Entry]:
    db.session.rollback()
    form = lookup.form("sales", form_key)
    return timeline.entries(user, form, query.get(user, form, 1))


def test_a_written_record_says_which_version_wrote_it_from_which_record(planned: Sales) -> None:
    (created,) = [entry for entry in story("task", planned.user) if entry.kind == "created"]
    origin = created.origin
    assert origin is not None
    assert (origin.title, origin.version, origin.form, origin.record_title) == ("plan", 1, "visit", "Huaxin")
    assert ("title", "", "Huaxin") in [(change.key, change.old, change.new) for change in created.changes]


def test_the_source_says_what_ran(planned: Sales) -> None:
    (ran,) = [entry for entry in story("visit", planned.user) if entry.kind == "run"]
    assert (ran.state, ran.details["wrote"]) == ("done", [{"form": "task", "created": 1}])


def test_timers_say_what_is_planned_and_why_it_was_cancelled(planned: Sales) -> None:
    (timer,) = [entry for entry in story("task", planned.user) if entry.kind == "timer"]
    assert (timer.state, timer.details["due_at"]) == ("planned", "2026-12-10T01:00:00Z")
    planned.save("task", 1, due_on=None)
    (timer,) = [entry for entry in story("task", planned.user) if entry.kind == "timer"]
    assert (timer.state, timer.reason) == ("cancelled", "the date was cleared")


def test_addresses_are_for_administrators_and_texts_for_their_readers(
    planned: Sales, alice: User, at: Any
) -> None:
    admin_id = alice.id
    at("2026-12-10 09:01")
    planned.work()
    mine = [entry for entry in story("task", planned.user) if entry.kind == "delivery"]
    assert {entry.details["subject"] for entry in mine} == {"Huaxin is due"}
    assert all("address" not in entry.details for entry in mine)
    admins = [
        entry for entry in story("task", db.session.get_one(User, admin_id)) if entry.kind == "delivery"
    ]
    assert "bob@example.com" in {entry.details["address"] for entry in admins}


def test_every_entry_is_json_with_a_sentence_in_the_language_of_its_reader(planned: Sales, at: Any) -> None:
    at("2026-12-10 09:01")
    planned.work()
    with force_locale("zh"):
        found = [entry.as_json() for entry in story("task", planned.user)]
    assert {entry["kind"] for entry in found} == {"created", "run", "timer", "delivery"}
    assert all(entry["text"] for entry in found)
