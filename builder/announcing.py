"""Telling people of what was published: the inbox and, where there is a mail server, a mail.

They read the name of the app and the note, nothing of the documents: not everybody may know of every form.
"""

from collections.abc import Iterable

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from runtime.accounts.models import User, UserRole
from runtime.definitions import lookup
from runtime.definitions.models import Definition, Version
from runtime.notifications import deliveries
from runtime.notifications.deliveries import Content, Source
from runtime.notifications.markdown import escaped
from runtime.text import localized

CHANNELS = ("inbox", "email")


def published(session: Session, app: str, versions: Iterable[Version], note: str) -> int:
    """Tell everybody with a role in the app that there is something new; how many they are. A part of the publishing
    transaction, so that it happens once and never without it.
    """
    first = next(iter(versions), None)
    if first is None:
        return 0
    people, info = _people(session, app), lookup.app_info(app)
    for user in people:
        with force_locale(user.locale):
            title = localized(info.title, user.locale, info.default_locale)
            subject = str(_("“%(app)s” has changed", app=title))
            body = escaped(note) or escaped(str(_("A new version is in use.")))
        _tell(session, first.definition_id, user, Content(subject, body, f"/apps/{app}/", user.locale))
    return len(people)


def failed(session: Session, definition: Definition, user: User, reason: str, link: str) -> None:
    """Tell whoever planned a publish that it did not happen, and why."""
    with force_locale(user.locale):
        subject = str(_("A planned publish did not happen"))
    _tell(session, definition.id, user, Content(subject, escaped(reason), link, user.locale))


def _people(session: Session, app: str) -> list[User]:
    holders = select(UserRole.user_id).where(UserRole.app == app)
    return list(session.scalars(select(User).where(User.id.in_(holders), User.active).order_by(User.id)))


def _tell(session: Session, definition_id: int, user: User, content: Content) -> None:
    about = Source(step_id=None, run_id=None, form_id=definition_id, record_id=0)
    deliveries.make(session, about, user, content, CHANNELS)
