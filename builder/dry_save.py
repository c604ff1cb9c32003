"""A dry save: rehearses what it would do to save the draft of a form, with all drafts of the app in force that have no
mistakes, so that automations can be tried before anything is published.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from builder import drafts, problems, rehearsing, switches
from builder.commands import Target
from builder.rehearsing import NOTHING, After, Made, sees_all
from builder.studio import Studio
from builder.trying import onlooker
from runtime import access
from runtime.access import FieldRights
from runtime.accounts.models import User
from runtime.automations import context
from runtime.automations.models import Run, Timer
from runtime.db import rehearsal
from runtime.definitions import lookup, roll_ups
from runtime.definitions.documents import Automation, Form
from runtime.errors import Forbidden
from runtime.records import links, rows, store, subtables, tables
from runtime.records.rows import Record
from runtime.records.sources import Actor

KINDS = ("app", "form", "message", "automation")  # as they depend on each other
OPEN = ("message", "automation")  # kinds whose drafts change nobody's rights


@dataclass(frozen=True)
class Sent:
    """What is to be saved, by whom and with which rights on the fields: a new record, or changes of `record`, which is
    as he sees it.
    """

    by: User
    rights: FieldRights
    values: Mapping[str, Any]
    record: Record | None = None


@dataclass(frozen=True)
class Ran:
    """An automation that the save started, and what it did; nothing of it would stay if one of its steps failed."""

    automation: Automation
    steps: tuple[Made, ...]


@dataclass(frozen=True)
class Saving:
    """What the save would do: the automations that run at once, what comes later, those that would have started but
    are switched off, and the drafts that were left out for their mistakes.
    """

    runs: tuple[Ran, ...] = ()
    after: After = NOTHING
    off: tuple[Automation, ...] = ()
    faulty: tuple[Target, ...] = ()


@contextmanager
def dry_save(studio: Studio, draft: Form, sent: Sent) -> Iterator[Saving]:
    """What it would do, there to be looked at until it is taken back. Invalid, Forbidden, Conflict, NotFound as a save,
    and Forbidden where trying it would tell more than this person may know.
    """
    _refuse_asking(studio, draft, sent)
    sound, faulty = _drafts(studio)
    with rehearsal() as session, rehearsing.giving_way(session):
        saving = _rehearsed(session, studio, draft, sent, sound)
        yield replace(saving, faulty=faulty)


def _rehearsed(session: Session, studio: Studio, draft: Form, sent: Sent, sound: list[Target]) -> Saving:
    switched_off = switches.off_keys(studio.app)
    drafts.lock(studio.app)  # lest somebody publishes the same number at the same time
    for target in sound:
        rehearsing.bring_into_force(session, studio.app, *target, studio.work.read(target))
    form = lookup.form(studio.app, draft.key)
    planned = rehearsing.last_id(session, Timer)
    event_id = _saved(session, form, sent, onlooker(studio))
    known = rehearsing.last_id(session, Run)
    ran = tuple(_ran(session, studio.user, run) for run in _waiting(session, event_id))
    off = (each for each in lookup.automations(studio.app) if each.key in switched_off)
    listening = tuple(each for each in off if each.form == form.key)
    return Saving(ran, rehearsing.after(session, known, planned), listening)


def _saved(session: Session, form: Form, sent: Sent, onlooker: User | None) -> int | None:
    """The event of the save; None when it changed nothing."""
    if sent.record is not None:
        _as_seen(session, form, sent.record)
    actor = Actor(user=sent.by, origin="page", tried=sent.rights, onlooker=onlooker)
    record_id = sent.record.id if sent.record else None
    return store.save(actor, form, sent.values, record_id=record_id).event_id


def _as_seen(session: Session, form: Form, record: Record) -> None:
    """Let the stored record be as it is seen: what is hidden counts as empty for all that follows."""
    stored = context.stored(form, record.id)
    if stored is None:
        return
    columns = rows.to_columns(form, record.values, tables.stored(form))
    owned = {"owner_id": record.owner_id, "department_id": record.department_id}
    own = tables.table(form)
    session.execute(update(own).where(own.c.id == record.id).values(**columns, **owned))
    subtables.write(form, record.id, stored.values, record.values)
    links.write(form, record.id, stored.values, record.values)


def _waiting(session: Session, event_id: int | None) -> list[Run]:
    found = select(Run).where(Run.event_id == event_id, Run.state == "running").order_by(Run.id)
    return [] if event_id is None else list(session.scalars(found))


def _ran(session: Session, user: User, run: Run) -> Ran:
    automation = lookup.automation_of_version(run.version_id)
    savepoint = session.begin_nested()
    steps = tuple(rehearsing.perform(session, user, run))
    if any(step.error for step in steps):
        savepoint.rollback()
    else:
        savepoint.commit()
    return Ran(automation, steps)


def _drafts(studio: Studio) -> tuple[list[Target], tuple[Target, ...]]:
    """The drafts that differ from what is in force: those to try, and those that have mistakes."""
    changed = [each for kind in KINDS for each in studio.work.targets(kind) if _is_tried(studio, each)]
    faulty = tuple(each for each in changed if problems.errors_of(studio, each))
    return [each for each in changed if each not in faulty and _tells_nothing(studio, each)], faulty


def _is_tried(studio: Studio, target: Target) -> bool:
    """Whether a draft is brought into force: one that may give rights only for people who see everything anyway, or
    where there can be no records yet.
    """
    work = studio.work
    if work.read(target) == work.in_force.get(target):
        return False
    free = target == studio.target or target.kind in OPEN or not work.is_in_force(target)
    return free or sees_all(studio.user)


def _tells_nothing(studio: Studio, target: Target) -> bool:
    """Whether a draft counts no stored records in its own way, as far as this person may not see them."""
    form = studio.context.form(target.key) if target.kind == "form" else None
    return form is None or sees_all(studio.user) or not _counts_otherwise(form)


def _refuse_asking(studio: Studio, draft: Form, sent: Sent) -> None:
    """Forbidden where the answer would tell somebody what he may not see of stored records."""
    form = lookup.form_if_any(studio.app, draft.key)
    if sees_all(studio.user):
        return
    if _counts_otherwise(draft):
        raise Forbidden(
            _("The draft counts records in another way. Until it is published, an administrator can try it.")
        )
    if form is None:
        return
    before, after = dict(_limits(form)), dict(_limits(draft))
    kept = all(after.get(key, limits) == limits for key, limits in before.items())
    if not kept or draft.owner_field != form.owner_field:
        raise Forbidden(
            _("The draft changes who may see what. Until it is published, an administrator can try it.")
        )
    if draft.unique and not access.can(studio.user, "update" if sent.record else "create", form):
        raise Forbidden(
            _("Whether a value is taken already is told only to people who may save records here.")
        )


def _counts_otherwise(draft: Form) -> bool:
    """Whether a roll-up of the draft over records there may be is not in force: it may ask for anything of them."""
    form = lookup.form_if_any(draft.app, draft.key)
    in_force = {key: each.mark for key, each in roll_ups.of(form).items()} if form else {}
    counted = (each for each in roll_ups.of(draft).values() if lookup.form_if_any(draft.app, each.form))
    return any(in_force.get(each.key) != each.mark for each in counted)


def _limits(form: Form) -> Iterator[tuple[str, Any]]:
    """Who may do what with each field, those in rows too."""
    yield from ((key, field.options.get("access")) for key, field in form.fields.items())
    for key, of_rows in form.rows.items():
        yield from ((f"{key}.{each}", limits) for each, limits in _limits(of_rows))
