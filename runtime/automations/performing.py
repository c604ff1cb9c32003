"""Does what a run is to do, action by action, in the transaction of its caller: to work it off, or to try it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, cast

from flask_babel import gettext as _
from sqlalchemy import Table, bindparam, exists, insert, select, update
from sqlalchemy.orm import Session, joinedload

from runtime.accounts.models import User
from runtime.automations import chain, context, pauses, waits
from runtime.automations.actions import ACTIONS, ActionContext, Result
from runtime.automations.models import Run, Step
from runtime.automations.planning import zone_of
from runtime.definitions import lookup
from runtime.definitions.documents import Automation, Form
from runtime.errors import NotFound
from runtime.records import rows
from runtime.records.models import Event
from runtime.records.rows import Record
from runtime.records.sources import seen_by
from runtime.records.store import Actor
from runtime.times import now

WAITING = "waiting"
CONDITION, SWITCHED_OFF = "condition", "rule switched off"  # as timers say it

_EVENT = select(Event).where(Event.id == bindparam("id"))
_USER = select(User).where(User.id == bindparam("id")).options(joinedload(User.roles))
# Past the ORM, whose unit of work costs more than the statement.
_steps = cast(Table, Step.__table__)
_STEP = insert(_steps).values(state="done", result={}).returning(_steps.c.id)
_SKIPPED = insert(_steps).values(state="skipped", result={"skipped": CONDITION})
_RESULT = update(_steps).where(_steps.c.id == bindparam("step_id")).values(result=bindparam("found"))


@dataclass(frozen=True)
class Done:
    """What became of one action: its place and its result. When the run is only tried also until when it would have
    waited before it.
    """

    index: int
    result: Result
    waits_until: datetime | None = None

    @property
    def is_skipped(self) -> bool:
        """Whether its condition did not hold."""
        return "skipped" in self.result


def close(run: Run, state: str, reason: str = "") -> None:
    """Give a run its last state."""
    run.state, run.reason, run.finished_at = state, reason[:2000], now()
    if state != "failed":  # which may be tried again, and has waited then
        run.due_at = None


def steps(session: Session, run: Run, onlooker: User | None = None, *, tried: bool = False) -> Iterator[Done]:
    """Do what a waiting run is to do, as far as its next wait, telling of each action. `tried` is as if every wait
    were over. With an `onlooker`, who only tries it, as far as that person may see and write.
    """
    automation = lookup.automation_of_version(run.version_id)
    form = lookup.form_by_id(run.form_id)
    event = None if run.event_id is None else session.scalars(_EVENT, {"id": run.event_id}).one()
    # Locked before the run's row is written, as a save does it that moves the date: it comes wholly before, or sees
    # that the run waits.
    record = context.stored(form, run.record_id, locked=automation.waits_for_dates)
    if record is None and (event is None or not _is_remembered(session, event)):
        close(run, "skipped", _("The record was deleted."))
    elif run.state == WAITING and _is_off(session, run):  # somebody wants one tried again that failed
        close(run, "skipped", SWITCHED_OFF)
    else:
        if onlooker is not None and record is not None:
            record = seen_by(onlooker, form, record)
        yield from _Work(session, run, automation, form, event, record, onlooker, tried).steps()


def _has_waited(run: Run) -> bool:
    return run.next > 0 or run.due_at is not None


def _is_off(session: Session, run: Run) -> bool:
    """Whether the automation was switched off or retired while the run waited."""
    if pauses.pause_of(session, run.automation_id, run.version_id) is not None:
        return True
    try:
        lookup.automation_by_id(run.automation_id)
    except NotFound:
        return True
    return False


@dataclass(frozen=True)
class _Work:
    """A run on its way."""

    session: Session
    run: Run
    automation: Automation
    form: Form
    event: Event | None
    record: Record | None
    onlooker: User | None
    tried: bool

    def steps(self) -> Iterator[Done]:
        run, actor = self.run, self.actor
        values, budget = self.values, chain.budget(actor.root_id)
        for index in range(run.next, len(self.automation.actions)):
            wait, due = self.automation.actions[index].get("wait"), None
            if wait is not None:
                due = self._due(wait, index)
                if due is None:
                    close(run, "done", _("Stopped: the date to wait for is empty."))
                    return
                if due > now() and not self.tried:
                    run.next, run.state, run.due_at = index, WAITING, due
                    return
                run.next, run.due_at = index, None
            result = self._one(index, values, actor, budget)
            if "stop" in result:
                close(run, "done", result["stop"])
            yield Done(index, result, due)
            if "stop" in result:
                return
        close(run, "done")

    def _due(self, wait: Any, index: int) -> datetime | None:
        """When it goes on. A date is looked at again, for it may have been moved; what counts from now on is not."""
        run = self.run
        if "until" not in wait and run.next == index and run.due_at is not None:
            return run.due_at
        return waits.moment(wait, self.automation, self.form, self._as_it_is() if "until" in wait else {})

    def _as_it_is(self) -> context.Context:
        """The record now, when others or the run itself have written it since; as it was last, once it is deleted."""
        record = context.stored(self.form, self.run.record_id)
        if record is None:
            remembered: context.Context = self.values["record"]
            return remembered
        return rows.context(record if self.onlooker is None else seen_by(self.onlooker, self.form, record))

    def _one(self, index: int, values: context.Context, actor: Actor, budget: chain.Budget) -> Result:
        options, session = self.automation.actions[index], self.session
        step = {"run_id": self.run.id, "index": index, "action": options["type"]}
        condition = self.automation.only_if[index]
        if condition is not None and not condition.holds(values):
            session.execute(_SKIPPED, step)
            return {"skipped": CONDITION}
        step_id = int(session.scalars(_STEP, step).one())
        result = ACTIONS[options["type"]].run(
            ActionContext(
                session, self.run, self.automation, self.form, actor, values, budget, step_id, self.onlooker
            ),
            options,
        )
        session.execute(_RESULT, {"step_id": step_id, "found": result})
        return result

    @cached_property
    def values(self) -> context.Context:
        """What formulas and conditions read: the record as the event left it, after a wait as it is now."""
        if self.event is None:
            assert self.record is not None
            return context.of_record(self.record, self.user, zone_of(self.automation, self.form))
        if self.record is not None and _has_waited(self.run):
            return context.after_wait(self.event, self.record, self.user, self.form.zone)
        return context.of_event(self.event, self.form, self.user, self.record)

    @cached_property
    def user(self) -> User | None:
        """Who made the change; for a reached date, and for `run_as: owner`, the record's owner."""
        if self.event is not None and self.automation.run_as != "owner":
            user_id = self.event.user_id
        else:
            user_id = None if self.record is None else self.record.owner_id
        return (
            None if user_id is None else self.session.scalars(_USER, {"id": user_id}).unique().one_or_none()
        )

    @property
    def actor(self) -> Actor:
        event = self.event
        return Actor(
            user=self.user,
            origin="automation",
            run_id=self.run.id,
            depth=1 if event is None else event.depth + 1,
            root_id=None if event is None else event.root_id or event.id,
            trusted=self.automation.run_as == "service",
        )


def _is_remembered(session: Session, event: Event) -> bool:
    """Whether the event is a deletion that still knows what it deleted: not once the record was removed for good."""
    same = (Event.form_id == event.form_id, Event.record_id == event.record_id, Event.kind == "purged")
    return event.kind == "deleted" and not session.scalar(select(exists().where(*same)))
