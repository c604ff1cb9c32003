"""Whether an automation runs: published, switched on or off, by whom and why."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select

from builder import automation_counts, backfilling, drafts, publish, reviewed
from builder.automation_counts import Count
from builder.commands import Target
from builder.studio import Studio
from runtime.accounts.models import User
from runtime.automations import pauses
from runtime.automations.models import Pause
from runtime.db import db
from runtime.definitions import lookup, schemas
from runtime.definitions.models import App, Definition, Version
from runtime.errors import NotFound
from runtime.times import now


@dataclass(frozen=True)
class State:
    """How an automation stands. `by` switched it off at `at`; `failing` says that it did so itself, and why;
    `number` is the version in force (0: none), `changed` that the draft is another.
    """

    number: int
    changed: bool
    off: bool = False
    by: str = ""
    at: datetime | None = None
    failing: str = ""

    @property
    def runs(self) -> bool:
        """Whether it runs now."""
        return self.number > 0 and not self.off


def state(app: str, key: str, document: object) -> State:
    """How an automation stands, whose draft is this document."""
    definition = _definition(app, key)
    version = db.session.get(Version, definition.current_version_id or 0)
    number, changed = (version.number, version.document != document) if version else (0, True)
    pause = pauses.pause_of(db.session(), definition.id, definition.current_version_id)
    if pause is None:
        return State(number, changed)
    user = None if pause.by is None else db.session.get(User, pause.by)
    failing = pause.reason if pause.version_id is not None else ""
    return State(number, changed, True, user.name if user else "", pause.at, failing)


def _definition(app: str, key: str) -> Definition:
    found = drafts.find(app, "automation", key)
    if found is None:
        raise NotFound
    return found


def off_keys(app: str) -> set[str]:
    """The automations of an app that are switched off, by people or by themselves."""
    rows = (
        select(Definition.key)
        .join(App, App.id == Definition.app_id)
        .join(Pause, Pause.automation_id == Definition.id)
        .where(
            App.key == app,
            or_(Pause.version_id.is_(None), Pause.version_id == Definition.current_version_id),
        )
    )
    return set(db.session.scalars(rows))


def switch(
    user: User,
    app: str,
    key: str,
    seen: Mapping[Target, str],
    *,
    on: bool,
    publishing: bool = False,
    backfill: bool = False,
) -> None:
    """Switch an automation on or off; the caller commits. With `publishing` its draft comes into force first, with
    `backfill` records that are there already get their reminders; both only of what was `seen`.

    Invalid when the draft cannot be published, Conflict when it is another one by now or nothing could run.
    """
    drafts.require_designer(user)
    definition = _definition(app, key)
    if not on:
        backfilling.end(db.session(), definition.id)
        pauses.switch_off(db.session(), definition.id, user)
        return
    if publishing or backfill:
        drafts.lock(app)
        reviewed.require(app, reviewed.with_app(app, [Target("automation", key)]), seen)
    if publishing:
        publish.publish(user, app, "automation", key)
    pauses.switch_on(db.session(), definition.id)
    if backfill and definition.current_version_id is not None:
        backfilling.ask(db.session(), definition.current_version_id)


def would_have_run(studio: Studio) -> Count | None:
    """How often the draft would have started last week; None when that cannot be said."""
    document = studio.document
    form = lookup.form_if_any(studio.app, str(document["trigger"].get("form", "")))
    if form is None or schemas.validate("automation", document):
        return None
    return automation_counts.last_week(form, document, now(), studio.user)
