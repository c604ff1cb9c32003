"""How often an automation's draft would have started in the last week. Bounded: it looks at the newest first.

An administrator gets the true number. For anybody else only records count that he may read, by what he may see of
them: else a condition on hidden values would be answered by the number.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property, partial
from typing import Any

from sqlalchemy import Select, exists, select

from builder.rehearsing import sees_all
from runtime import access, conditions, surroundings
from runtime.accounts.models import User
from runtime.automations import context, holidays, planning
from runtime.automations.models import Timer
from runtime.automations.moments import Moment, moments
from runtime.automations.triggers import TRIGGERS
from runtime.conditions import Condition
from runtime.db import db
from runtime.definitions import lookup
from runtime.definitions.documents import Document, Form
from runtime.records import rows, tables
from runtime.records.models import Event
from runtime.records.rows import Record
from runtime.records.sources import seen_by, within
from runtime.times import is_zone, today

WEEK = timedelta(days=7)
LOOKED_AT = 2_000
NEWEST = 20


@dataclass(frozen=True)
class Count:
    """How many times; `more` says that not everything was looked at, `limited` that only what the person may
    see counts.
    """

    number: int
    more: bool
    limited: bool = False


@dataclass(frozen=True)
class Ahead:
    """Of `records` that wait for no moment of a rule though it means some for them: how many have one to come, one
    today, one that is past; of the past ones the rule `sends` the latest, or none. `more` and `limited` as above;
    `others` that there are records which the person may not see, whatever the rule means for them.
    """

    records: int
    coming: int
    today: int
    past: int
    sends: bool
    more: bool
    limited: bool
    others: bool = False

    @property
    def goes_out(self) -> bool:
        """Whether planning them may let anything go out."""
        return bool(self.coming or self.today or self.others or (self.sends and self.past))


def ahead(form: Form, document: Document, now: datetime, user: User, automation_id: int) -> Ahead:
    """What this trigger and condition would plan for records that are there, as far as the user may know."""
    return _counting(form, document, now, user).ahead(automation_id)


def last_week(form: Form, document: Document, now: datetime, user: User) -> Count:
    """How often this trigger and condition would have been met, as far as the user may know."""
    counting = _counting(form, document, now, user)
    planned = TRIGGERS[document["trigger"]["type"]].planned
    return counting.reached() if planned else counting.happened()


def newest(form: Form, document: Document, now: datetime, user: User) -> tuple[int, list[int]]:
    """How many of the newest records were looked at, and the ids of those that meet the condition."""
    counting = _counting(form, document, now, user)
    found = counting.newest()
    return len(found), [record.id for record in counting.holding(found, counting.when)]


def _counting(form: Form, document: Document, now: datetime, user: User) -> "_Counting":
    when = conditions.compile(document["when"]) if "when" in document else None
    return _Counting(form, document["trigger"], when, now, None if sees_all(user) else user)


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
            records = records.where(within(self.form, access.visible(self.user, "read", self.form)))
        found = [rows.record(self.form, row) for row in db.session.execute(records)]
        return found if self.user is None else [seen_by(self.user, self.form, each) for each in found]

    def newest(self) -> list[Record]:
        """The newest records that the person may read."""
        own = tables.table(self.form).c.id
        return self._readable(rows.select_all(self.form).order_by(own.desc()).limit(NEWEST))

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
                kept_before=shown(each.before),
                kept_after=shown(each.after),
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
        around = {
            key: surroundings.around(self.form.zone, access.facts(user), self.now)
            for key, user in [(0, None), *people.items()]
        }
        return sum(
            when.holds(
                context.of_event(
                    each,
                    self.form,
                    people.get(each.user_id or 0),
                    records.get(each.record_id),
                    around.get(each.user_id or 0, around[0]),
                )
            )
            for each in starting
        )

    def reached(self) -> Count:
        """Of the dates of records."""
        found, more = self._dated(tables.table(self.form).c.id.desc())
        week_ago = self.now - WEEK
        number = sum(
            week_ago < moment.due_at <= self.now
            for record in self.holding(found, self.when)
            for moment in self._moments(record)
        )
        return self._count(number, more)

    def ahead(self, automation_id: int) -> Ahead:
        """Of the dates of records that wait for no moment of this automation."""
        own = tables.table(self.form).c
        waits = exists().where(
            Timer.automation_id == automation_id, Timer.record_id == own.id, Timer.state == "planned"
        )
        if not self._is_dated:
            return self._ahead([], more=False, others=False)
        found, more = self._dated(own[self._key].desc(), ~waits)
        there = select(own.id).where(own[self._key].is_not(None), ~waits).limit(len(found) + 1)
        others = self.user is not None and len(db.session.execute(there).all()) > len(found)
        over = _over(automation_id, [record.id for record in found], self.trigger.get("again", False))
        judged = None if self.when is not None and "now" in self.when.reads else self.when
        planned = [
            [each for each in self._moments(record) if over.isdisjoint(_names(record.id, each))]
            for record in self.holding(found, judged)
        ]
        return self._ahead([listed for listed in planned if listed], more=more, others=others)

    def _ahead(self, planned: list[list[Moment]], *, more: bool, others: bool) -> Ahead:
        day = today(self._zone) if planned else date.min
        return Ahead(
            len(planned),
            coming=sum(any(each.due_at > self.now for each in listed) for listed in planned),
            today=sum(any(each.local_date == day for each in listed) for listed in planned),
            past=sum(any(each.local_date < day for each in listed) for listed in planned),
            sends=self.trigger.get("late", {}).get("past") == "send",
            more=more,
            limited=self.user is not None,
            others=others,
        )

    @property
    def _key(self) -> str:
        return str(self.trigger.get("field"))

    @property
    def _is_dated(self) -> bool:
        """Whether the date is one that the form has and the person may see, in a zone that there is."""
        field = self.form.fields.get(self._key)
        known = field is not None and field.type.stored and self._key not in self._hidden
        return known and is_zone(self._zone)

    @cached_property
    def _zone(self) -> str:
        return str(self.trigger.get("zone") or self.form.zone)

    @cached_property
    def _calendar(self) -> Mapping[date, bool]:
        return holidays.of(lookup.app_info(self.form.app))

    def _dated(self, order: Any, *which: Any) -> tuple[list[Record], bool]:
        """The first records with a date, and whether there are more."""
        if not self._is_dated:
            return [], False
        dated = rows.select_all(self.form).where(tables.table(self.form).c[self._key].is_not(None), *which)
        found = self._readable(dated.order_by(order).limit(LOOKED_AT + 1))
        return found[:LOOKED_AT], len(found) > LOOKED_AT

    def _moments(self, record: Record) -> list[Moment]:
        return moments(record.values[self._key], self.trigger, self._zone, self._calendar)

    def holding(self, records: Iterable[Record], when: Condition | None) -> Iterable[Record]:
        """Those of the records that meet a condition."""
        zone = self._zone if is_zone(self._zone) else self.form.zone
        around = surroundings.around(zone, {}, self.now)  # one for all: each department is asked for once
        of_record = partial(context.of_record, user=None, zone=zone, around=around)
        return (record for record in records if when is None or when.holds(of_record(record)))

    def _count(self, number: int, more: bool) -> Count:
        return Count(number, more, self.user is not None)


def _people(ids: set[int]) -> Mapping[int, User]:
    found = db.session.scalars(select(User).where(User.id.in_(ids))).unique() if ids else ()
    return {user.id: user for user in found}


def _names(record_id: int, moment: Moment) -> set[tuple[Any, ...]]:
    """How `_over` may name a moment: by itself, its day, its offset."""
    own = (record_id, moment.offset)
    return {(*own, moment.due_at), (*own, moment.local_date), own}


def _over(automation_id: int, records: list[int], again: bool) -> set[tuple[Any, ...]]:
    """The moments of records that are not planned again: done with, withdrawn on that day, or of an offset that
    has started once.
    """
    known = select(Timer).where(Timer.automation_id == automation_id, Timer.record_id.in_(records))
    over: set[tuple[Any, ...]] = set()
    for timer in db.session.scalars(known):
        own = (timer.record_id, timer.offset)
        if timer.state == "cancelled":
            over.update({(*own, timer.local_date)} if timer.reason == planning.WITHDRAWN else ())
        else:
            over.add((*own, timer.due_at))
        if timer.state == "sent" and not again:
            over.add(own)
    return over
