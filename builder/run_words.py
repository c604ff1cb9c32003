"""What each action of a run did, in words, for whoever designs the automation."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select

from builder.automation_words import Words
from builder.studio import Studio
from runtime import access
from runtime.automations.models import Run, Step
from runtime.db import db
from runtime.definitions import lookup
from runtime.definitions.documents import Automation, Form


def of_runs(studio: Studio, runs: Iterable[Run]) -> dict[int, list[str]]:
    """By run, a sentence for each action that was done or left out; none of those that tell what is hidden."""
    may_know = {run.id: run for run in runs if tells_nothing_hidden(studio, run)}
    own = select(Step).where(Step.run_id.in_(may_know), Step.item == "").order_by(Step.index)
    told: dict[int, list[str]] = {}
    for step in db.session.scalars(own) if may_know else ():
        automation = lookup.automation_of_version(may_know[step.run_id].version_id)
        told.setdefault(step.run_id, []).append(_told(studio, automation, step))
    return told


def tells_nothing_hidden(studio: Studio, run: Run) -> bool:
    """Whether no action depends on what is hidden from this person: by its condition, its wait, what it looks for or
    whom it means.
    """
    automation, form = lookup.automation_of_version(run.version_id), lookup.form_by_id_if_any(run.form_id)
    if studio.user.is_admin:
        return True
    if form is None or _read(automation) & _hidden(studio, form):
        return False
    targets = ((lookup.form_if_any(form.app, str(each["form"])), each) for each in _looking(automation))
    return all(target and not _hidden(studio, target) & each["match"].keys() for target, each in targets)


def _looking(automation: Automation) -> list[Mapping[str, Any]]:
    return [each for each in automation.actions if "match" in each and "form" in each]


def _read(automation: Automation) -> set[str]:
    """The fields of the record on which it depends what actions do, and to how many."""
    waits = {str(action.get("wait", {}).get("until")) for action in automation.actions}
    people = {
        str(named)
        for action in automation.actions
        for spec in action.get("to", ())
        for named in spec.values()
    }
    sought = {
        name for each in _looking(automation) for text in each["match"].values() for name in _names(text)
    }
    asked = {path.split(".")[-1] for each in automation.only_if if each for path in each.reads}
    return waits | people | sought | asked


def _names(formula: Any) -> set[str]:
    """The fields that a formula reads; in doubt rather more."""
    return set(re.findall(r"\w+", formula)) if isinstance(formula, str) else set()


def _hidden(studio: Studio, form: Form) -> frozenset[str]:
    return frozenset(access.fields(studio.user, form).hidden)


def _told(studio: Studio, automation: Automation, step: Step) -> str:
    action = automation.actions[step.index] if step.index < len(automation.actions) else {}
    words = Words(studio, automation.document)
    what = f"{step.index + 1}. {words.action(action)}"
    if step.state == "skipped":
        return str(_("%(action)s: not done. %(condition)s", action=what, condition=words.condition(action)))
    found = "; ".join(results(step.result or {}))
    return str(_("%(action)s: %(result)s", action=what, result=found)) if found else what


def results(result: Mapping[str, Any]) -> Iterator[str]:
    """What a result says, in short."""
    if result.get("created"):
        yield str(ngettext("%(num)d record created", "%(num)d records created", len(result["created"])))
    if "updated" in result and not result.get("created"):
        yield str(ngettext("%(num)d record changed", "%(num)d records changed", len(result["updated"])))
    if "deleted" in result:
        yield str(ngettext("%(num)d record deleted", "%(num)d records deleted", len(result["deleted"])))
    if "comment" in result:
        yield str(_("1 comment added"))
    if "webhook" in result:
        yield str(_("a request to %(host)s", host=result["host"]))
    if "recipients" in result:
        yield str(ngettext("to %(num)d person", "to %(num)d people", len(result["recipients"])))
    if "stop" in result:
        yield str(_("the run ends here"))
