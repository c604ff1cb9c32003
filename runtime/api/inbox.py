"""The notices of the token's user."""

from flask import Response
from flask_login import current_user
from sqlalchemy import select

from runtime.api import blueprint
from runtime.api.body import answer
from runtime.db import db
from runtime.notifications.models import Notice
from runtime.times import iso

MOST = 200


@blueprint.get("/inbox")
def inbox() -> Response:
    """The newest notices first."""
    notices = db.session.scalars(
        select(Notice).where(Notice.user_id == current_user.id).order_by(Notice.id.desc()).limit(MOST)
    )
    return answer({"items": [_shown(notice) for notice in notices]})


def _shown(notice: Notice) -> dict[str, object]:
    return {
        "id": notice.id,
        "subject": notice.subject,
        "body": notice.body,
        "link": notice.link,
        "created_at": iso(notice.created_at),
        "read_at": iso(notice.read_at) if notice.read_at else None,
    }
