"""Requests that automations send to other systems: rows, written with the run, sent by the worker, signed, each with a
key that stays the same however often it is tried.
"""

import hashlib
import hmac
from collections.abc import Mapping
from time import monotonic

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from runtime import http, jobs, outbox
from runtime.automations import owners
from runtime.automations.models import Run, WebhookCall
from runtime.db import db, transaction
from runtime.definitions import lookup
from runtime.errors import TemporaryError
from runtime.jobs import AwayError, Lease
from runtime.notifications.markdown import escaped
from runtime.records.purging import AFTER_PURGE
from runtime.times import now

KIND = "webhook"
PATIENCE = 4.0  # a host that did not answer is left alone this many times as long as we waited for it
_silent_until: dict[str, float] = {}


def secret(app: str) -> str:
    """What signs the requests of an app; whoever gets them is told it once, by hand."""
    own: str = current_app.config["SETTINGS"].secret_key
    return hmac.new(own.encode(), f"webhook:{app}".encode(), hashlib.sha256).hexdigest()


def allowed() -> tuple[str, ...]:
    """The hosts to which the operator lets requests go."""
    hosts: tuple[str, ...] = current_app.config["SETTINGS"].webhook_hosts
    return hosts


def signature(app: str, body: bytes, moment: int) -> str:
    """The value of the header that proves where a body comes from, and when it was sent."""
    signed = hmac.new(secret(app).encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={moment},v1={signed}"


def _on_dead(session: Session, call_id: int, error: str) -> None:
    call = session.get_one(WebhookCall, call_id, populate_existing=True)
    call.state, call.reason = "failed", error[:2000]
    run = session.get_one(Run, call.run_id)

    def body(run: Run, locale: str) -> str:
        text = _("A request of “%(title)s” to %(host)s was given up. The last reason: %(reason)s",
                 title=owners.title(run, locale), host=http.host_of(call.url), reason=escaped(error))  # fmt: skip
        return str(text)

    owners.tell(session, run, _subject, body, once=f"{KIND}:{call.id}")


def _subject(run: Run, locale: str) -> str:
    return str(_("A request of “%(title)s” was not taken", title=owners.title(run, locale)))


@jobs.handler(KIND, on_dead=_on_dead)
def send(lease: Lease) -> None:
    """Send what is still to be sent; once more after a crash, with the same key."""
    with transaction() as session:
        lease.renew(session)
        call = session.get_one(WebhookCall, lease.ref_id, populate_existing=True)
        if call.state == "sent" or not call.body:
            lease.finish(session)
            return
        call.attempts += 1
        url, body, headers = call.url, call.body.encode(), _headers(session, call)
    db.session.rollback()  # no transaction stays open while we wait for the other side
    try:
        status = _post(url, body, headers)
    except TemporaryError as error:
        _note(lease, str(error))
        if isinstance(error, http.NoAnswerError):
            raise AwayError(str(error)) from error
        raise
    with transaction() as session:
        lease.finish(session)
        call = session.get_one(WebhookCall, lease.ref_id, populate_existing=True)
        # What was in it is not kept: the record may go, and with it what it said.
        call.state, call.reason, call.status, call.sent_at, call.body = "sent", "", status, now(), ""


def _post(url: str, body: bytes, headers: Mapping[str, str]) -> int:
    """Send it, unless the host let this worker wait a moment ago: a host that hangs holds up nobody's other work."""
    host, begun = http.host_of(url), monotonic()
    if _silent_until.get(host, 0.0) > begun:
        raise http.NoAnswerError("no answer a moment ago")
    try:
        return http.post(url, body, headers, allowed())
    except http.NoAnswerError:
        _silent_until[host] = monotonic() + PATIENCE * (monotonic() - begun)
        raise


def _headers(session: Session, call: WebhookCall) -> dict[str, str]:
    app = lookup.automation_of_version(session.get_one(Run, call.run_id).version_id).app
    return {
        "Content-Type": "application/json",
        "User-Agent": "Formwright",
        "Idempotency-Key": call.key,
        "X-Formwright-Signature": signature(app, call.body.encode(), int(now().timestamp())),
    }


def _note(lease: Lease, reason: str) -> None:
    """Show why a request waits, before it is tried again."""
    with transaction() as session:
        lease.renew(session)
        session.get_one(WebhookCall, lease.ref_id, populate_existing=True).reason = reason[:2000]


def _go_with_record(session: Session, form_id: int, record_id: int) -> None:
    """What requests tell of a record goes when the record goes for good; those that wait are not sent."""
    own = WebhookCall.run_id.in_(select(Run.id).where(Run.form_id == form_id, Run.record_id == record_id))
    waiting = list(session.scalars(select(WebhookCall.id).where(own, WebhookCall.state == "pending")))
    session.execute(update(WebhookCall).where(own).values(body=""))
    if waiting:
        over = {"state": "failed", "reason": _("The record was deleted.")}
        session.execute(update(WebhookCall).where(WebhookCall.id.in_(waiting)).values(over))
        outbox.cancel(session, KIND, waiting)


AFTER_PURGE.append(_go_with_record)
