"""A dry run: does what an automation's draft would do to a record, shows it, and takes everything back.

It really happens, by the code that works off runs, in a transaction that is always rolled back: the drafts of
the automation and of its messages are in force there, what is written is judged like any write. Nothing is
rung, nothing leaves, serial numbers are drawn and given back.

An administrator sees what would really happen. For anybody else what he may not see counts as empty, and is not
found; and it is written with his rights. Else a draft could be made to ask for values that are hidden from him.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from builder import drafts
from builder.commands import Workspace
from runtime import access
from runtime.accounts.models import User
from runtime.automations import context, runs
from runtime.automations.models import Run, Step, Timer
from runtime.automations.runs import About
from runtime.automations.triggers import TRIGGERS
from runtime.db import db, writing
from runtime.definitions import lookup
from runtime.definitions.documents import Automation, Document, Form
from runtime.definitions.models import Version
from runtime.notifications.models import Delivery
from runtime.records import changes, query
from runtime.records.models import Event
from runtime.records.rows import Record, seen

MOST_SHOWN = 50  # records and messages of one step


@dataclass(frozen=True)
class Asked:
    """What to pretend: that the record was `created`, `updated` (from these values `before`), `deleted`, or
    that its `moment` has come; done by the person with this id.
    """

    record: int
    how: str
    before: Mapping[str, Any] = field(default_factory=dict)
    by: int | None = None


@dataclass(frozen=True)
class Made:
    """What one action did. `writes` are events that no longer exist, `letters` deliveries of the same kind;
    `titles` are of the written records that the person may read, by form id and id.
    """

    action: Document
    writes: tuple[Event, ...] = ()
    titles: Mapping[tuple[int, int], str] = field(default_factory=dict)
    letters: tuple[Delivery, ...] = ()
    left_out: tuple[Mapping[str, str], ...] = ()
    error: str = ""
    more: int = 0


@dataclass(frozen=True)
class Outcome:
    """What would happen. `starts` and `holds` say whether trigger and condition agree; `others` are the
    automations that its writes would start, `timers` the moments that would be planned.
    """

    starts: bool
    holds: bool | None
    steps: tuple[Made, ...] = ()
    others: tuple[int, ...] = ()
    timers: tuple[Timer, ...] = ()
    skipped: str = ""


@event.listens_for(Session, "before_commit")
def _refuse(session: Session) -> None:
    if session.info.get("rehearsal") and not session.in_nested_transaction():
        raise RuntimeError("a dry run must not be committed")


@contextmanager
def rehearsal() -> Iterator[Session]:
    """A transaction that writes and cannot be committed."""
    db.session.rollback()
    session = db.session()
    session.info["rehearsal"] = True
    with writing():
        try:
            yield session
        finally:
            db.session.rollback()
            session.info.pop("after_commit", None)
            session.info.pop("rehearsal", None)


def dry_run(user: User, work: Workspace, key: str, document: Document, asked: Asked) -> Outcome:
    """What the document would do; NotFound for a record that the user may not read."""
    with rehearsal() as session:
        _bring_into_force(session, work, key, document)
        automation = _automation(work.app, key)
        form = lookup.form(work.app, str(automation.form))
        record = context.seen_by(user, form, query.get(user, form, asked.record))
        hidden = access.fields(user, form).hidden
        before = seen(asked.before, hidden)
        return _Play(session, user, automation, form).outcome(record, replace(asked, before=before))


def sees_all(user: User) -> bool:
    """Whether nothing is hidden from this person, so that a dry run goes as a run would."""
    return access.can(user, "administer", "platform")


def _bring_into_force(session: Session, work: Workspace, key: str, document: Document) -> None:
    named = {str(action.get("message")) for action in document["actions"]}
    for target in work.targets("message"):
        if target.key in named:
            _freeze(session, work.app, *target, work.read(target))
    _freeze(session, work.app, "automation", key, document)


def _freeze(session: Session, app: str, kind: str, key: str, document: Document) -> None:
    definition = drafts.get_or_create(app, kind, key)
    last = session.scalar(select(func.max(Version.number)).where(Version.definition_id == definition.id))
    version = Version(definition_id=definition.id, number=(last or 0) + 1, document=document)
    session.add(version)
    session.flush()
    definition.current_version_id = version.id
    session.flush()
    lookup.changed(version.id)


def _automation(app: str, key: str) -> Automation:
    return next(each for each in lookup.automations(app) if each.key == key)


@dataclass(frozen=True)
class _Play:
    """A dry run on its way."""

    session: Session
    user: User
    automation: Automation
    form: Form

    def outcome(self, record: Record, asked: Asked) -> Outcome:
        trigger, happened = TRIGGERS[self.automation.trigger["type"]], None
        if trigger.planned:
            starts, values = asked.how == "moment", context.of_record(record, None)
        else:
            happened = _event(self.form, record, asked)
            starts = trigger.matches(happened, self.automation.trigger)
            values = context.of_event(happened, self.form, _user(self.session, asked.by), record)
        holds = self.automation.when is None or self.automation.when.holds(values)
        if not (starts and holds):
            return Outcome(starts, holds)
        return self._performed(record, happened)

    def _performed(self, record: Record, happened: Event | None) -> Outcome:
        session = self.session
        planned = session.scalar(select(func.max(Timer.id))) or 0
        about: About = {
            "key": f"rehearsal:{self.automation.version_id}",
            "form_id": self.form.definition_id,
            "record_id": record.id,
        }
        if happened is not None:
            about["event_id"] = happened.id
        run = runs.record(session, self.automation, "running", **about)
        made = tuple(self._steps(run))
        started = session.scalars(select(Run.automation_id).where(Run.id > run.id).order_by(Run.id))
        others = tuple(dict.fromkeys(started))
        moments = tuple(session.scalars(select(Timer).where(Timer.id > planned, Timer.state == "planned")))
        _keep(session, *moments, *(row for each in made for row in (*each.writes, *each.letters)))
        return Outcome(True, True, made, others, moments, run.reason if run.state == "skipped" else "")

    def _steps(self, run: Run) -> Iterator[Made]:
        """Each action's doings; after the one that fails comes none."""
        onlooker = None if sees_all(self.user) else self.user
        working = runs.steps(self.session, run, onlooker)
        for at, action in enumerate(self.automation.actions):
            savepoint = self.session.begin_nested()
            try:
                found = next(working, None)
            except runs.FAILURES as error:
                savepoint.rollback()
                yield Made(action, error=runs.reason_of(error))
                return
            savepoint.commit()
            if found is None:  # it was skipped as a whole
                return
            yield self._made(action, run, at, found[1])

    def _made(self, action: Document, run: Run, at: int, result: Mapping[str, Any]) -> Made:
        step_id = self.session.scalar(select(Step.id).where(Step.run_id == run.id, Step.index == at))
        written = result.get("created", []) + result.get("updated", [])
        form = lookup.form(self.automation.app, str(action["form"])) if written else None
        writes = _events(self.session, run, form, written) if form else []
        readable = query.titles(form, written, user=self.user) if form else {}
        own = select(Delivery).where(Delivery.step_id == step_id).order_by(Delivery.id)
        letters = list(self.session.scalars(own))
        return Made(
            action,
            tuple(writes[:MOST_SHOWN]),
            {(form.definition_id, key): title for key, title in readable.items()} if form else {},
            tuple(letters[:MOST_SHOWN]),
            tuple(result.get("left_out", ())),
            more=max(0, max(len(writes), len(letters)) - MOST_SHOWN),
        )


