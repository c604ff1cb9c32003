"""How often an automation's draft would have started in the last week. Bounded: it looks at the newest first.

An administrator gets the true number. For anybody else only records count that he may read, by what he may see of
them: else a condition on hidden values would be answered by the number.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, select

from builder.dry_run import sees_all
from runtime import access, conditions
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
from runtime.records.sources import allowed

WEEK = timedelta(days=7)
LOOKED_AT = 2_000


@dataclass(frozen=True)
class Count:
    """How many times; `more` says that not everything was looked at, `limited` that only what the person may
    see counts.
    """

    number: int
    more: bool
    limited: bool = False


def last_week(form: Form, document: Document, now: datetime, user: User) -> Count:
    """How often this trigger and condition would have been met, as far as the user may know."""
    when = conditions.compile(document["when"]) if "when" in document else None
    counting = _Counting(form, document["trigger"], when, now, None if sees_all(user) else user)
    planned = TRIGGERS[document["trigger"]["type"]].planned
    return counting.reached() if planned else counting.happened()


@dataclass(frozen=True)
class _Counting:
    """One count; `user` bounds it, None does not."""

    form: Form
    trigger: Document
    when: Condition | None
    now: datetime
    user: User | None

    @property
    def _hidden(self) -> frozenset[str]:
        return frozenset() if self.user is None else access.fields(self.user, self.form).hidden

    def _readable(self, records: Select[Any]) -> list[Record]:
        if self.user is not None:
            records = records.where(allowed(self.form, access.visible(self.user, "read", self.form)))
        found = [rows.record(self.form, row) for row in db.session.execute(records)]
        return found if self.user is None else [context.seen_by(self.user, self.form, each) for each in found]

    def happened(self) -> Count:
        """Of what happened to records."""
        since = select(Event).where(
            Event.form_id == self.form.definition_id, Event.at > self.now - WEEK, Event.origin != "sample"
        )
        events = list(db.session.scalars(since.order_by(Event.id.desc()).limit(LOOKED_AT + 1)))
        own = tables.table(self.form).c.id
        ids = {each.record_id for each in events[:LOOKED_AT]}
        records = {each.id: each for each in self._readable(rows.select_all(self.form).where(own.in_(ids)))}
        known = events[:LOOKED_AT] if self.user is None else self._seen(events[:LOOKED_AT], records)
        starting = [each for each in known if TRIGGERS[self.trigger["type"]].matches(each, self.trigger)]
        return self._count(self._held(starting, records), len(events) > LOOKED_AT)

    def _seen(self, events: list[Event], records: Mapping[int, Record]) -> list[Event]:
        """The events of records that the user may read, with what he may see of them."""
        hidden = self._hidden

        def shown(values: Any) -> dict[str, Any]:
            return {key: value for key, value in (values or {}).items() if key not in hidden}

        return [
            Event(
                kind=each.kind,
                record_id=each.record_id,
                user_id=each.user_id,
                before=shown(each.before),
                after=shown(each.after),
                changed=[key for key in each.changed or () if key not in hidden],
            )
            for each in events
            if each.record_id in records
        ]

    def _held(self, starting: list[Event], records: Mapping[int, Record]) -> int:
        when = self.when
        if when is None:
            return len(starting)
        people = _people({each.user_id for each in starting if each.user_id is not None})
        return sum(
            when.holds(
                context.of_event(each, self.form, people.get(each.user_id or 0), records.get(each.record_id))
            )
            for each in starting
        )

    def reached(self) -> Count:
        """Of the dates of records."""
        key = str(self.trigger.get("field"))
        if key not in self.form.fields or not self.form.fields[key].type.stored or key in self._hidden:
            return self._count(0, False)
        own = tables.table(self.form).c
        dated = rows.select_all(self.form).where(own[key].is_not(None)).order_by(own.id.desc())
        found = self._readable(dated.limit(LOOKED_AT + 1))
        calendar = holidays.of(lookup.app_info(self.form.app))
        zone = str(self.trigger.get("zone") or self.form.zone)
        number = sum(
            _moments(record, key, self.trigger, zone, calendar, self.now)
            for record in _holding(found[:LOOKED_AT], self.when)
        )
        return self._count(number, len(found) > LOOKED_AT)

    def _count(self, number: int, more: bool) -> Count:
        return Count(number, more, self.user is not None)


def _people(ids: set[int]) -> Mapping[int, User]:
    found = db.session.scalars(select(User).where(User.id.in_(ids))).unique() if ids else ()
    return {user.id: user for user in found}


def _holding(records: Iterable[Record], when: Condition | None) -> Iterable[Record]:
    return (record for record in records if when is None or when.holds(context.of_record(record, None)))


def _moments(
    record: Record, key: str, trigger: Document, zone: str, calendar: Mapping[date, bool], now: datetime
) -> int:
    listed: Any = moments(record.values[key], trigger, zone, calendar)
    return sum(now - WEEK < moment.due_at <= now for moment in listed)
