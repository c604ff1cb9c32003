"""How often an automation's draft would have started in the last week. Bounded: it looks at the newest first."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from runtime import conditions
from runtime.accounts.models import User
from runtime.automations import context, holidays
from runtime.automations.moments import moments
from runtime.automations.triggers import TRIGGERS
from runtime.conditions import Condition
from runtime.db import db
from runtime.definitions import lookup
from runtime.definitions.documents import Document, Form
from runtime.records import rows, tables
from runtime.records.models import Event
from runtime.records.rows import Record

WEEK = timedelta(days=7)
LOOKED_AT = 2_000


@dataclass(frozen=True)
class Count:
    """How many times; `more` says that not everything was looked at."""

    number: int
    more: bool


def last_week(form: Form, document: Document, now: datetime) -> Count:
    """How often this trigger and condition would have been met."""
    when = conditions.compile(document["when"]) if "when" in document else None
    trigger = document["trigger"]
    if TRIGGERS[trigger["type"]].planned:
        return _reached(form, trigger, when, now)
    return _happened(form, trigger, when, now)


def _happened(form: Form, trigger: Document, when: Condition | None, now: datetime) -> Count:
    since = select(Event).where(
        Event.form_id == form.definition_id, Event.at > now - WEEK, Event.origin != "sample"
    )
    events = list(db.session.scalars(since.order_by(Event.id.desc()).limit(LOOKED_AT + 1)))
    starting = [each for each in events[:LOOKED_AT] if TRIGGERS[trigger["type"]].matches(each, trigger)]
    more = len(events) > LOOKED_AT
    if when is None:
        return Count(len(starting), more)
    records = _records(form, {each.record_id for each in starting})
    people = _people({each.user_id for each in starting if each.user_id is not None})
    held = sum(
        when.holds(context.of_event(each, form, people.get(each.user_id or 0), records.get(each.record_id)))
        for each in starting
    )
    return Count(held, more)


def _records(form: Form, ids: set[int]) -> dict[int, Record]:
    own = tables.table(form).c
    found = db.session.execute(rows.select_all(form).where(own.id.in_(ids))) if ids else ()
    return {record.id: record for record in (rows.record(form, row) for row in found)}


def _people(ids: set[int]) -> Mapping[int, User]:
    found = db.session.scalars(select(User).where(User.id.in_(ids))).unique() if ids else ()
    return {user.id: user for user in found}


def _reached(form: Form, trigger: Document, when: Condition | None, now: datetime) -> Count:
    key = str(trigger.get("field"))
    if key not in form.fields or not form.fields[key].type.stored:
        return Count(0, False)
    own = tables.table(form).c
    dated = rows.select_all(form).where(own[key].is_not(None)).order_by(own.id.desc()).limit(LOOKED_AT + 1)
    found = [rows.record(form, row) for row in db.session.execute(dated)]
    calendar = holidays.of(lookup.app_info(form.app))
    zone = str(trigger.get("zone") or form.zone)
    number = sum(
        _moments(record, key, trigger, zone, calendar, now) for record in _holding(found[:LOOKED_AT], when)
    )
    return Count(number, len(found) > LOOKED_AT)


def _holding(records: Iterable[Record], when: Condition | None) -> Iterable[Record]:
    return (record for record in records if when is None or when.holds(context.of_record(record, None)))


def _moments(
    record: Record, key: str, trigger: Document, zone: str, calendar: Mapping[date, bool], now: datetime
) -> int:
    listed: Any = moments(record.values[key], trigger, zone, calendar)
    return sum(now - WEEK < moment.due_at <= now for moment in listed)
