"""Decides, inside the transaction that saves a record, which automations its change starts."""

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from runtime.accounts.models import User
from runtime.automations import chain, context, pauses, runs, timers, undelivered, waits
from runtime.automations import webhooks as _webhooks  # noqa: F401  (registers what sends them)
from runtime.automations.models import Run
from runtime.automations.runs import About
from runtime.automations.triggers import TRIGGERS
from runtime.db import db
from runtime.definitions import lookup
from runtime.definitions.documents import Automation, Form
from runtime.notifications import deliveries
from runtime.records import store
from runtime.records.models import Event


def register() -> None:
    """Have the store call `on_event`, and owners told of deliveries that failed; safe to call again."""
    if on_event not in store.AFTER_EVENT:
        store.AFTER_EVENT.append(on_event)
    if undelivered.tell not in deliveries.AFTER_FAILURE:
        deliveries.AFTER_FAILURE.append(undelivered.tell)


def on_event(session: Session, event: Event, form: Form) -> None:
    """Move the record's timers and put a waiting run for each automation that the change starts."""
    if event.origin == "sample":
        return
    listening = [each for each in lookup.automations(form.app) if each.form == form.key]
    planned = [each for each in listening if TRIGGERS[each.trigger["type"]].planned]
    if planned:
        timers.follow(session, event, form, planned)
    waits.follow(session, event, form)
    if not chain.is_silent():
        for automation in _started(session, event, form, listening):
            _start(session, event, automation)


def _started(session: Session, event: Event, form: Form, listening: list[Automation]) -> list[Automation]:
    matching = [each for each in listening if TRIGGERS[each.trigger["type"]].matches(event, each.trigger)]
    if matching:
        off = pauses.paused(session)
        matching = [
            each
            for each in matching
            if off.isdisjoint({(each.definition_id, None), (each.definition_id, each.version_id)})
        ]
    if all(each.when is None for each in matching):
        return matching
    values = _values(session, event, form)
    return [each for each in matching if each.when is None or each.when.holds(values)]


def _values(session: Session, event: Event, form: Form) -> context.Context:
    user = None if event.user_id is None else session.get(User, event.user_id)
    record = None if event.kind == "deleted" else context.stored(form, event.record_id)
    return context.of_event(event, form, user, record)


def _start(session: Session, event: Event, automation: Automation) -> None:
    about: About = {
        "key": f"event:{event.id}:{automation.definition_id}",
        "form_id": event.form_id,
        "record_id": event.record_id,
        "event_id": event.id,
    }
    if event.depth < chain.MAX_DEPTH:
        runs.start(session, automation, **about)
    else:
        runs.record(session, automation, "failed", chain.too_deep(), **about)


def run_now(event_id: int) -> None:
    """Work off what an event started, and what that started in turn, inside the caller's transaction.

    For golden cases: the caller looks at the outcome and rolls back.
    """
    session = db.session()
    caused = select(Event.id).where(or_(Event.id == event_id, Event.root_id == event_id))
    waiting = select(Run).where(Run.state == "running", Run.event_id.in_(caused)).order_by(Run.id).limit(1)
    while run := session.scalar(waiting):
        runs.perform_here(session, run)
