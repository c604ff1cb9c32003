"""The versions of a definition: what came into force when, and taking a publish back while nothing came of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import exists, select

from builder import amending, backfilling, conversion, definitions, drafts, publish
from builder.commands import Target
from builder.models_amendments import Amendment
from builder.models_backfills import Backfill
from builder.studio import Studio
from runtime.accounts.models import User
from runtime.automations import timers
from runtime.automations.models import Run, Timer
from runtime.db import db
from runtime.definitions import lookup
from runtime.definitions.models import Definition, Draft, Version
from runtime.errors import Conflict, NotFound
from runtime.records.models import Event
from runtime.times import now

UNDO_WITHIN = timedelta(minutes=10)
_OWN_WORK = (conversion.ORIGIN, amending.ORIGIN, amending.BACK)


@dataclass(frozen=True)
class Release:
    """A version with who published it, what that changed in stored records and which of them got reminders with it;
    `in_force` is the one that people work with now.
    """

    version: Version
    by: str
    in_force: bool
    amendment: Amendment | None = None
    backfills: Sequence[Backfill] = ()


def releases(app: str, target: Target) -> list[Release]:
    """Every version, newest first."""
    definition = drafts.find(app, *target)
    if definition is None:
        raise NotFound(_("There is nothing here."))
    rows = db.session.execute(
        select(Version, User.name, Amendment)
        .outerjoin(User, User.id == Version.published_by)
        .outerjoin(Amendment, Amendment.version_id == Version.id)
        .where(Version.definition_id == definition.id)
        .order_by(Version.number.desc())
    )
    current = definition.current_version_id
    backfills = _backfills(definition.id)
    return [
        Release(version, by or "", version.id == current, done, backfills.get(version.id, ()))
        for version, by, done in rows
    ]


def _backfills(definition_id: int) -> dict[int, list[Backfill]]:
    """By version."""
    found: dict[int, list[Backfill]] = {}
    own = select(Version.id).where(Version.definition_id == definition_id)
    for each in db.session.scalars(
        select(Backfill).where(Backfill.version_id.in_(own)).order_by(Backfill.id)
    ):
        found.setdefault(each.version_id, []).append(each)
    return found


def changed(app: str) -> list[Target]:
    """The drafts of an app that differ from what is in force, or were never published."""
    rows = db.session.execute(
        select(Definition.kind, Definition.key, Draft.document, Version.document)
        .join(Draft, Draft.definition_id == Definition.id)
        .outerjoin(Version, Version.id == Definition.current_version_id)
        .where(Definition.app_id == drafts.app_id(app))
        .order_by(Definition.id)
    )
    return [Target(kind, key) for kind, key, draft, live in rows if draft != live]


def proposed(studio: Studio, candidates: Sequence[Target]) -> set[Target]:
    """What to publish together with a draft unless the person thinks otherwise: it, and what was never
    published and so nobody could use yet.
    """
    app = Target("app", studio.app)
    new = {target for target in candidates if not studio.work.is_in_force(target)}
    return {studio.target, *(new & _needed(studio, new)), *({app} & set(candidates))}


def _needed(studio: Studio, new: set[Target]) -> set[Target]:
    """The new definitions that the draft names, and those that they name."""
    needed: set[Target] = set()
    waiting = [studio.target]
    while waiting:
        named = _texts(studio.work.read(waiting.pop()))
        for target in new - needed:
            if target.key in named:
                needed.add(target)
                waiting.append(target)
    return needed


def _texts(document: Any) -> set[str]:
    if isinstance(document, dict):
        return {text for value in document.values() for text in _texts(value)}
    if isinstance(document, list):
        return {text for value in document for text in _texts(value)}
    return {document} if isinstance(document, str) else set()


def undoable(app: str, target: Target) -> Version | None:
    """The version in force, while its publish can still be taken back: it is fresh and nothing was done by it."""
    definition = drafts.find(app, *target)
    if definition is None:
        raise NotFound(_("There is nothing here."))
    version = db.session.get(Version, definition.current_version_id or 0)
    if version is None or now() - version.published_at > UNDO_WITHIN or _was_used(version):
        return None
    return version


def _was_used(version: Version) -> bool:
    uses = (
        # What the product itself took over from another field is still there in that one, and what publishing
        # changed is taken back; what was taken back is not done again.
        # Removing a record for good is no use of the version that is in force by then.
        exists().where(
            Event.version_id == version.id, Event.origin.not_in(_OWN_WORK), Event.kind != "purged"
        ),
        exists().where(Amendment.version_id == version.id, Amendment.undoes.is_not(None)),
        exists().where(Run.version_id == version.id),
        exists().where(Timer.version_id == version.id, Timer.state == "sent"),
    )
    return any(db.session.scalar(select(use)) for use in uses)


def undo_publish(user: User, app: str, target: Target) -> Version | None:
    """Bring back what was in force before, under a new number; None when there was nothing: then it is retired.

    Conflict once somebody wrote something by the new version, or ten minutes have passed.
    """
    drafts.require_designer(user)
    drafts.lock(app)
    version = undoable(app, target)
    if version is None:
        sentence = _("This can no longer be undone: it is too long ago, or somebody used it already.")
        raise Conflict(sentence, code="used")
    backfilling.take_back(db.session(), version)
    if version.number > 1:
        return _brought_back(user, app, target, version)
    definitions.take_out([db.session.get_one(Definition, version.definition_id)], keep_drafts=True)
    return None


def _brought_back(user: User, app: str, target: Target, version: Version) -> Version:
    """What was in force before, with the values that publishing had changed and the timers that it withdrew."""
    before = publish.rollback(user, app, *target, version.number - 1)
    definition = db.session.get_one(Definition, version.definition_id)
    if target.kind == "form":
        amending.take_back(db.session(), lookup.form_by_id(definition.id), version)
    for automation in _automations(definition):
        timers.give_back(db.session(), automation, version.published_at)
    return before


def _automations(definition: Definition) -> list[int]:
    """The automations whose timers publishing a definition is asked about."""
    if definition.kind == "app":
        return publish.automations_in_force(definition.app_id)
    return [definition.id] if definition.kind == "automation" else []
