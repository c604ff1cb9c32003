"""Sharing the preview of a draft: an address for a week, for colleagues who may see the app."""

import secrets
from datetime import timedelta

from sqlalchemy import delete, select

from builder import drafts
from builder.commands import Target
from builder.models_shares import Share
from runtime.accounts.models import User
from runtime.db import db
from runtime.definitions.models import App, Definition
from runtime.times import now

LIFETIME = timedelta(days=7)


def share(user: User, app: str, definition_id: int) -> Share:
    """Share the preview of a draft under a new address; an earlier one is void."""
    unshare(user, app, definition_id)
    made = Share(
        definition_id=definition_id,
        token=secrets.token_urlsafe(32),
        by=user.id,
        expires_at=now() + LIFETIME,
    )
    db.session.add(made)
    db.session.flush()
    return made


def unshare(user: User, app: str, definition_id: int) -> None:
    """Let the address of a preview lead nowhere."""
    drafts.require_designer(user)
    drafts.lock(app)
    db.session.execute(delete(Share).where(Share.definition_id == definition_id))


def of_draft(definition_id: int) -> Share | None:
    """How the preview of a draft is shared now, if it is."""
    own = select(Share).where(Share.definition_id == definition_id, Share.expires_at > now())
    return db.session.scalar(own)


def find(app: str, token: str) -> tuple[Target, Share] | None:
    """What is shared under this token of an app."""
    row = db.session.execute(
        select(Definition.kind, Definition.key, Share)
        .join(Share, Share.definition_id == Definition.id)
        .join(App, App.id == Definition.app_id)
        .where(App.key == app, Share.token == token, Share.expires_at > now())
    ).one_or_none()
    return None if row is None else (Target(row.kind, row.key), row.Share)
