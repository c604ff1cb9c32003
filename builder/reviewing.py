"""Review of messages before they may be used: draft → in review → approved or sent back, bound to a revision.

Where the app's settings say so, a message is published only after somebody approved exactly this draft who
neither wrote it last nor asked for the review.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from builder import drafts
from builder.models_reviews import Review
from runtime.accounts.models import User
from runtime.db import db
from runtime.definitions.models import Draft
from runtime.errors import Conflict, Forbidden, Problem

LONGEST = 1000  # characters of a comment


@dataclass(frozen=True)
class Standing:
    """How the review of a draft stands: draft, asked, approved or returned, and the last word on it."""

    state: str
    by: str = ""
    comment: str = ""
    asked_by: int | None = None


def standing(draft: Draft) -> Standing:
    """The review of the draft as it is now."""
    rows = db.session.execute(
        select(Review, User.name)
        .join(User, User.id == Review.by)
        .where(Review.definition_id == draft.definition_id, Review.revision == draft.revision)
        .order_by(Review.id.desc())
    ).all()
    if not rows:
        return Standing("draft")
    last, by = rows[0]
    asked = next((review.by for review, _name in rows if review.state == "asked"), None)
    return Standing(last.state, by, last.comment, asked)


def history(draft: Draft) -> list[tuple[Review, str]]:
    """Every step of every review with who did it, newest first."""
    rows = db.session.execute(
        select(Review, User.name)
        .join(User, User.id == Review.by)
        .where(Review.definition_id == draft.definition_id)
        .order_by(Review.id.desc())
        .limit(20)
    )
    return [(review, name) for review, name in rows]


def may_judge(user: User, draft: Draft, now: Standing) -> bool:
    """Whether this person may approve: not the one who wrote it last or asked."""
    return now.state == "asked" and user.id not in (draft.updated_by, now.asked_by)


def ask(user: User, draft: Draft, comment: str) -> None:
    """Ask for a review; Conflict while one is asked for or done, and when nothing was changed."""
    drafts.require_designer(user)
    if draft.revision == 0:
        raise Conflict(_("There is nothing to review: the text is the one in use."), code="unchanged")
    if standing(draft).state in ("asked", "approved"):
        raise Conflict(_("A review of this text was asked for already."), code="asked")
    _note(user, draft, "asked", comment)


def judge(user: User, draft: Draft, *, approved: bool, comment: str) -> None:
    """Approve or send back; Forbidden for the author, Conflict when no review is asked for."""
    drafts.require_designer(user)
    now = standing(draft)
    if now.state != "asked":
        raise Conflict(_("No review is asked for, or the text was changed since."), code="stale")
    if not may_judge(user, draft, now):
        raise Forbidden(_("Somebody else than the author must review this."))
    _note(user, draft, "approved" if approved else "returned", comment)


def _note(user: User, draft: Draft, state: str, comment: str) -> None:
    db.session.add(
        Review(
            definition_id=draft.definition_id,
            revision=draft.revision,
            state=state,
            by=user.id,
            comment=comment.strip()[:LONGEST],
        )
    )
    db.session.flush()


def is_needed(app: Mapping[str, Any]) -> bool:
    """Whether the app's own document says that messages need a review."""
    return bool(app.get("review"))


def hindrance(app: str, key: str) -> Problem | None:
    """Why the draft of a message may not be published yet, where the app asks for reviews."""
    if standing(drafts.read_draft(app, "message", key)).state == "approved":
        return None
    return Problem((), "review", _("Somebody else must review this message and approve it first."))
