"""Telling people of comments: whoever is mentioned, and whoever is answered."""

from collections.abc import Collection

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select

from runtime.accounts.models import User
from runtime.comments.models import Comment
from runtime.comments.people import readers
from runtime.db import db
from runtime.definitions.documents import Form
from runtime.notifications import deliveries
from runtime.notifications.deliveries import Content, Source
from runtime.notifications.markdown import escaped
from runtime.notifications.models import Delivery
from runtime.records import query
from runtime.records.rows import Record

CHANNELS = ("inbox", "email")


def tell(
    user: User,
    form: Form,
    record: Record,
    comment: Comment,
    mentioned: Collection[User],
    answered: int | None = None,
) -> None:
    """Tell whom a comment mentions and whom it answers, once each and never its writer; who was told before is not told
    again. Of these only who may read the record.
    """
    known = {user.id, *_told(comment)}
    for reader in mentioned:
        if reader.id not in known:
            known.add(reader.id)
            _make(user, form, record, comment, reader, is_answer=False)
    if answered is not None and answered not in known:
        for reader in readers(form, record, User.id == answered):
            _make(user, form, record, comment, reader, is_answer=True)


def reword(user: User, form: Form, record: Record, comment: Comment) -> None:
    """Let what people were told of a comment, or still are to be, be its new text, for those who may still read it."""
    known = _told(comment)
    for reader in readers(form, record, User.id.in_(known)) if known else ():
        body = _content(user, form, record, comment, reader, is_answer=False).body
        deliveries.reword(db.session(), comment.id, reader.id, body)


def _told(comment: Comment) -> set[int]:
    about = Delivery.comment_id == comment.id
    return set(db.session.scalars(select(Delivery.user_id).where(about).distinct()))


def _make(user: User, form: Form, record: Record, comment: Comment, reader: User, *, is_answer: bool) -> None:
    source = Source(None, None, form.definition_id, record.id, comment.id)
    content = _content(user, form, record, comment, reader, is_answer=is_answer)
    deliveries.make(db.session(), source, reader, content, CHANNELS)


def _content(
    user: User, form: Form, record: Record, comment: Comment, reader: User, *, is_answer: bool
) -> Content:
    """What somebody is told: in his language, with the title as he may see it."""
    with force_locale(reader.locale):
        title = query.title_for(reader, form, record.id)
        subject = (
            _("%(who)s answered you: %(title)s", who=user.name, title=title)
            if is_answer
            else _("%(who)s mentioned you: %(title)s", who=user.name, title=title)
        )
        body = _("%(who)s wrote about %(title)s:", who=escaped(user.name), title=escaped(title))
    path = f"/apps/{form.app}/forms/{form.key}/{record.id}/"
    quoted = "\n".join(f"> {line}" for line in comment.text.split("\n"))
    return Content(subject[:500], f"{body}\n\n{quoted}", path, reader.locale)
