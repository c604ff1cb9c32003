"""Trying an automation with a record: it shows everything and leaves nothing."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from builder import drafts, dry_run
from builder.dry_run import Asked, Outcome
from builder.workspaces import workspace
from runtime.accounts.models import User
from runtime.db import db, rehearsal, transaction
from runtime.definitions import lookup
from runtime.errors import NotFound
from runtime.records import tables
from tests.support.mail import MailSink
from tests.support.world import World, world_on

DAY = date(2026, 11, 20)


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def world(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, mails: MailSink
) -> Iterator[World]:
    home = tmp_path_factory.mktemp("dry-run") / request.param
    with world_on(request.param, request, home, WTF_CSRF_ENABLED=False) as opened:
        opened.app.config["SETTINGS"] = replace(opened.app.config["SETTINGS"], smtp_url=mails.url)
        yield opened


@pytest.fixture(scope="module")
def mails() -> Iterator[MailSink]:
    sink = MailSink()
    yield sink
    sink.stop()


@pytest.fixture(scope="module")
def visit(world: World) -> int:
    customer = world.api("bob").made("customer", name="Carrier")
    return world.follow_up("bob", customer, DAY)


@pytest.fixture(scope="module")
def plain(world: World) -> int:
    """A follow-up without a reminder."""
    customer = world.api("bob").made("customer", name="Cordage")
    own = {"visited_on": DAY.isoformat(), "content": "Long enough.", "result": "undecided", "remind": False}
    return world.api("bob").made("visit", customer=customer, **own)


def tried(world: World, key: str, asked: Asked, who: str = "anna", **changes: Any) -> Outcome:
    with world.app.app_context():
        user = db.session.get_one(User, world.ids[who])
        document = {**_document(key), **changes}
        return dry_run.dry_run(user, workspace("followup"), key, document, asked)


def _document(key: str) -> Any:
    return next(each.document for each in lookup.automations("followup") if each.key == key)


CREATE = {
    "type": "create_record",
    "key": "make",
    "form": "reminder",
    "set": {"visit": "record.id", "customer": "record.customer", "due_on": "record.visited_on"},
}


def test_nothing_is_stored_nothing_is_sent_and_no_number_is_used_up(
    world: World, plain: int, mails: MailSink
) -> None:
    to_managers = {"message": "visit_due", "to": [{"role": "manager"}], "channels": ["inbox", "email"]}
    notify = {"type": "notify", **to_managers, "message": "hello"}
    _draft_message(world)
    world.work()  # whatever else waits
    before, sent = world.everything(), len(mails.mails)

    outcome = tried(
        world,
        "make_reminder",
        Asked(plain, "created", by=world.ids["bob"]),
        actions=[CREATE, notify],
        when={},
    )
    world.work()

    assert [step.error for step in outcome.steps] == ["", ""]
    assert outcome.steps[0].writes[0].after["number"].startswith("RM-")
    assert {letter.channel for letter in outcome.steps[1].letters} == {"inbox", "email"}
    assert {letter.state for letter in outcome.steps[1].letters} == {"sent", "pending"}
    assert world.everything() == before
    assert len(mails.mails) == sent


def _draft_message(world: World) -> None:
    """A message about follow-ups that was never published."""
    texts = {"subject": {"en": "Hello!", "zh": "你好"}, "body": {"en": "{{ link }}", "zh": "{{ link }}"}}
    own = {"$schema": "urn:formwright:message:1", "key": "hello", "purpose": "Greets", "form": "visit"}
    with world.app.app_context(), transaction():
        drafts.save_draft(None, "followup", "message", "hello", {**own, **texts})


def test_a_change_shows_each_record_before_and_after(world: World, visit: int) -> None:
    outcome = tried(
        world, "cancel_reminder", Asked(visit, "updated", {"remind": False}, world.ids["bob"]), when={}
    )
    (step,) = outcome.steps
    (write,) = step.writes

    assert (write.before["state"], write.after["state"]) == ("open", "cancelled")
    assert write.changed == ["state"]


def test_it_says_when_it_would_not_start_and_when_its_condition_does_not_hold(
    world: World, visit: int
) -> None:
    bob = world.ids["bob"]
    values = {"remind": True, "content": "Before"}

    assert tried(world, "touch_customer", Asked(visit, "updated", values, bob)).starts is False
    held = tried(world, "cancel_reminder", Asked(visit, "updated", {}, bob))
    assert (held.starts, held.holds, held.steps) == (True, False, ())


def test_a_failure_is_told_in_words_and_what_comes_after_it_does_not_happen(world: World, plain: int) -> None:
    wrong = {**CREATE, "set": {"due_on": "record.visited_on"}}
    outcome = tried(
        world, "make_reminder", Asked(plain, "created", by=world.ids["bob"]), actions=[wrong, CREATE], when={}
    )

    (step,) = outcome.steps
    assert "Customer" in step.error
    assert step.writes == ()


def test_a_reached_date_shows_the_message_of_each_recipient(world: World, visit: int) -> None:
    with world.app.app_context():
        reminder = db.session.scalar(select(func.max(tables.table(lookup.form("followup", "reminder")).c.id)))
    outcome = tried(world, "remind_ahead", Asked(int(reminder or 0), "moment"))

    letters = [(each.user_id, each.part, each.subject) for each in outcome.steps[0].letters]
    assert {(user, part) for user, part, _subject in letters} == {
        (world.ids["bob"], "to"),
        (world.ids["mia"], "cc"),
    }
    assert all("Carrier" in subject for _user, _part, subject in letters)


def test_a_deletion_can_be_tried_and_the_record_stays(world: World, visit: int) -> None:
    trigger = {"type": "record_saved", "form": "visit", "on": ["deleted"]}
    before = world.everything()
    outcome = tried(world, "touch_customer", Asked(visit, "deleted", by=world.ids["bob"]), trigger=trigger)

    assert (outcome.starts, outcome.holds) == (True, True)
    assert world.everything() == before


def test_what_its_writes_would_start_and_plan_is_named(world: World, plain: int) -> None:
    later = {**CREATE, "set": {**CREATE["set"], "owner": "record.owner", "due_on": "TODAY() + 30"}}
    outcome = tried(
        world, "make_reminder", Asked(plain, "created", by=world.ids["bob"]), actions=[later], when={}
    )

    assert {timer.offset for timer, _automation in outcome.after.timers} == {"-3d", "-1d", "0d"}


def test_a_draft_of_a_message_is_tried_as_it_is_and_stays_a_draft(world: World, plain: int) -> None:
    _draft_message(world)
    notify = {"type": "notify", "message": "hello", "to": [{"starter": True}]}
    outcome = tried(
        world, "make_reminder", Asked(plain, "created", by=world.ids["bob"]), actions=[notify], when={}
    )

    assert [letter.subject for letter in outcome.steps[0].letters] == ["Hello!"]
    with world.app.app_context(), pytest.raises(NotFound):
        lookup.message("followup", "hello")


def test_a_record_that_a_person_may_not_read_cannot_be_tried(world: World, visit: int) -> None:
    before = world.everything()
    with pytest.raises(NotFound):
        tried(world, "make_reminder", Asked(visit, "created"), who="dora")

    assert world.everything() == before


def test_a_rehearsal_cannot_be_committed(world: World) -> None:
    before = world.everything()
    with world.app.app_context():
        with pytest.raises(RuntimeError), rehearsal() as session:
            session.add(User(name="Nobody", email="nobody@example.com"))
            session.flush()
            session.commit()
        assert isinstance(db.session(), Session)

    assert world.everything() == before
