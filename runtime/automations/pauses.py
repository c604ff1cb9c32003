"""Switches automations off and on: by people, and by itself when one fails again and again."""

from flask_babel import gettext as _
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from runtime.accounts.models import User
from runtime.automations import owners
from runtime.automations.models import Pause, Run
from runtime.notifications.markdown import escaped
from runtime.times import now

MAX_FAILURES = 20

_PAUSED = select(Pause.automation_id, Pause.version_id)  # few: they wait for somebody to switch them on again


def paused(session: Session) -> set[tuple[int, int | None]]:
    """The automations that are switched off: with the version that is, or None when every version is."""
    return {(automation_id, version_id) for automation_id, version_id in session.execute(_PAUSED)}


def pause_of(session: Session, automation_id: int, version_id: int | None) -> Pause | None:
    """Why this version of an automation does not run; None when it does."""
    pause = session.get(Pause, automation_id, populate_existing=True)
    return pause if pause and pause.version_id in (None, version_id) else None


def switch_off(session: Session, automation_id: int, user: User | None = None) -> None:
    """Let no version of the automation run, until somebody switches it on."""
    pause = session.get(Pause, automation_id) or Pause(automation_id=automation_id)
    pause.version_id, pause.reason, pause.by, pause.at = None, "", user and user.id, now()
    session.add(pause)
    session.flush()


def switch_on(session: Session, automation_id: int) -> None:
    """Let the automation run again; one that kept failing is off again after one more failure in a row."""
    session.execute(delete(Pause).where(Pause.automation_id == automation_id))


def after_failure(session: Session, run: Run) -> None:
    """Switch the run's automation version off when its last 20 runs all failed."""
    states = session.scalars(
        select(Run.state)
        .where(Run.version_id == run.version_id, Run.state.in_(("done", "failed")))
        .order_by(Run.id.desc())
        .limit(MAX_FAILURES)
    ).all()
    if len(states) < MAX_FAILURES or "done" in states:
        return
    if pause_of(session, run.automation_id, run.version_id) is not None:
        return
    session.merge(Pause(automation_id=run.automation_id, version_id=run.version_id, reason=run.reason))
    owners.tell(session, run, _subject, _body)


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
