"""Records that were there before a date automation: their counts, their reminders if chosen, and taking back."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, text, update
from werkzeug.test import TestResponse

from builder import backfilling, drafts
from builder.models_backfills import Backfill
from runtime import batches, jobs, outbox
from runtime.automations.models import Pause, Timer
from runtime.db import db, transaction
from runtime.definitions import lookup
from runtime.records.tables import table
from runtime.times import today
from tests.support.pages import reviewed
from tests.support.world import World, records, world_on

VISIT = "/apps/followup/forms/visit/design"
HELLO = "/apps/followup/automations/hello/design"
PART = "automation/hello"
ZONE = "Asia/Shanghai"
NUMBERS = count()
both = pytest.mark.parametrize("world", ["sqlite", "postgres"], indirect=True)
Document = dict[str, Any]


@pytest.fixture
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    with world_on(getattr(request, "param", "sqlite"), request, tmp_path) as found:
        yield found


def hello(**trigger: Any) -> Document:
    """A reminder is touched at the end of its day."""
    return {
        "$schema": "urn:formwright:automation:1",
        "key": "hello",
        "title": "Hello",
        "trigger": {
            "type": "date_reached",
            "form": "reminder",
            "field": "due_on",
            "offsets": ["0d"],
            "at": "23:59",
            **trigger,
        },
        "actions": [
            {
                "type": "update_records",
                "key": "touch",
                "form": "reminder",
                "match": {"id": "record.id"},
                "set": {"text": '"Told"'},
            }
        ],
    }


def draft(world: World, document: Document) -> None:
    with world.app.app_context(), transaction():
        drafts.save_draft(None, "followup", "automation", "hello", document)


def reminders(world: World, *days: int) -> list[int]:
    """Reminders of so many days from today; the samples of the app have none."""
    customer = world.make("customer", name=f"Acme {next(NUMBERS)}")
    dates = [(today(ZONE) + timedelta(days=each)).isoformat() for each in days]
    bob = world.ids["bob"]
    return [world.make("reminder", text="Call", customer=customer, owner=bob, due_on=each) for each in dates]


def page(world: World, who: str = "anna", at: str = "publish") -> str:
    found = world.browsers[who].get(f"{HELLO}/{at}")
    assert found.status_code == 200
    return " ".join(found.text.split())


def post(world: World, path: str, who: str = "anna", **form: Any) -> TestResponse:
    browser = world.browsers[who]
    seen = browser.get(f"{VISIT}/publish").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', seen)
    assert token
    answer = browser.post(path, data={"csrf_token": token[1], **reviewed(seen), **form})
    assert answer.status_code == 303, answer.text
    return answer


def published(world: World, backfill: str = "plan", who: str = "anna") -> None:
    post(world, f"{HELLO}/publish", who, part=[PART], note="", **{f"{PART}:backfill": backfill})


def timers(world: World, state: str = "planned") -> list[int]:
    """The records with a timer of the automation in this state."""
    with world.app.app_context():
        found = drafts.find("followup", "automation", "hello")
        assert found
        own = select(Timer.record_id).where(Timer.automation_id == found.id, Timer.state == state)
        return sorted(db.session.scalars(own))


def asked(world: World) -> list[tuple[str, int]]:
    with world.app.app_context():
        return [(each.state, each.records) for each in db.session.scalars(select(Backfill))]


@both
def test_records_that_are_there_get_their_reminders_when_it_is_chosen(world: World) -> None:
    coming, now, _past = reminders(world, 5, 0, -5)
    draft(world, hello())
    seen = page(world)
    assert "Records that are there already</strong>: 3" in seen
    assert "2 have a reminder to come. For 1 it is today, and goes out at once when its hour" in seen
    assert "For 1 one is past, and is left out. Left alone, a record gets its reminders when" in seen

    published(world)
    assert timers(world) == []
    world.work()

    assert (timers(world), asked(world)) == (sorted([coming, now]), [("done", 2)])
    told = world.browsers["anna"].get(f"/apps/followup/forms/reminder/{coming}/").text
    assert "“Hello” (version 1)" in told
    assert "Records that were there and got reminders: 2." in page(world, at="versions")


def test_left_alone_they_get_none(world: World) -> None:
    reminders(world, 5)
    draft(world, hello())
    published(world, "")
    world.work()
    assert (timers(world), asked(world)) == ([], [])


def test_what_the_rule_sends_of_the_past_is_told_and_done(world: World) -> None:
    past, _coming = reminders(world, -5, 5)
    draft(world, hello(late={"past": "send"}, offsets=["-1d", "0d"]))
    assert "For 1 one is past, and the latest goes out at once." in page(world)
    published(world)
    world.work()
    assert timers(world, "sent") == [past]


@both
def test_a_changed_rule_asks_about_those_that_wait_for_nothing_and_plans_nothing_twice(world: World) -> None:
    first, second = reminders(world, 5, 6)
    draft(world, hello())
    published(world)
    world.work()
    (third,) = reminders(world, 7)
    draft(world, hello(offsets=["0d", "-1d"]))
    assert "Records that are there already</strong>: 1<" in page(world)

    published(world)
    world.work()

    assert timers(world) == sorted([first, second, third] * 2)


@both
def test_a_job_that_was_killed_goes_on_after_its_last_batch(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = reminders(world, *range(1, 8))
    draft(world, hello())
    published(world)
    monkeypatch.setattr(batches, "SIZE", 2)
    monkeypatch.setattr(batches, "IN_A_TURN", 2)
    with world.app.app_context():
        lease = next(lease for each in outbox.due_ids() if (lease := jobs.claim(each)))
        with transaction() as session:  # the first batch is committed, then the worker dies
            backfilling._batch(session, lease.ref_id)
        with transaction() as session:
            lease.put_back(session, "killed", longest=0)
    assert timers(world) == sorted(made)[:2]
    world.work()
    assert (timers(world), asked(world)) == (sorted(made), [("done", 7)])


@both
def test_undoing_the_publish_takes_them_back_and_leaves_what_people_saved_since(world: World) -> None:
    old, edited = reminders(world, 5, 6)
    draft(world, hello())
    published(world, "")
    draft(world, hello(at="23:58"))
    published(world)
    world.work()
    own = records("reminder", edited)
    revision = world.api("anna")("GET", own).json["revision"]
    head = {"If-Match": f'"{revision}"'}
    answer = world.api("anna")("PATCH", own, json={"values": {"text": "Better"}}, headers=head)
    assert answer.status_code == 200, answer.text

    post(world, f"{HELLO}/versions/undo")

    assert (timers(world), asked(world)) == ([edited], [("undone", 2)])
    told = world.browsers["anna"].get(f"/apps/followup/forms/reminder/{old}/").text
    assert "the publish that planned it was taken back" in told
    assert "Planned reminders of records that were there were taken back." in page(world, at="versions")


def test_what_was_noted_as_past_may_be_sent_by_whoever_asks_again_after_undoing(world: World) -> None:
    past, _coming = reminders(world, -5, 5)
    draft(world, hello())
    published(world, "")
    draft(world, hello(at="23:58"))
    published(world)
    world.work()
    assert timers(world, "skipped") == [past]

    post(world, f"{HELLO}/versions/undo")
    draft(world, hello(at="23:58", late={"past": "send"}))
    published(world)
    world.work()

    assert timers(world, "sent") == [past]


def test_undoing_before_the_job_ran_plans_nothing(world: World) -> None:
    reminders(world, 5)
    draft(world, hello())
    published(world, "")
    draft(world, hello(at="23:58"))
    published(world)
    post(world, f"{HELLO}/versions/undo")
    world.work()
    assert (timers(world), asked(world)) == ([], [("undone", 0)])


def test_switching_on_asks_and_publishing_while_it_is_off_does_not(world: World) -> None:
    (reminder,) = reminders(world, 5)
    draft(world, hello())
    with world.app.app_context(), transaction() as session:
        found = drafts.find("followup", "automation", "hello")
        assert found
        session.add(Pause(automation_id=found.id))
    off = page(world)
    assert "Records that are there already</strong>: 1" in off and "Their reminders" not in off

    assert "Plan the reminders of 1 record that is there already, too" in page(world, at="steps?ask=on")
    post(world, f"{HELLO}/switch", on="1", publish="1", backfill="plan")
    world.work()
    assert timers(world) == [reminder]


def test_the_version_in_force_is_switched_on_without_the_records_that_the_draft_finds(world: World) -> None:
    reminders(world, 5)
    draft(world, hello())
    published(world, "")
    draft(world, hello(at="23:58"))
    post(world, f"{HELLO}/switch", on="0")
    seen = page(world, at="steps?ask=on")
    assert 'name="backfill"' in seen
    own = re.search(r'<form method="post" id="auto-as-published".*?</form>', seen)
    assert own and "backfill" not in own[0] and "publish" not in own[0].replace("auto-as-published", "")
    assert '<button class="btn" form="auto-as-published">Switch version 1 on' in seen


def test_who_may_not_read_the_records_is_asked_without_a_count(world: World) -> None:
    (reminder,) = reminders(world, 5)
    draft(world, hello())
    seen = page(world, "dora")
    assert "Records that are there already</strong>: 0" in seen and "Counted by what you may see" in seen
    published(world, who="dora")
    world.work()
    assert timers(world) == [reminder]
    assert "got reminders: 1." in page(world, at="versions")
    assert "got reminders" not in page(world, "dora", at="versions")


def test_a_zone_that_there_is_not_is_a_problem_and_no_count(world: World) -> None:
    reminders(world, 5)
    draft(world, hello(zone="Mars/Olympus"))
    assert "There is no time zone “Mars/Olympus”." in page(world)
    assert "Records that are there already" not in page(world, at="steps?ask=on")


def started(world: World, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Four reminders; a worker has gone through two of them."""
    made = reminders(world, 5, 6, 7, 8)
    draft(world, hello())
    published(world)
    monkeypatch.setattr(batches, "SIZE", 2)
    with world.app.app_context():
        lease = next(lease for each in outbox.due_ids() if (lease := jobs.claim(each)))
        with transaction() as session:
            backfilling._batch(session, lease.ref_id)
        with transaction() as session:
            lease.put_back(session, "killed", longest=0)
    assert timers(world) == sorted(made)[:2]
    return made


