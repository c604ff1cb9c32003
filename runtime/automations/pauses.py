"""Switches an automation off that fails again and again, and tells its owner."""

from flask_babel import gettext as _
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from runtime.automations import owners
from runtime.automations.models import Pause, Run
from runtime.notifications.markdown import escaped

MAX_FAILURES = 20


def after_failure(session: Session, run: Run) -> None:
    """Pause the run's automation version when its last 20 runs all failed."""
    states = session.scalars(
        select(Run.state)
        .where(Run.version_id == run.version_id, Run.state.in_(("done", "failed")))
        .order_by(Run.id.desc())
        .limit(MAX_FAILURES)
    ).all()
    if len(states) < MAX_FAILURES or "done" in states or session.get(Pause, run.version_id) is not None:
        return
    session.add(Pause(version_id=run.version_id, reason=run.reason))
    owners.tell(session, run, _subject, _body)


def resume(session: Session, version_id: int) -> None:
    """Switch the automation on again; one more failure in a row switches it off again."""
    session.execute(delete(Pause).where(Pause.version_id == version_id))


def _subject(run: Run, locale: str) -> str:
    return str(_("“%(title)s” was switched off", title=owners.title(run, locale)))


def _body(run: Run, locale: str) -> str:
    text = _(
        "The automation “%(title)s” failed %(count)s times in a row. The last reason: %(reason)s",
        title=owners.title(run, locale),
        count=MAX_FAILURES,
        reason=escaped(run.reason),
    )
    return str(text)
