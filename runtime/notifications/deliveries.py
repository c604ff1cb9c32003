"""Deliveries: a row for each step or comment, recipient and channel, rendered when it is made, sent exactly as stored.

The inbox is written in the same transaction. Other channels are sent by the worker: the row says `sending`
before the channel is called and `sent` after it, so a crash in between is known. What can be repeated is then
sent again with the same Message-ID, what cannot becomes `uncertain`.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from uuid import uuid4

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from runtime import jobs, outbox
from runtime.accounts.models import User
from runtime.db import db, transaction
from runtime.errors import TemporaryError
from runtime.jobs import Lease
from runtime.notifications.channels import CHANNELS, Channel, Letter
from runtime.notifications.channels.email import mail_domain
from runtime.notifications.models import Delivery, Notice
from runtime.times import now

INACTIVE = "the user is deactivated"
GONE = "the comment was deleted"

AFTER_FAILURE: list[Callable[[Session, Delivery], None]] = []
"""Called in the transaction that gives a delivery up."""


@dataclass(frozen=True)
class Source:
    """What a delivery belongs to: the step that made it and its run, or a comment; the record it is about, 0 for what
    tells of no record.
    """

    step_id: int | None
    run_id: int | None
    form_id: int
    record_id: int
    comment_id: int | None = None


@dataclass(frozen=True)
class Content:
    """What one person is told, in his language. `short` is for channels with little room."""

    subject: str
    body: str
    link: str
    locale: str


def make(
    session: Session,
    source: Source,
    user: User,
    content: Content,
    channels: Iterable[str],
    *,
    part: str = "to",
) -> list[Delivery]:
    """A delivery over each channel, in the caller's transaction; one that cannot be sent says why."""
    return [_make(session, source, user, content, CHANNELS[name], part) for name in channels]


def _make(
    session: Session, source: Source, user: User, content: Content, channel: Channel, part: str
) -> Delivery:
    delivery = Delivery(
        step_id=source.step_id,
        run_id=source.run_id,
        comment_id=source.comment_id,
        form_id=source.form_id,
        record_id=source.record_id,
        user_id=user.id,
        part=part,
        channel=channel.name,
        address=channel.address(user),
        subject=content.subject,
        body=content.body,
        link=content.link,
        locale=content.locale,
        message_id=f"<{uuid4().hex}@{mail_domain()}>",
    )
    session.add(delivery)
    session.flush()
    hindrance = _hindrance(channel, user)
    if hindrance:
        _settle(delivery, "skipped", hindrance)
    elif channel.instant:
        channel.send(_letter(delivery, user), session)
        _settle(delivery, "sent")
    else:
        outbox.put(session, "delivery", delivery.id)
    session.flush()
    return delivery


def _hindrance(channel: Channel, user: User) -> str:
    return channel.hindrance(user) if user.active else INACTIVE


def _settle(delivery: Delivery, state: str, reason: str = "") -> None:
    delivery.state, delivery.reason = state, reason[:2000]
    if state == "sent":
        delivery.sent_at = now()


def _letter(delivery: Delivery, user: User) -> Letter:
    return Letter(
        delivery_id=delivery.id,
        user_id=user.id,
        name=user.name,
        address=delivery.address,
        subject=delivery.subject,
        body=delivery.body,
        link=delivery.link,
        locale=delivery.locale,
        message_id=delivery.message_id,
    )


def forget(session: Session, comment_ids: list[int]) -> None:
    """Take back what was told of comments that go: nobody reads it any more, and what waits is not sent."""
    own = Delivery.comment_id.in_(comment_ids)
    told = Notice.delivery_id.in_(select(Delivery.id).where(own))
    session.execute(update(Notice).where(told).values(body=""))
    session.execute(update(Delivery).where(own).values(body=""))
    # What is being sent may still arrive, but is not tried again.
    unsent = Delivery.state.in_(("pending", "sending", "failed"))
    session.execute(update(Delivery).where(own, unsent).values(state="skipped", reason=GONE))


def reword(session: Session, comment_id: int, user_id: int, body: str) -> None:
    """Put another text in the place of what somebody was told of a comment, and of what still is to be sent."""
    own = (Delivery.comment_id == comment_id, Delivery.user_id == user_id)
    told = Notice.delivery_id.in_(select(Delivery.id).where(*own))
    session.execute(update(Notice).where(told).values(body=body))
    unsent = Delivery.state.in_(("pending", "sending", "failed"))
    session.execute(update(Delivery).where(*own, unsent).values(body=body))


def _locked(session: Session, delivery_id: int) -> Delivery:
    """A delivery that nobody else changes until the end of the transaction."""
    return session.get_one(Delivery, delivery_id, populate_existing=True, with_for_update=True)


def _on_dead(session: Session, delivery_id: int, error: str) -> None:
    delivery = _locked(session, delivery_id)
    if delivery.state == "skipped":  # taken back while it was sent
        return
    _settle(delivery, "failed", error)
    for tell in AFTER_FAILURE:
        tell(session, delivery)


@jobs.handler("delivery", on_dead=_on_dead)
def send(lease: Lease) -> None:
    """Send what is still to be sent."""
    with transaction() as session:
        lease.renew(session)
        letter = _begin(session, lease)
    if letter is None:
        return
    channel = CHANNELS[_channel(lease.ref_id)]
    db.session.rollback()  # no transaction stays open while we wait for a server
    try:
        channel.send(letter, db.session())
    except TemporaryError as error:
        _note(lease, str(error))
        raise
    with transaction() as session:
        lease.finish(session)
        _settle(_locked(session, lease.ref_id), "sent")


def _channel(delivery_id: int) -> str:
    return db.session.scalars(select(Delivery.channel).where(Delivery.id == delivery_id)).one()


def _begin(session: Session, lease: Lease) -> Letter | None:
    """The letter to send now, after noting that it is being sent; None when there is nothing to send."""
    delivery = _locked(session, lease.ref_id)
    user, channel = session.get_one(User, delivery.user_id), CHANNELS[delivery.channel]
    hindrance = _hindrance(channel, user)
    if delivery.state == "sending" and not channel.repeatable:
        _settle(delivery, "uncertain", "the worker stopped while sending")
    elif hindrance and delivery.state in ("pending", "sending", "failed"):
        _settle(delivery, "skipped", hindrance)
    elif delivery.state in ("pending", "sending", "failed"):
        delivery.state, delivery.attempts = "sending", delivery.attempts + 1
        return _letter(delivery, user)
    lease.finish(session)
    return None


def _note(lease: Lease, reason: str) -> None:
    """Show why a delivery waits, before it is tried again."""
    with transaction() as session:
        lease.renew(session)
        delivery = _locked(session, lease.ref_id)
        if delivery.state == "sending":  # not taken back meanwhile
            _settle(delivery, "pending", reason)


def failed(session: Session, limit: int = 100) -> list[Delivery]:
    """The latest deliveries that failed or whose fate is unknown, newest first."""
    return list(
        session.scalars(
            select(Delivery)
            .where(Delivery.state.in_(("failed", "uncertain")))
            .order_by(Delivery.id.desc())
            .limit(limit)
        )
    )