def _user(session: Session, user_id: int | None) -> User | None:
    return None if user_id is None else session.get(User, user_id)


def _event(form: Form, record: Record, asked: Asked) -> Event:
    """The event as the save would have written it; nobody listens to it."""
    own = {key: value for key, value in record.whole.items() if form.fields[key].type.stored}
    before = {"created": {}, "deleted": own}.get(asked.how, {**asked.before})
    after = {} if asked.how == "deleted" else own
    made = Event(
        kind=asked.how,
        form_id=form.definition_id,
        version_id=form.version_id,
        record_id=record.id,
        revision=record.revision,
        origin="page",
        user_id=asked.by,
        before=before,
        after=after,
        changed=changes.differing(before, after),
    )
    db.session.add(made)
    db.session.flush()
    return made


def _keep(session: Session, *rows: Any) -> None:
    """Let rows be read after the roll-back that takes them out of the database."""
    for row in rows:
        session.expunge(row)


def _events(session: Session, run: Run, form: Form, written: list[int]) -> list[Event]:
    """The last event of each record that this step wrote; one that changed nothing has none."""
    own = select(Event).where(
        Event.run_id == run.id, Event.form_id == form.definition_id, Event.record_id.in_(written)
    )
    latest = {each.record_id: each for each in session.scalars(own.order_by(Event.id))}
    return list(latest.values())
