"""What was done to a draft lately: a person's own steps in words, and who else is at work."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, true

from builder.commands import Said, Target
from builder.diff import Path
from builder.models import DraftCommand
from runtime.accounts.models import User
from runtime.db import db
from runtime.definitions.models import Definition, Draft
from runtime.i18n import locale
from runtime.times import now

SHOWN = 12
LISTED = 50
LATELY = timedelta(minutes=5)


@dataclass(frozen=True)
class Step:
    """Something that a person did, in the words of who reads it."""

    id: int
    told: str
    at: datetime


@dataclass(frozen=True)
class Change(Step):
    """A step of anybody; `undone` when it was taken back since."""

    by: str
    undone: bool


def changes(draft: Draft, before: int | None = None) -> list[Change]:
    """What anybody did to the draft, newest first: a page of `LISTED`, of those earlier than the step `before`."""
    rows = db.session.execute(
        select(DraftCommand, User.name)
        .outerjoin(User, User.id == DraftCommand.user_id)
        .where(DraftCommand.definition_id == draft.definition_id)
        .where(DraftCommand.id < before if before else true())
        .order_by(DraftCommand.id.desc())
        .limit(LISTED)
    )
    return [
        Change(did.id, Said(*did.words).tell(locale()), did.at, name or "", did.state != "done")
        for did, name in rows
    ]


def latest(user: User, draft: Draft, state: str, most: int = SHOWN) -> list[Step]:
    """This person's last steps in this state, newest first."""
    rows = db.session.execute(
        select(DraftCommand.id, DraftCommand.words, DraftCommand.at)
        .where(
            DraftCommand.definition_id == draft.definition_id,
            DraftCommand.user_id == user.id,
            DraftCommand.state == state,
        )
        .order_by(DraftCommand.id.desc())
        .limit(most)
    )
    return [Step(row.id, Said(*row.words).tell(locale()), row.at) for row in rows]


def others(user: User, draft: Draft) -> list[str]:
    """The names of the others who changed this draft in the last minutes."""
    rows = db.session.execute(
        select(User.name)
        .join(DraftCommand, DraftCommand.user_id == User.id)
        .where(
            DraftCommand.definition_id == draft.definition_id,
            DraftCommand.user_id != user.id,
            DraftCommand.at > now() - LATELY,
        )
        .group_by(User.name, User.name_key)
        .order_by(User.name_key)
    )
    return list(rows.scalars())


def changed_since(command: DraftCommand, target: Target, path: Path) -> DraftCommand | None:
    """The newest command after this one, to any draft of the app, that changed what stands at a path of a draft."""
    app = select(Definition.app_id).where(Definition.id == command.definition_id).scalar_subquery()
    later = (
        select(DraftCommand)
        .join(Definition, Definition.id == DraftCommand.definition_id)
        .where(Definition.app_id == app, DraftCommand.id > command.id, DraftCommand.state == "done")
        .order_by(DraftCommand.id.desc())
    )
    return next((each for each in db.session.scalars(later) if _changes(each, target, path)), None)


def _changes(command: DraftCommand, target: Target, path: Path) -> bool:
    """Whether the command changed what stands there, something in it, or something around it."""
    changed = (at for kind, key, listed in command.changes if (kind, key) == target for at, *_ in listed)
    return any(list(path[: len(at)]) == at[: len(path)] for at in changed)


def who(command: DraftCommand) -> str:
    """The name of the person who did it."""
    user = db.session.get(User, command.user_id or 0)
    return user.name if user else ""
