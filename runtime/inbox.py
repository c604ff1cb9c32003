"""The inbox: the notices of the person who asks, and of nobody else."""

from flask import Blueprint, Response, make_response, render_template, url_for
from sqlalchemy import bindparam, func, select, update

from runtime.accounts.models import User
from runtime.accounts.sessions import signed_in_user
from runtime.db import db
from runtime.endpoints import id_argument
from runtime.errors import NotFound
from runtime.htmx import go_to
from runtime.links import own_path
from runtime.notifications.models import Notice
from runtime.times import now

inbox = Blueprint("inbox", __name__, url_prefix="/inbox")
PAGE = 30
_UNREAD = select(func.count(Notice.id)).where(
    Notice.user_id == bindparam("user_id"), Notice.read_at.is_(None)
)


def unread(user: User) -> int:
    """How many notices the user has not opened."""
    return db.session.scalar(_UNREAD, {"user_id": user.id}) or 0


def newest(user: User, limit: int, before: int | None = None, *, unread_only: bool = False) -> list[Notice]:
    """The user's notices, newest first, older than the one with the id `before`."""
    chosen = select(Notice).where(Notice.user_id == user.id).order_by(Notice.id.desc()).limit(limit)
    if before is not None:
        chosen = chosen.where(Notice.id < before)
    if unread_only:
        chosen = chosen.where(Notice.read_at.is_(None))
    return list(db.session.scalars(chosen))


@inbox.get("/")
def index() -> Response:
    """One page of notices."""
    user, before = signed_in_user(), id_argument("before")
    found = newest(user, PAGE + 1, before)
    older = url_for("inbox.index", before=found[PAGE - 1].id) if len(found) > PAGE else ""
    context = {"notices": found[:PAGE], "older": older, "paged": before is not None, "unread": unread(user)}
    return make_response(render_template("inbox/index.html", **context))


@inbox.get("/badge")
def badge() -> Response:
    """The way to the inbox with the present number of unread notices, for the top of an open page."""
    return make_response(render_template("inbox/_badge.html", count=unread(signed_in_user())))


@inbox.post("/<int:notice_id>/open")
def open_notice(notice_id: int) -> Response:
    """Mark a notice as read and go to what it is about."""
    notice = db.session.scalar(
        select(Notice).where(Notice.id == notice_id, Notice.user_id == signed_in_user().id)
    )
    if notice is None:
        raise NotFound
    notice.read_at = notice.read_at or now()
    db.session.commit()
    return go_to(own_path(notice.link, url_for("inbox.index")))


@inbox.post("/read")
def read_all() -> Response:
    """Mark every notice as read."""
    mine = (Notice.user_id == signed_in_user().id, Notice.read_at.is_(None))
    db.session.execute(update(Notice).where(*mine).values(read_at=now()))
    db.session.commit()
    return go_to(url_for("inbox.index"))
