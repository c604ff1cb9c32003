"""Named states of a draft: kept until somebody removes them, to compare with and to go back to."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import Select, delete, func, select

from builder import drafts
from builder.commands import Target
from builder.models_checkpoints import Checkpoint
from builder.workspaces import draft_of
from runtime import documents
from runtime.accounts.models import User
from runtime.db import db
from runtime.definitions.models import Draft
from runtime.errors import Invalid, NotFound, Problem
from runtime.text import clean_text

LONGEST = 100
MOST = 50  # of one definition: each holds the whole document


@dataclass(frozen=True)
class Named:
    """A checkpoint with who made it."""

    checkpoint: Checkpoint
    by: str


def listed(draft: Draft) -> list[Named]:
    """The named states of a draft, newest first."""
    rows = db.session.execute(
        select(Checkpoint, User.name)
        .outerjoin(User, User.id == Checkpoint.user_id)
        .where(Checkpoint.definition_id == draft.definition_id)
        .order_by(Checkpoint.id.desc())
    )
    return [Named(each, name or "") for each, name in rows]


def add(user: User, app: str, target: Target, name: str) -> Checkpoint:
    """Give the draft as it is a name; the caller commits. The same once more changes nothing. Invalid for a name that
    is none or taken, and for one state too many.
    """
    drafts.require_designer(user)
    drafts.lock(app)
    draft, name = draft_of(app, target), _name(name)
    known = db.session.scalar(_own(draft.definition_id).where(Checkpoint.name == name))
    if known is not None and documents.same(known.document, draft.document):
        return known
    if known is not None:
        raise _refused(_("Another state is called “%(name)s” already.", name=name))
    if _count(draft) >= MOST:
        raise _refused(_("There are %(count)s named states already: remove one first.", count=MOST))
    made = Checkpoint(definition_id=draft.definition_id, name=name, document=draft.document, user_id=user.id)
    db.session.add(made)
    db.session.flush()
    return made


def find(app: str, target: Target, number: int) -> Checkpoint:
    """A named state of this draft; NotFound for any other."""
    own = _own(draft_of(app, target).definition_id)
    found = db.session.scalar(own.where(Checkpoint.id == number))
    if found is None:
        raise NotFound(_("There is no such state any more."))
    return found


def remove(user: User, app: str, target: Target, number: int) -> str:
    """Forget a named state; the draft stays as it is. Its name; the caller commits."""
    drafts.require_designer(user)
    drafts.lock(app)
    found = find(app, target, number)
    db.session.delete(found)
    return found.name


def forget(definition_ids: Sequence[int]) -> None:
    """What goes with the drafts of definitions that are taken out."""
    db.session.execute(delete(Checkpoint).where(Checkpoint.definition_id.in_(definition_ids)))


def _own(definition_id: int) -> Select[Checkpoint]:
    return select(Checkpoint).where(Checkpoint.definition_id == definition_id)


def _count(draft: Draft) -> int:
    own = select(func.count(Checkpoint.id)).where(Checkpoint.definition_id == draft.definition_id)
    return db.session.scalar(own) or 0


def _name(typed: str) -> str:
    try:
        name = " ".join(clean_text(typed).split())
    except ValueError:
        raise _refused(_("This text holds characters that cannot be stored.")) from None
    if not name:
        raise _refused(_("Type a name for this state."))
    if len(name) > LONGEST:
        raise _refused(_("This name is too long: at most %(limit)s characters.", limit=LONGEST))
    return name


def _refused(sentence: str) -> Invalid:
    return Invalid([Problem(("name",), "name", sentence)])
