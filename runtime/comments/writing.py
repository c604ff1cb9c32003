"""Writing, changing and deleting comments, and telling those whom they mention."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from runtime.accounts.models import User
from runtime.comments.models import Comment
from runtime.comments.people import mentioned, readers
from runtime.db import db
from runtime.definitions.documents import Form
from runtime.errors import Conflict, Invalid, NotFound, Problem
from runtime.notifications import deliveries
from runtime.notifications.deliveries import Content, Source
from runtime.notifications.markdown import escaped
from runtime.notifications.models import Delivery
from runtime.records import query
from runtime.records.purging import AFTER_PURGE
from runtime.records.rows import Record
from runtime.text import clean_text
from runtime.times import now

LONGEST = 10_000
LATEST = 200  # of one record
CHANNELS = ("inbox", "email")


@dataclass(frozen=True)
class Said:
    """A text that can be stored, and whom it mentions of those who may read the record."""

    text: str
    mentioned: tuple[User, ...]


def read(form: Form, record: Record, text: str) -> Said:
    """What somebody writes about a record. Raises Invalid. It looks through all names: before the lock of a write."""
    fit = _fit(text)
    return Said(fit, tuple(mentioned(form, record, fit)))


def about(form: Form, record_id: int) -> list[Comment]:
    """The latest comments on a record that somebody may read, newest first."""
    own = (Comment.form_id == form.definition_id, Comment.record_id == record_id)
    return list(db.session.scalars(select(Comment).where(*own).order_by(Comment.id.desc()).limit(LATEST)))


def own(user: User, form: Form, record_id: int, comment_id: int) -> Comment:
    """A comment of this person's on this record, locked; NotFound for any other."""
    found = db.session.get(Comment, comment_id, with_for_update=True, populate_existing=True)
    place = (form.definition_id, record_id, user.id)
    if found is None or (found.form_id, found.record_id, found.user_id) != place:
        raise NotFound(_("There is no such comment."))
    return found


def write(user: User, form: Form, record: Record, said: Said, token: str | None = None) -> Comment:
    """A comment on a record that the person may read; never commits. The same token again: what is there already.

    Conflict("token_reused") when that came with something else. Whoever is mentioned gets a notice and an e-mail, in
    the same transaction.
    """
    place: dict[str, Any] = {
        "form_id": form.definition_id,
        "record_id": record.id,
        "user_id": user.id,
        "text": said.text,
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
    _tell(user, form, record, comment, said)
    return comment


def _same(there: Comment, place: dict[str, Any]) -> Comment:
    if any(getattr(there, name) != value for name, value in place.items()):
        raise Conflict(
            _("Another comment was sent from this page before. Send this one once more."), code="token_reused"
        )
    return there


def change(user: User, form: Form, record: Record, comment: Comment, said: Said, seen: str) -> None:
    """Put another text in the place of a comment's; who was not told of it before is told, and what he was told, or
    still is to be, becomes the new text. Conflict when it is no longer what the person saw, known by its `mark`.
    """
    if comment.text == said.text:
        return
    _check(comment, seen)
    comment.text, comment.changed_at = said.text, now()
    known = db.session.scalars(
        select(Delivery.user_id).where(Delivery.comment_id == comment.id).distinct()
    ).all()
    for reader in readers(form, record, User.id.in_(known)) if known else ():
        body = _content(user, form, record, comment, reader).body
        deliveries.reword(db.session(), comment.id, reader.id, body)
    _tell(user, form, record, comment, said, known)


def drop(comment: Comment, seen: str) -> None:
    """Delete a comment, and what was told of it. Conflict when it is no longer what the person saw."""
    _check(comment, seen)
    deliveries.forget(db.session(), [comment.id])
    db.session.delete(comment)


def move(form: Form, record_id: int, into: int) -> None:
    """Let all comments on a record stand on another one of the form, with what was told of them."""
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


def _fit(text: str) -> str:
    try:
        fit = clean_text(text.replace("\r\n", "\n"))
    except ValueError:
        raise _wrong("unreadable", _("The comment holds characters that cannot be stored.")) from None
    if not fit:
        raise _wrong("required", _("Write a comment."))
    if len(fit) > LONGEST:
        raise _wrong("too_long", _("Write at most %(most)s characters.", most=LONGEST))
    return fit


def _wrong(code: str, message: str) -> Invalid:
    return Invalid([Problem(("text",), code, str(message))])


def _tell(
    user: User, form: Form, record: Record, comment: Comment, said: Said, known: Collection[int] = ()
) -> None:
    source = Source(None, None, form.definition_id, record.id, comment.id)
    for reader in said.mentioned:
        if reader.id != user.id and reader.id not in known:
            content = _content(user, form, record, comment, reader)
            deliveries.make(db.session(), source, reader, content, CHANNELS)


def _content(user: User, form: Form, record: Record, comment: Comment, reader: User) -> Content:
    """What somebody is told who is mentioned: in his language, with the title as he may see it."""
    with force_locale(reader.locale):
        title = query.title_for(reader, form, record.id)
        subject = _("%(who)s mentioned you: %(title)s", who=user.name, title=title)
        body = _("%(who)s wrote about %(title)s:", who=escaped(user.name), title=escaped(title))
    path = f"/apps/{form.app}/forms/{form.key}/{record.id}/"
    quoted = "\n".join(f"> {line}" for line in comment.text.split("\n"))
    return Content(subject[:500], f"{body}\n\n{quoted}", path, reader.locale)


def _go_with_record(session: Session, form_id: int, record_id: int) -> None:
    """What was written about a record goes when the record goes for good; until then the trash keeps it."""
    own = (Comment.form_id == form_id, Comment.record_id == record_id)
    ids = list(session.scalars(select(Comment.id).where(*own)))
    if ids:
        deliveries.forget(session, ids)
        session.execute(delete(Comment).where(Comment.id.in_(ids)))


AFTER_PURGE.append(_go_with_record)
