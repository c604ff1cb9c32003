"""Tells the people answerable for an automation that it needs them: notices in their inboxes."""

from collections.abc import Callable

from flask_babel import force_locale
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from runtime.accounts.models import User
from runtime.automations.models import Run, Step
from runtime.definitions import lookup
from runtime.definitions.models import Version
from runtime.notifications import deliveries
from runtime.notifications.deliveries import Content, Source
from runtime.text import localized

MAX_ADMINS = 20
NOTICE = "notice"

Say = Callable[[Run, str], str]


def tell(session: Session, run: Run, subject: Say, body: Say, *, once: str = "") -> None:
    """Put a notice about a run into the inbox of who published the automation, else of the administrators. What has
    a name of its own (`once`) is told one time.
    """
    if once and session.scalar(select(Step.id).where(Step.run_id == run.id, Step.item == once)) is not None:
        return
    last = None if once else session.scalar(select(func.max(Step.index)).where(Step.run_id == run.id))
    index = 0 if last is None else last + 1
    # Its own item: the run may be done again, and then its first action is step 0 too.
    step = Step(run_id=run.id, index=index, item=once or NOTICE, action=NOTICE, state="done", result={})
    session.add(step)
    session.flush()
    for user in _owners(session, run):
        with force_locale(user.locale):
            content = Content(subject(run, user.locale), body(run, user.locale), "", user.locale)
        deliveries.make(
            session, Source(step.id, run.id, run.form_id, run.record_id), user, content, ["inbox"]
        )


def _owners(session: Session, run: Run) -> list[User]:
    publisher = session.get_one(Version, run.version_id).published_by
    user = None if publisher is None else session.get(User, publisher)
    if user is not None and user.active:
        return [user]
    admins = select(User).where(User.is_admin, User.active).order_by(User.id).limit(MAX_ADMINS)
    return list(session.scalars(admins))


def title(run: Run, locale: str) -> str:
    """What the run's automation is called."""
    return localized(lookup.automation_of_version(run.version_id).title, locale)
