"""Telling people of what was published: the inbox and, where there is a mail server, a mail.

They read the name of the app and what was written for them, nothing of the documents and not the note, which begins
with the names of what changed: not everybody may know of every form and field.

The publishing transaction wants it done, once for a version, and tells nobody itself: with very many people it would
keep others from writing for long. A job tells some at a time and notes with each batch how far it came.
"""

from collections.abc import Mapping, Sequence

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from builder import publish
from builder.amending import Answers
from builder.commands import Target
from builder.models_announced import Announcement
from runtime import batches, jobs, outbox
from runtime.accounts.models import User, UserRole
from runtime.db import db
from runtime.definitions import lookup
from runtime.definitions.models import App, Definition, Version
from runtime.jobs import Lease
from runtime.notifications import deliveries
from runtime.notifications.deliveries import Content, Source
from runtime.notifications.markdown import escaped
from runtime.text import localized

CHANNELS = ("inbox", "email")
KIND = "publish_told"


def publish_and_tell(
    user: User | None,
    app: str,
    chosen: Sequence[Target],
    note: str,
    answers: Mapping[tuple[str, str], Answers],
    *,
    told: str | None,
) -> list[Version]:
    """Publish these drafts, and want everybody with a role in the app told when that brought anything new into force:
    in the publishing transaction, so that it happens once and never without it. `told` is what they read; None tells
    nobody.
    """
    last = db.session.scalar(select(func.max(Version.id))) or 0
    versions = publish.publish_together(user, app, chosen, note, answers)
    fresh = [version for version in versions if version.id > last]
    if fresh and told is not None:
        _want(db.session(), fresh[0].id, told)
    return versions


def _want(session: Session, version_id: int, told: str) -> None:
    session.add(Announcement(version_id=version_id, told=told))
    session.flush()
    outbox.put(session, KIND, version_id)


@jobs.handler(KIND)
def work(lease: Lease) -> None:
    """Tell some people; the others have their turn."""
    batches.work(lease, lambda session: _batch(session, lease.ref_id))


def _batch(session: Session, version_id: int) -> bool:
    """Tell the next people; True when these were the last, after which nothing is left of it."""
    found = session.get(Announcement, version_id, with_for_update=True, populate_existing=True)
    if found is None:
        return True  # everybody was told
    is_over = _told_all(session, found)
    if is_over:
        session.delete(found)
    return is_over


def _told_all(session: Session, found: Announcement) -> bool:
    """Tell the next people; True when nobody is left."""
    definition_id, app = _of(session, found.version_id)
    if all(each.key != app for each in lookup.apps()):
        return True  # it was uninstalled meanwhile
    people = _people(session, app, found.reached)
    for user in batches.in_time(people):
        _tell(session, definition_id, user, _content(app, user, found.told))
        found.reached = user.id
    return not people or (len(people) < batches.SIZE and found.reached == people[-1].id)


def _of(session: Session, version_id: int) -> tuple[int, str]:
    """The definition of a version, and the key of its app."""
    own = select(Definition.id, App.key).join(App, App.id == Definition.app_id)
    version = own.join(Version, Version.definition_id == Definition.id).where(Version.id == version_id)
    row = session.execute(version).one()
    return row.id, row.key


def _people(session: Session, app: str, reached: int) -> list[User]:
    """The next people with a role in the app, in the order of their ids."""
    holders = select(UserRole.user_id).where(UserRole.app == app)
    next_ones = select(User).where(User.id > reached, User.id.in_(holders), User.active)
    return list(session.scalars(next_ones.order_by(User.id).limit(batches.SIZE)))


def _content(app: str, user: User, told: str) -> Content:
    info = lookup.app_info(app)
    with force_locale(user.locale):
        title = localized(info.title, user.locale, info.default_locale)
        subject = str(_("“%(app)s” has changed", app=title))
        body = escaped(told.strip()) or escaped(str(_("A new version is in use.")))
    return Content(subject, body, f"/apps/{app}/", user.locale)


def failed(session: Session, definition: Definition, user: User, reason: str, link: str) -> None:
    """Tell whoever planned a publish that it did not happen, and why."""
    with force_locale(user.locale):
        subject = str(_("A planned publish did not happen"))
    _tell(session, definition.id, user, Content(subject, escaped(reason), link, user.locale))


def _tell(session: Session, definition_id: int, user: User, content: Content) -> None:
    # It is about no record; ids of records begin with 1.
    about = Source(step_id=None, run_id=None, form_id=definition_id, record_id=0)
    deliveries.make(session, about, user, content, CHANNELS)
