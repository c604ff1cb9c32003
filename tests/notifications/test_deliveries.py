"""Deliveries: once for each person and channel, sent as stored, tried again, given up visibly."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from runtime import jobs, outbox
from runtime.accounts.models import User
from runtime.automations.models import Run, Step
from runtime.db import db, transaction
from runtime.definitions.models import App, Definition, Version
from runtime.notifications import deliveries
from runtime.notifications.channels import CHANNELS
from runtime.notifications.deliveries import Content, Source
from runtime.notifications.models import Delivery, Notice
from runtime.outbox import Outbox
from runtime.times import now
from tests.builder.factory import automation
from tests.conftest import both_databases
from tests.support.mail import MailSink

CONTENT = Content("A subject", "A *body*", "/apps/x/", "en")


@pytest.fixture
def source(app: Flask) -> Source:
    """A step of some run."""
    with transaction() as session:
        session.add(App(id=1, key="a"))
        session.flush()
        session.add_all([Definition(id=1, app_id=1, kind="automation", key="x")])
        session.flush()
        session.add(Version(id=1, definition_id=1, number=1, document=automation("x", "order")))
        session.flush()
        session.add(Run(id=1, key="k", automation_id=1, version_id=1, form_id=1, record_id=5))
        session.flush()
        session.add(Step(id=1, run_id=1, index=0, action="notify", state="done", result={}))
    return Source(1, 1, 1, 5)


def make(source: Source, user: User, *channels: str) -> None:
    with transaction() as session:
        person = session.get_one(User, user.id)
        deliveries.make(session, source, person, CONTENT, channels)


def all_of(model: Any) -> list[Any]:
    db.session.rollback()
    return list(
        db.session.scalars(select(model).order_by(model.id).execution_options(populate_existing=True))
    )


def work() -> None:
    for outbox_id in outbox.due_ids():
        jobs.work(outbox_id)


@both_databases
def test_the_inbox_is_written_in_the_same_transaction(source: Source, bob: User) -> None:
    make(source, bob, "inbox")
    (delivery,), (notice,) = all_of(Delivery), all_of(Notice)
    assert (delivery.state, delivery.sent_at is None) == ("sent", False)
    assert (notice.delivery_id, notice.subject, notice.link) == (delivery.id, "A subject", "/apps/x/")
    with pytest.raises(ZeroDivisionError), transaction() as session:
        deliveries.make(
            session, replace(source, step_id=1), session.get_one(User, bob.id), CONTENT, ["email"]
        )
        raise ZeroDivisionError
    assert len(all_of(Delivery)) == 1


@both_databases
def test_a_mail_is_sent_once_however_often_it_is_rung(source: Source, bob: User, mail_sink: MailSink) -> None:
    make(source, bob, "email")
    (outbox_id,) = outbox.due_ids()
    for _ring in range(3):
        jobs.work(outbox_id)
    (delivery,) = all_of(Delivery)
    assert (delivery.state, delivery.attempts) == ("sent", 1)
    assert [mail["Message-ID"] for mail in mail_sink.mails] == [delivery.message_id]


def test_without_a_mail_server_a_mail_is_skipped_and_says_so(source: Source, bob: User) -> None:
    make(source, bob, "email")
    (delivery,) = all_of(Delivery)
    assert (delivery.state, delivery.reason) == ("skipped", "no mail server is set up")
    assert all_of(Outbox) == []


def test_temporary_trouble_is_tried_again_with_the_same_message_id(
    source: Source, bob: User, mail_sink: MailSink, clock: Any
) -> None:
    mail_sink.answers = ["451 later", "452 full"]
    make(source, bob, "email")
    for _try in range(3):
        work()
        clock(now() + timedelta(minutes=2))
        if not mail_sink.mails:
            assert all_of(Delivery)[0].state == "pending"
    (delivery,) = all_of(Delivery)
    assert (delivery.state, delivery.attempts, len(mail_sink.mails)) == ("sent", 3, 1)
    assert mail_sink.mails[0]["Message-ID"] == delivery.message_id


def test_permanent_trouble_is_shown_and_can_be_redriven(
    source: Source, bob: User, mail_sink: MailSink
) -> None:
    mail_sink.answers = ["550 no such user"]
    make(source, bob, "email")
    work()
    work()
    (delivery,) = deliveries.failed(db.session())
    assert (delivery.state, delivery.reason) == ("failed", "550 no such user")
    with transaction() as session:
        assert outbox.redrive(session, all_of(Outbox)[0].id)
    work()
    assert all_of(Delivery)[0].state == "sent"
    assert len(mail_sink.mails) == 1


def test_who_published_the_rule_is_told_of_a_mail_that_was_given_up_once(
    source: Source, alice: User, bob: User, mail_sink: MailSink
) -> None:
    with transaction() as session:
        session.get_one(User, alice.id).locale = "zh"
    mail_sink.answers = ["550 no <b>such</b> user"] * 2
    make(source, bob, "email")
    work()
    with transaction() as session:
        outbox.redrive(session, all_of(Outbox)[0].id)
    work()

    assert all_of(Delivery)[0].state == "failed"
    (notice,) = all_of(Notice)
    assert (notice.user_id, notice.subject) == (alice.id, "“x”的一条消息未能送达")
    assert "Bob" in notice.body and "<b>" not in notice.body


def test_a_mail_server_that_is_away_for_ten_minutes_loses_nothing(
    source: Source, bob: User, mail_sink: MailSink, clock: Any
) -> None:
    mail_sink.stop()
    make(source, bob, "email")
    for _half_minute in range(20):
        work()
        clock(now() + timedelta(seconds=30))
    assert all_of(Delivery)[0].state == "pending"
    mail_sink.start()
    for _half_minute in range(4):
        work()
        clock(now() + timedelta(seconds=30))
    assert all_of(Delivery)[0].state == "sent"
    assert len(mail_sink.mails) == 1


def test_a_mail_server_that_is_away_for_more_than_a_day_fails_the_delivery(
    source: Source, bob: User, mail_sink: MailSink, clock: Any
) -> None:
    mail_sink.stop()
    make(source, bob, "email")
    work()
    clock(now() + timedelta(hours=25))
    work()
    mail_sink.start()
    assert all_of(Delivery)[0].state == "failed"


def test_after_a_crash_while_sending_a_mail_is_sent_again_with_its_message_id(
    source: Source, bob: User, mail_sink: MailSink, clock: Any
) -> None:
    make(source, bob, "email")
    (row,) = all_of(Outbox)
    lease = jobs.claim(row.id)
    assert lease is not None
    with transaction() as session:
        letter = deliveries._begin(session, lease)
    assert letter is not None
    CHANNELS["email"].send(letter, db.session())  # and then the worker is killed
    clock(now() + timedelta(seconds=30))
    work()
    assert all_of(Delivery)[0].state == "sent"
    assert len({mail["Message-ID"] for mail in mail_sink.mails}) == 1
    assert len(mail_sink.mails) == 2


def test_what_cannot_be_repeated_is_uncertain_after_a_crash(
    source: Source, bob: User, mail_sink: MailSink, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(CHANNELS["email"], "repeatable", False)
    make(source, bob, "email")
    lease = jobs.claim(all_of(Outbox)[0].id)
    assert lease is not None
    with transaction() as session:
        deliveries._begin(session, lease)
    clock(now() + timedelta(seconds=30))
    work()
    assert all_of(Delivery)[0].state == "uncertain"
    assert mail_sink.mails == []
    assert deliveries.failed(db.session()) == all_of(Delivery)


def test_what_is_taken_back_while_it_is_sent_is_not_tried_again(
    source: Source, bob: User, mail_sink: MailSink, clock: Any
) -> None:
    make(replace(source, step_id=None, run_id=None, comment_id=7), bob, "email")
    lease = jobs.claim(all_of(Outbox)[0].id)
    assert lease is not None
    with transaction() as session:
        assert deliveries._begin(session, lease)
    with transaction() as session:
        deliveries.forget(session, [7])
    deliveries._note(lease, "451 later")
    clock(now() + timedelta(seconds=30))
    work()
    assert [(d.state, d.body) for d in all_of(Delivery)] == [("skipped", "")]
    assert mail_sink.mails == []


def test_who_is_deactivated_before_the_sending_gets_nothing(
    source: Source, bob: User, mail_sink: MailSink
) -> None:
    make(source, bob, "email")
    with transaction() as session:
        session.get_one(User, bob.id).active = False
    work()
    assert [(d.state, d.reason) for d in all_of(Delivery)] == [("skipped", "the user is deactivated")]
    assert mail_sink.mails == []
