"""What was done to a draft lately: a person's own steps in words, and who else is at work."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from builder.commands import Said
from builder.models import DraftCommand
from runtime.accounts.models import User
from runtime.db import db
from runtime.definitions.models import Draft
from runtime.i18n import locale
from runtime.times import now

SHOWN = 12
LATELY = timedelta(minutes=5)


@dataclass(frozen=True)
class Step:
    """Something that a person did, in the words of who reads it."""

    id: int
    told: str
    at: datetime


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
        .distinct()
        .order_by(User.name)
    )
    return list(rows.scalars())


def who(command: DraftCommand) -> str:
    """The name of the person who did it."""
    user = db.session.get(User, command.user_id or 0)
    return user.name if user else ""
