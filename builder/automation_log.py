"""The runs of one automation, for whoever designs it."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from builder import drafts, run_words
from builder.studio import Studio
from runtime.automations import runs
from runtime.automations.models import Run
from runtime.db import db
from runtime.definitions import lookup
from runtime.definitions.models import Version
from runtime.errors import NotFound
from runtime.records import query
from runtime.text import localized

PAGE = 50


@dataclass(frozen=True)
class Line:
    """One run. `place` and `title` are of its record, if the person may read it; else its reason is theirs
    to see only as administrator. `steps` say what each action did, or why it did nothing, `until` when it goes on.
    """

    run: Run
    number: int
    place: str
    title: str
    reason: str
    steps: tuple[str, ...] = ()
    until: datetime | None = None


@dataclass(frozen=True)
class Log:
    """A page of runs, newest first; `older` is the id to go on from. `counts` are how many of each state."""

    lines: list[Line]
    older: int
    counts: dict[str, int]


def log(studio: Studio, before: int = 0) -> Log:
    """The runs of the automation in all its versions."""
    definition = drafts.find(studio.app, "automation", studio.target.key)
    if definition is None:
        raise NotFound
    own = Run.automation_id == definition.id
    chosen = select(Run, Version.number).join(Version, Version.id == Run.version_id).where(own)
    if before:
        chosen = chosen.where(Run.id < before)
    found = list(db.session.execute(chosen.order_by(Run.id.desc()).limit(PAGE + 1)))
    counts = db.session.execute(
        select(Run.state, func.count().label("number")).where(own).group_by(Run.state)
    )
    titles = _titles(studio, [run for run, _number in found])
    lines = [_line(studio, run, number, titles) for run, number in found[:PAGE]]
    steps = run_words.of_runs(studio, [each.run for each in lines if each.place or studio.user.is_admin])
    lines = [replace(each, steps=tuple(steps.get(each.run.id, ()))) for each in lines]
    return Log(lines, lines[-1].run.id if len(found) > PAGE else 0, {row.state: row.number for row in counts})


def _titles(studio: Studio, listed: list[Run]) -> dict[tuple[int, int], tuple[str, str]]:
    """Address and title of the records that the person may read, by form and id."""
    found: dict[tuple[int, int], tuple[str, str]] = {}
    for form_id in {run.form_id for run in listed}:
        form = lookup.form_by_id_if_any(form_id)
        if form is None:
            continue
        ids = {run.record_id for run in listed if run.form_id == form_id}
        for record_id, title in query.titles(form, ids, user=studio.user).items():
            told = title or f"{localized(form.title, studio.locale)} {record_id}"
            found[form_id, record_id] = (f"/apps/{form.app}/forms/{form.key}/{record_id}/", told)
    return found


def _line(studio: Studio, run: Run, number: int, titles: dict[tuple[int, int], Any]) -> Line:
    place, title = titles.get((run.form_id, run.record_id), ("", ""))
    waits = run.state == "waiting" and bool(place) and run_words.tells_nothing_hidden(studio, run)
    may_know = bool(place) or studio.user.is_admin or run.state == "skipped"
    return Line(
        run, number, place, title, run.reason if may_know else "", until=run.due_at if waits else None
    )


def again(app: str, key: str, run_id: int) -> None:
    """Let a failed run of the automation be tried once more; the caller commits. NotFound for any other."""
    definition = drafts.find(app, "automation", key)
    run = db.session.get(Run, run_id) if run_id < 2**63 else None
    if run is None or definition is None or run.automation_id != definition.id or run.state != "failed":
        raise NotFound
    runs.again(db.session(), run)
