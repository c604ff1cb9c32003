"""Telling people of what was published: the inbox and, where there is a mail server, a mail.

They read the name of the app and what was written for them, nothing of the documents and not the note, which begins
with the names of what changed: not everybody may know of every form and field.
"""

from collections.abc import Mapping, Sequence

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from builder import publish
from builder.amending import Answers
from builder.commands import Target
from runtime.accounts.models import User, UserRole
from runtime.db import db
from runtime.definitions import lookup
from runtime.definitions.models import Definition, Version
from runtime.notifications import deliveries
from runtime.notifications.deliveries import Content, Source
from runtime.notifications.markdown import escaped
from runtime.text import localized

CHANNELS = ("inbox", "email")


def publish_and_tell(
    user: User | None,
    app: str,
    chosen: Sequence[Target],
    note: str,
    answers: Mapping[tuple[str, str], Answers],
    *,
    told: str | None,
) -> list[Version]:
    """Publish these drafts, and tell everybody with a role in the app when that brought anything new into force: in the
    publishing transaction, so that it happens once and never without it. `told` is what they read; None tells nobody.
    """
    last = db.session.scalar(select(func.max(Version.id))) or 0
    versions = publish.publish_together(user, app, chosen, note, answers)
    fresh = [version for version in versions if version.id > last]
    if fresh and told is not None:
        _published(db.session(), app, fresh[0].definition_id, told)
    return versions


def _published(session: Session, app: str, definition_id: int, told: str) -> None:
    info = lookup.app_info(app)
    for user in _people(session, app):
        with force_locale(user.locale):
            title = localized(info.title, user.locale, info.default_locale)
            subject = str(_("“%(app)s” has changed", app=title))
            body = escaped(told.strip()) or escaped(str(_("A new version is in use.")))
        _tell(session, definition_id, user, Content(subject, body, f"/apps/{app}/", user.locale))


def failed(session: Session, definition: Definition, user: User, reason: str, link: str) -> None:
    """Tell whoever planned a publish that it did not happen, and why."""
    with force_locale(user.locale):
        subject = str(_("A planned publish did not happen"))
    _tell(session, definition.id, user, Content(subject, escaped(reason), link, user.locale))


def _people(session: Session, app: str) -> list[User]:
    holders = select(UserRole.user_id).where(UserRole.app == app)
    return list(session.scalars(select(User).where(User.id.in_(holders), User.active).order_by(User.id)))


def _tell(session: Session, definition_id: int, user: User, content: Content) -> None:
    # It is about no record; ids of records begin with 1.
    about = Source(step_id=None, run_id=None, form_id=definition_id, record_id=0)
    deliveries.make(session, about, user, content, CHANNELS)
