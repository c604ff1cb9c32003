"""Publishing at a later moment.

What was looked at is published, or nothing: when a draft was changed or published meanwhile, when it has errors by
then or whoever planned it may not publish any more, the plan fails with the reason, and its maker is told in the inbox.
The end of the plan and the versions are one transaction, so that a worker that is killed at any moment publishes once
or not yet.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from builder import announcing, drafts, publish, reviewed
from builder.amending import Answers, Change
from builder.commands import Target
from builder.models_planned import PlannedPublish
from builder.studio import PLURALS
from runtime import documents, jobs, outbox, times
from runtime.accounts.models import User
from runtime.db import db, transaction
from runtime.definitions.models import App
from runtime.errors import Conflict, Forbidden, FormwrightError, Invalid, NotFound, Problem
from runtime.i18n import moment_text
from runtime.jobs import Lease

KIND = "planned_publish"
LONGEST = timedelta(days=366)
TOLD = timedelta(days=7)  # for which a plan that failed is shown


def plan(
    user: User,
    app: str,
    chosen: Sequence[Target],
    answers: Mapping[tuple[str, str], Answers],
    at: datetime,
    note: str = "",
    *,
    told: str | None = None,
) -> PlannedPublish:
    """Plan to publish these drafts as they are now; `told` is what people with a role read then, None tells nobody. The
    app's turn must be held. Raises Invalid for a moment that is no time to come, and for what would be refused now,
    Conflict for drafts of which one is planned already: the second plan would be sure to fail.
    """
    drafts.require_designer(user)
    if not times.now() < at < times.now() + LONGEST:
        raise Invalid([Problem(("at",), "at", _("Choose a moment that is still to come, within a year."))])
    _refuse_planned(app, chosen)
    publish.judged(app, chosen)
    planned = PlannedPublish(
        app_id=db.session.scalars(select(App.id).where(App.key == app)).one(),
        chosen=[list(each) for each in chosen],
        seen=_seen(app, chosen),
        answers={f"{kind}/{key}": _stored(each) for (kind, key), each in answers.items()},
        note=note[:500],
        tells=told is not None,
        told=(told or "")[:500],
        at=at,
        by=user.id,
    )
    db.session.add(planned)
    db.session.flush()
    outbox.put(db.session(), KIND, planned.id, due_at=at)
    return planned


def _refuse_planned(app: str, chosen: Sequence[Target]) -> None:
    own = select(PlannedPublish).join(App, App.id == PlannedPublish.app_id)
    for each in db.session.scalars(own.where(App.key == app, PlannedPublish.state == "waiting")):
        if {tuple(name) for name in each.chosen} & {tuple(target) for target in chosen}:
            when = moment_text(each.at)
            raise Conflict(_("This is planned for %(moment)s already.", moment=when), code="planned")


def _seen(app: str, chosen: Sequence[Target]) -> dict[str, str]:
    """The marks of what comes into force, by `kind/key`, each with a digest of the document: the draft of something
    that was deleted and made again begins to count anew.
    """
    own = [publish.Change(*each, drafts.read_draft(app, *each).document) for each in chosen]
    return {f"{each.kind}/{each.key}": _mark(app, each) for each in publish.with_app(app, own)}


def _mark(app: str, change: publish.Change) -> str:
    text = documents.dumps(change.document, sort_keys=True)
    return f"{reviewed.mark(app, Target(change.kind, change.key))} {sha256(text.encode()).hexdigest()}"


def listed(app: str) -> list[tuple[PlannedPublish, str]]:
    """What waits, and what failed not long ago, each with who planned it; the next first."""
    lately = PlannedPublish.at > times.now() - TOLD
    shown = or_(PlannedPublish.state == "waiting", (PlannedPublish.state == "failed") & lately)
    rows = db.session.execute(
        select(PlannedPublish, User.name)
        .join(User, User.id == PlannedPublish.by)
        .join(App, App.id == PlannedPublish.app_id)
        .where(App.key == app, shown)
        .order_by(PlannedPublish.at, PlannedPublish.id)
        .limit(20)
    )
    return [(planned, name) for planned, name in rows]


def cancel(user: User | None, app: str, planned_id: int) -> None:
    """Publish it not; NotFound when there is no such plan in the app, Conflict when it does not wait any more."""
    drafts.require_designer(user)
    planned = db.session.scalar(
        select(PlannedPublish)
        .join(App, App.id == PlannedPublish.app_id)
        .where(App.key == app, PlannedPublish.id == planned_id)
        .with_for_update(of=PlannedPublish)
    )
    if planned is None:
        raise NotFound(_("There is no such plan."))
    if planned.state != "waiting":
        raise Conflict(_("This was published or cancelled meanwhile."), code="over")
    planned.state = "cancelled"
    outbox.cancel(db.session(), KIND, [planned.id])


def _given_up(session: Session, planned_id: int, error: str) -> None:
    """What it broke of is in the dead letter, and is nothing for people to read."""
    planned = _locked(session, planned_id)
    with force_locale(session.get_one(User, planned.by).locale):
        reason = _(
            "The server failed at it again and again. An administrator finds the reason in the log of runs."
        )
    _fail(session, planned_id, reason)


@jobs.handler(KIND, on_dead=_given_up)
def work(lease: Lease) -> None:
    """Publish what was planned, or say why not."""
    try:
        with transaction() as session:
            lease.renew(session)
            planned = _locked(session, lease.ref_id)
            if planned.state == "waiting":
                _publish(session, planned)
            lease.finish(session)
    except (Invalid, Conflict, Forbidden, NotFound) as error:
        db.session.rollback()
        with transaction() as session:
            lease.renew(session)
            _fail(session, lease.ref_id, _told(error))
            lease.finish(session)


def _locked(session: Session, planned_id: int) -> PlannedPublish:
    return session.get_one(PlannedPublish, planned_id, populate_existing=True, with_for_update=True)


def _publish(session: Session, planned: PlannedPublish) -> None:
    user, app = session.get_one(User, planned.by), session.get_one(App, planned.app_id).key
    with force_locale(user.locale):
        if not user.active:
            raise Forbidden(_("You may not change definitions."))
        drafts.lock(app)
        chosen = [Target(*each) for each in planned.chosen]
        if _seen(app, chosen) != planned.seen:
            raise Conflict(
                _("This was changed after you looked at it, so nothing was published."), code="reviewed"
            )
        answers = {_name(name): _answers(each) for name, each in planned.answers.items()}
        told = planned.told if planned.tells else None
        announcing.publish_and_tell(user, app, chosen, planned.note, answers, told=told)
    planned.state = "done"


def _fail(session: Session, planned_id: int, reason: str) -> None:
    planned = _locked(session, planned_id)
    if planned.state != "waiting":
        return
    planned.state, planned.reason = "failed", reason[:2000]
    app, (kind, key) = session.get_one(App, planned.app_id).key, planned.chosen[0]
    definition, user = drafts.find(app, kind, key), session.get_one(User, planned.by)
    if definition is not None:
        announcing.failed(
            session, definition, user, reason, f"/apps/{app}/{PLURALS[kind]}/{key}/design/publish"
        )


def _told(error: FormwrightError) -> str:
    if isinstance(error, Invalid):
        return " ".join(dict.fromkeys(each.message for each in error.problems))
    return error.message


def _name(text: str) -> tuple[str, str]:
    kind, _slash, key = text.partition("/")
    return kind, key


def _stored(answers: Answers) -> Any:
    changes = [list(each) for each in answers.changes]
    return {"changes": changes, "timers": answers.timers, "backfill": answers.backfill}


def _answers(stored: Any) -> Answers:
    return Answers(tuple(Change(*each) for each in stored["changes"]), stored["timers"], stored["backfill"])
