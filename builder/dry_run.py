"""A dry run: rehearses what an automation's draft would do to a record, with the drafts of it and of its messages in
force; what is written is judged like any write.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy.orm import Session

from builder import drafts, rehearsing
from builder.commands import Workspace
from builder.rehearsing import NOTHING, After, Made
from runtime import access
from runtime.accounts.models import User
from runtime.automations import context, runs
from runtime.automations.models import Timer
from runtime.automations.planning import zone_of
from runtime.automations.runs import About
from runtime.automations.triggers import TRIGGERS
from runtime.db import db, rehearsal
from runtime.definitions import lookup
from runtime.definitions.documents import Automation, Document, Form
from runtime.records import changes, query
from runtime.records.models import Event
from runtime.records.rows import Record, seen
from runtime.records.sources import seen_by


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
class Outcome:
    """What would happen. `starts` and `holds` say whether trigger and condition agree."""

    starts: bool
    holds: bool | None
    steps: tuple[Made, ...] = ()
    after: After = NOTHING
    skipped: str = ""


def dry_run(user: User, work: Workspace, key: str, document: Document, asked: Asked) -> Outcome:
    """What the document would do; NotFound for a record that the user may not read."""
    with rehearsal() as session, rehearsing.giving_way(session):
        drafts.lock(work.app)  # lest somebody publishes the same number at the same time
        _bring_into_force(session, work, key, document)
        automation = _automation(work.app, key)
        form = lookup.form(work.app, str(automation.form))
        record = seen_by(user, form, query.get(user, form, asked.record))
        hidden = access.fields(user, form).hidden
        before = seen(asked.before, hidden)
        return _Play(session, user, automation, form).outcome(record, replace(asked, before=before))


def _bring_into_force(session: Session, work: Workspace, key: str, document: Document) -> None:
    named = {str(action.get("message")) for action in document["actions"]}
    for target in work.targets("message"):
        if target.key in named:
            rehearsing.bring_into_force(session, work.app, *target, work.read(target))
    rehearsing.bring_into_force(session, work.app, "automation", key, document)


def _automation(app: str, key: str) -> Automation:
    return next(each for each in lookup.automations(app) if each.key == key)


@dataclass(frozen=True)
class _Play:
    """A dry run on its way."""

    session: Session
    user: User
    automation: Automation
    form: Form

    def _of_record(self, record: Record) -> context.Context:
        return context.of_record(record, None, zone_of(self.automation, self.form))

    def outcome(self, record: Record, asked: Asked) -> Outcome:
        trigger, happened = TRIGGERS[self.automation.trigger["type"]], None
        if trigger.planned:
            starts, values = asked.how == "moment", self._of_record(record)
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
        planned = rehearsing.last_id(session, Timer)
        about: About = {
            "key": f"rehearsal:{self.automation.version_id}",
            "form_id": self.form.definition_id,
            "record_id": record.id,
        }
        if happened is not None:
            about["event_id"] = happened.id
        run = runs.record(session, self.automation, "running", **about)
        made = tuple(rehearsing.perform(session, self.user, run))
        after = rehearsing.after(session, run.id, planned)
        return Outcome(True, True, made, after, run.reason)


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
        kept_before=before,
        kept_after=after,
        changed=changes.differing(before, after),
    )
    db.session.add(made)
    db.session.flush()
    return made
