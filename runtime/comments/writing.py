"""Writing, changing and deleting comments."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from runtime.accounts.models import User
from runtime.comments import attached, telling
from runtime.comments.models import Comment
from runtime.comments.people import mentioned
from runtime.comments.seen import last_seen
from runtime.db import db
from runtime.definitions.documents import Form
from runtime.errors import Conflict, Invalid, NotFound, Problem
from runtime.notifications import deliveries
from runtime.notifications.models import Delivery
from runtime.records.purging import AFTER_PURGE
from runtime.records.rows import Record
from runtime.text import clean_text
from runtime.times import now

LONGEST = 10_000
MAX_ID = 2**31  # what the column of an id holds
LATEST = 200  # of one record

# The comments on a record, newest first, with the last one that a person has seen; 0 for nobody.
_LATEST = (
    select(Comment, last_seen(bindparam("user"), bindparam("form"), bindparam("record")))
    .where(Comment.form_id == bindparam("form"), Comment.record_id == bindparam("record"))
    .order_by(Comment.id.desc())
)


@dataclass(frozen=True)
class Said:
    """A text that can be stored, whom it mentions of those who may read the record, and the keys of its files."""

    text: str
    mentioned: tuple[User, ...]
    files: tuple[str, ...] = ()


def read(
    form: Form, record: Record, text: str, files: Collection[str] = (), besides: Collection[int] = ()
) -> Said:
    """What somebody writes about a record; with files it needs no text. `besides` are the ids of people whom it
    mentions without their names. Raises Invalid. It looks through all names: before the lock of a write.
    """
    keys = attached.fit(files)
    fit = _fit(text, may_be_empty=bool(keys))
    return Said(fit, tuple(mentioned(form, record, fit, besides)), keys)


def about(form: Form, record_id: int) -> list[Comment]:
    """The latest comments on a record that somebody may read, newest first, and what they answer."""
    return [comment for comment, _is_new in _about(form, record_id, None)]


def for_reader(user: User, form: Form, record_id: int) -> list[tuple[Comment, bool]]:
    """The same, each with whether it is new to this person: by somebody else, and later than all that he has seen."""
    return _about(form, record_id, user)


def _about(form: Form, record_id: int, user: User | None) -> list[tuple[Comment, bool]]:
    place = {"form": form.definition_id, "record": record_id, "user": None if user is None else user.id}
    rows = list(db.session.execute(_LATEST.limit(LATEST), place))
    if len(rows) == LATEST:  # what the first of them answer may be older
        missing = {row[0].reply_to for row in rows} - {row[0].id for row in rows} - {None}
        rows += db.session.execute(_LATEST.where(Comment.id.in_(missing)), place)
    return [
        (comment, user is not None and comment.user_id != user.id and comment.id > last)
        for comment, last in rows
    ]


def own(user: User, form: Form, record_id: int, comment_id: int) -> Comment:
    """A comment of this person's on this record, locked; NotFound for any other."""
    found = db.session.get(Comment, comment_id, with_for_update=True, populate_existing=True)
    place = (form.definition_id, record_id, user.id)
    if found is None or (found.form_id, found.record_id, found.user_id) != place:
        raise NotFound(_("There is no such comment."))
    return found


def write(
    user: User, form: Form, record: Record, said: Said, token: str | None = None, reply_to: int | None = None
) -> Comment:
    """A comment on a record that the person may read; never commits. The same token again: what is there already.

    Conflict("token_reused") when that came with something else; Invalid when a file is not there; NotFound when what it
    answers is not. Whoever is mentioned or answered gets a notice and an e-mail, in the same transaction.
    """
    answered = None if reply_to is None else _answered(form, record.id, reply_to)
    place: dict[str, Any] = {
        "form_id": form.definition_id,
        "record_id": record.id,
        "user_id": user.id,
        "text": said.text,
        "files": list(said.files),
        "reply_to": (answered.reply_to or answered.id) if answered else None,
    }
    comment = Comment(**place, token=token)
    try:
        with db.session.begin_nested():
            db.session.add(comment)
            db.session.flush()
    except IntegrityError:
        same = select(Comment).where(Comment.user_id == user.id, Comment.token == token)
        there = db.session.scalars(same).one_or_none()
        if there is None:
            raise
        return _same(there, place)
    attached.hold(user, form, record.id, said.files)
    telling.tell(user, form, record, comment, said.mentioned, answered.user_id if answered else None)
    return comment