@both
def test_it_ends_when_another_version_comes_into_force(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    started(world, monkeypatch)
    draft(world, hello(at="23:58"))
    answers = {f"{PART}:timers": "cancel", f"{PART}:backfill": ""}
    post(world, f"{HELLO}/publish", part=[PART], note="", **answers)
    world.work()
    assert (timers(world), asked(world)) == ([], [("ended", 2)])
    assert "got reminders: 2. The rest was given up." in page(world, at="versions")


def test_it_ends_when_the_automation_is_switched_off(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    made = started(world, monkeypatch)
    post(world, f"{HELLO}/switch", on="0")
    post(world, f"{HELLO}/switch", on="1")
    world.work()
    assert (timers(world), asked(world)) == (sorted(made)[:2], [("ended", 2)])


def test_it_ends_when_the_automation_switched_itself_off(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    started(world, monkeypatch)
    with world.app.app_context(), transaction() as session:
        found = drafts.find("followup", "automation", "hello")
        assert found
        session.add(Pause(automation_id=found.id, version_id=found.current_version_id))
    world.work()
    assert asked(world) == [("ended", 2)]


@pytest.mark.parametrize("world", ["postgres"], indirect=True)
def test_a_date_that_is_saved_meanwhile_is_the_one_that_is_planned(world: World) -> None:
    (reminder,) = reminders(world, 5)
    draft(world, hello())
    published(world)
    moved = today(ZONE) + timedelta(days=9)
    with world.app.app_context(), db.engine.connect() as person:
        own = table(lookup.form("followup", "reminder"))
        person.execute(update(own).where(own.c.id == reminder).values(due_on=moved.isoformat()))
        with ThreadPoolExecutor(1) as pool:
            job = pool.submit(world.work)
            waiting = select(func.count()).select_from(text("pg_locks")).where(text("not granted"))
            while not job.done() and not person.scalar(waiting):
                wait([job], timeout=0.05)
            person.commit()
            job.result()
        assert db.session.scalars(select(Timer.local_date)).all() == [moved]
