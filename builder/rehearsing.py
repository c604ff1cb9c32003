"""What rehearsals share: saves and runs that really happen, by the code that does them else, in a transaction that is
always rolled back. Nothing is rung, nothing leaves, serial numbers are drawn and given back.

An administrator sees what would really happen. For anybody else what he may not see counts as empty, and is not
found; and automations write with his rights. Else a draft could be made to ask for values that are hidden from him.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from builder import drafts
from runtime import access
from runtime.accounts.models import User
from runtime.automations import performing, runs
from runtime.automations.models import Run, Step, Timer
from runtime.db import is_passing
from runtime.definitions import lookup
from runtime.definitions.documents import Automation, Document, Form
from runtime.definitions.models import Version
from runtime.errors import Conflict
from runtime.notifications.models import Delivery
from runtime.records import query, tables
from runtime.records.models import Event

MOST_SHOWN = 50  # records and messages of one step
LONGEST = "5s"  # that one statement may take


@dataclass(frozen=True)
class Made:
    """What one action did. `writes` are events that no longer exist, of records of `form`, `letters` deliveries of
    the same kind; `titles` are of the written records that the person may read, by id. `skipped` says that its
    condition did not hold.
    """

    action: Document
    form: Form | None = None
    writes: tuple[Event, ...] = ()
    titles: Mapping[int, str] = field(default_factory=dict)
    letters: tuple[Delivery, ...] = ()
    left_out: tuple[Mapping[str, str], ...] = ()
    error: str = ""
    more: int = 0
    result: Mapping[str, Any] = field(default_factory=dict)
    skipped: bool = False
    waits_until: datetime | None = None


@dataclass(frozen=True)
class After:
    """What would come of it later: the automations that the writes would start, the moments that would be planned
    and what plans them.
    """

    others: tuple[Automation, ...] = ()
    timers: tuple[tuple[Timer, Automation], ...] = ()


NOTHING = After()


def sees_all(user: User) -> bool:
    """Whether nothing is hidden from this person, so that a rehearsal goes as the real thing would."""
    return access.can(user, "administer", "platform")


def bring_into_force(session: Session, app: str, kind: str, key: str, document: Document) -> None:
    """Let the document be the version in force; the tables of a form get their columns, but no index."""
    definition = drafts.get_or_create(app, kind, key)
    last = session.scalar(select(func.max(Version.number)).where(Version.definition_id == definition.id))
    version = Version(definition_id=definition.id, number=(last or 0) + 1, document=document)
    session.add(version)
    session.flush()
    definition.current_version_id = version.id
    if kind == "form" and not definition.table_name:
        definition.table_name = tables.table_name(app, key, definition.id)
    session.flush()
    lookup.changed(version.id)
    if kind == "form":
        tables.make_room(session, lookup.form(app, key))


@contextmanager
def giving_way(session: Session) -> Iterator[None]:
    """Work that is refused, Conflict, rather than wait for others or let them wait for long."""
    tables.give_way(session)
    if tables.is_postgres(session):
        session.execute(select(func.set_config("statement_timeout", LONGEST, True)))
    try:
        yield
    except DBAPIError as error:
        if not is_passing(error):
            raise
        raise Conflict(_("Others are at work with these records. Please try again in a moment.")) from error


def last_id(session: Session, model: type[Run] | type[Timer]) -> int:
    """Where the rows end now, so that what comes later can be told from them."""
    return session.scalar(select(func.max(model.id))) or 0


def after(session: Session, run_id: int, timer_id: int) -> After:
    """What came after this last run and this last timer."""
    started = session.scalars(select(Run.automation_id).where(Run.id > run_id).order_by(Run.id))
    others = tuple(map(lookup.automation_by_id, dict.fromkeys(started)))
    timers = session.scalars(select(Timer).where(Timer.id > timer_id, Timer.state == "planned")).all()
    keep(session, timers)
    return After(others, tuple((each, lookup.automation_by_id(each.automation_id)) for each in timers))


def perform(session: Session, user: User, run: Run) -> Iterator[Made]:
    """What each action of a waiting run does; after the one that fails comes none."""
    automation = lookup.automation_of_version(run.version_id)
    working = performing.steps(session, run, None if sees_all(user) else user, tried=True)
    for at, action in enumerate(automation.actions):
        savepoint = session.begin_nested()
        try:
            found = next(working, None)
        except runs.FAILURES as error:
            savepoint.rollback()
            yield Made(action, error=runs.reason_of(error))
            return
        savepoint.commit()
        if found is None:  # it was skipped as a whole
            return
        made = _made(session, user, run, (automation.app, at, action), found.result)
        yield replace(made, skipped=found.is_skipped, waits_until=found.waits_until)


def _made(
    session: Session, user: User, run: Run, done: tuple[str, int, Document], result: Mapping[str, Any]
) -> Made:
    app, at, action = done
    step_id = session.scalar(select(Step.id).where(Step.run_id == run.id, Step.index == at))
    written = result.get("created", []) + result.get("updated", [])
    form = lookup.form(app, str(result["form"])) if written else None
    writes = _events(session, run, form, written) if form else []
    own = select(Delivery).where(Delivery.step_id == step_id).order_by(Delivery.id)
    letters = session.scalars(own).all()
    keep(session, [*writes, *letters])
    return Made(
        action,
        form,
        tuple(writes[:MOST_SHOWN]),
        query.titles(form, written, user=user) if form else {},
        tuple(letters[:MOST_SHOWN]),
        tuple(result.get("left_out", ())),
        more=max(0, max(len(writes), len(letters)) - MOST_SHOWN),
        result=result,
    )


def _events(session: Session, run: Run, form: Form, written: list[int]) -> list[Event]:
    """The last event of each record that this step wrote; one that changed nothing has none."""
    own = select(Event).where(
        Event.run_id == run.id, Event.form_id == form.definition_id, Event.record_id.in_(written)
    )
    latest = {each.record_id: each for each in session.scalars(own.order_by(Event.id))}
    return list(latest.values())


def keep(session: Session, rows: Any) -> None:
    """Let rows be read after the roll-back that takes them out of the database."""
    for row in rows:
        session.expunge(row)