def _answered(form: Form, record_id: int, comment_id: int) -> Comment:
    """The comment on this record that somebody answers."""
    found = db.session.get(Comment, comment_id) if 0 < comment_id < MAX_ID else None
    if found is None or (found.form_id, found.record_id) != (form.definition_id, record_id):
        raise NotFound(_("The comment that you answer was deleted."))
    return found


def _same(there: Comment, place: dict[str, Any]) -> Comment:
    if any(getattr(there, name) != value for name, value in place.items()):
        raise Conflict(
            _("Another comment was sent from this page before. Send this one once more."), code="token_reused"
        )
    return there


def change(user: User, form: Form, record: Record, comment: Comment, said: Said, seen: str) -> None:
    """Put another text and other files in the place of a comment's; who was not told of it before is told, and what he
    was told, or still is to be, becomes the new text. Conflict when it is no longer what the person saw, by its `mark`.
    """
    if (comment.text, comment.files) == (said.text, list(said.files)):
        return
    _check(comment, seen)
    before = comment.files
    comment.text, comment.files, comment.changed_at = said.text, list(said.files), now()
    attached.hold(user, form, record.id, [key for key in said.files if key not in before])
    attached.release(key for key in before if key not in said.files)
    telling.reword(user, form, record, comment)
    telling.tell(user, form, record, comment, said.mentioned)


def drop(comment: Comment, seen: str) -> None:
    """Delete a comment, its files, and what was told of it; what answers it stays. Conflict when it is no longer what
    the person saw.
    """
    _check(comment, seen)
    deliveries.forget(db.session(), [comment.id])
    attached.release(comment.files)
    db.session.delete(comment)


def move(form: Form, record_id: int, into: int) -> None:
    """Let all comments on a record stand on another one of the form, with their files and what was told of them."""
    own = (Comment.form_id == form.definition_id, Comment.record_id == record_id)
    attached.move(form, record_id, into, db.session.scalars(select(Comment).where(*own)).all())
    for model in (Comment, Delivery):
        own = (model.form_id == form.definition_id, model.record_id == record_id)
        about = own if model is Comment else (*own, Delivery.comment_id.is_not(None))
        db.session.execute(update(model).where(*about).values(record_id=into))


def _check(comment: Comment, seen: str) -> None:
    if seen and seen != comment.mark:
        raise Conflict(
            _("Your comment was changed meanwhile, as it stands above. Send this once more to replace it."),
            code="stale",
        )


def _fit(text: str, *, may_be_empty: bool) -> str:
    try:
        fit = clean_text(text.replace("\r\n", "\n"))
    except ValueError:
        raise _wrong("unreadable", _("The comment holds characters that cannot be stored.")) from None
    if not fit and not may_be_empty:
        raise _wrong("required", _("Write a comment."))
    if len(fit) > LONGEST:
        raise _wrong("too_long", _("Write at most %(most)s characters.", most=LONGEST))
    return fit


def _wrong(code: str, message: str) -> Invalid:
    return Invalid([Problem(("text",), code, str(message))])


def _go_with_record(session: Session, form_id: int, record_id: int) -> None:
    """What was written about a record goes when the record goes for good; until then the trash keeps it."""
    own = (Comment.form_id == form_id, Comment.record_id == record_id)
    ids = list(session.scalars(select(Comment.id).where(*own)))
    if ids:
        deliveries.forget(session, ids)
        session.execute(delete(Comment).where(Comment.id.in_(ids)))


AFTER_PURGE.append(_go_with_record)
