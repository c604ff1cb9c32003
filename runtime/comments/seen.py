"""How far somebody has read the comments on a record: what came since is new to him."""

from typing import Any

from sqlalchemy import Select, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from runtime.accounts.models import User
from runtime.comments.models import Comment, Seen
from runtime.db import db
from runtime.definitions.documents import Form
from runtime.notifications.models import Delivery, Notice
from runtime.records.purging import AFTER_PURGE
from runtime.times import now

_seen: Any = Seen.__table__


def last_seen(user_id: Any, form_id: Any, record_id: Any) -> Any:
    """The id of the last comment that somebody saw, 0 for none, as a part of a statement."""
    own = (Seen.user_id == user_id, Seen.form_id == form_id, Seen.record_id == record_id)
    return func.coalesce(select(Seen.last_id).where(*own).scalar_subquery(), 0)


def note(user: User, form: Form, record_id: int, last: int) -> None:
    """Note that somebody has seen the comments up to this one, and with them what he was told of them; never commits.

    What is not written yet cannot be seen, and what was seen stays so.
    """
    there = select(func.max(Comment.id)).where(*_on(form, record_id))
    last = min(last, db.session.scalar(there) or 0)
    if last <= 0:
        return
    row = {"user_id": user.id, "form_id": form.definition_id, "record_id": record_id, "last_id": last}
    dialect = postgresql if db.session.connection().dialect.name == "postgresql" else sqlite
    insertion = dialect.insert(_seen).values(row)
    later = _seen.c.last_id < insertion.excluded.last_id
    db.session.execute(
        insertion.on_conflict_do_update(
            index_elements=[_seen.c.form_id, _seen.c.record_id, _seen.c.user_id],
            set_={"last_id": insertion.excluded.last_id},
            where=later,
        )
    )
    told = Notice.delivery_id.in_(_told(user, form, record_id, last))
    unread = (Notice.user_id == user.id, Notice.read_at.is_(None), told)
    db.session.execute(
        update(Notice).where(*unread).values(read_at=now()), execution_options={"synchronize_session": False}
    )


def _told(user: User, form: Form, record_id: int, last: int) -> Select[Any]:
    about = (Delivery.form_id == form.definition_id, Delivery.record_id == record_id)
    return select(Delivery.id).where(*about, Delivery.user_id == user.id, Delivery.comment_id <= last)


def _on(form: Form, record_id: int) -> tuple[Any, ...]:
    return Comment.form_id == form.definition_id, Comment.record_id == record_id


def _go_with_record(session: Session, form_id: int, record_id: int) -> None:
    session.execute(delete(Seen).where(Seen.form_id == form_id, Seen.record_id == record_id))


AFTER_PURGE.append(_go_with_record)
