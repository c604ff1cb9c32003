"""What starts an automation, what must hold, what it does: cards in the order in which they run."""

from collections.abc import Mapping
from datetime import date, datetime, time
from functools import partial
from typing import Any

from babel.dates import format_datetime, format_skeleton
from flask import g
from flask_babel import lazy_gettext as _l

from builder import moments, old_records, reviewed, switches
from builder import problems as judged
from builder.automation_cards import action_cards, own_panel, said_at, trigger_card
from builder.automation_values import sources_by_group
from builder.automation_words import RUN_AS, Words, offset
from builder.condition_editor import Place, editor
from builder.dry_run_view import Candidate, candidates
from builder.matching import matching
from builder.moments import Planned
from builder.studio import Studio
from runtime.automations import holidays
from runtime.automations.actions import ACTIONS
from runtime.automations.triggers import TRIGGERS
from runtime.forms.conditions.lines import Line
from runtime.records import query
from runtime.times import now

PLACES = ("trigger", "when", "actions")


class AutomationSteps:
    """Tab “Steps”."""

    name = "automation.steps"
    kind = "automation"
    tab = "steps"
    title = _l("Steps")
    order = 10
    template = "builder/automation/steps.html"
    script = tuple(f"designer-{each}.js" for each in ("lift", "lists", "automation", "suggest", "formula"))

    def count(self, studio: Studio) -> int | None:
        """How many actions there are."""
        return len(studio.document["actions"])

    def context(self, studio: Studio) -> Mapping[str, Any]:
        """The cards, what could be added, and what stands against publishing."""
        words, refused = Words(studio), g.get("refused")
        found = judged.errors(studio)
        elsewhere = [each.message for each in found if not (each.path and each.path[0] in PLACES)]
        return {
            **state_of(studio),
            "words": words,
            "trigger": trigger_card(studio, words, found, refused),
            "triggers": list(TRIGGERS.values()),
            "when": _condition(studio),
            "when_problems": said_at(found, ("when",)),
            "matching": matching(studio),
            "cards": action_cards(studio, words, found, refused),
            "actions": list(ACTIONS.values()),
            "own": own_panel(studio, refused),
            "run_as": RUN_AS[studio.document.get("run_as", "starter")],
            "elsewhere": elsewhere,
            "offset": offset,
            "by_group": sources_by_group,
            "wall": partial(_wall, studio.locale),
            "weekday": partial(_weekday, studio.locale),
            "preview": _preview(studio),
        }


def state_of(studio: Studio) -> dict[str, Any]:
    """What the strip above every tab shows: on or off, and when asked how often it would have run."""
    asked = studio.asked.get("ask") == "on"
    old = old_records.ahead(studio) if asked else None
    return {
        "state": switches.state(studio.app, studio.target.key, studio.document),
        "asking": asked,
        "marks": _marks(studio) if asked else {},
        "would_have": switches.would_have_run(studio) if asked else None,
        "old_records": old,
        "old_records_told": old and old_records.told(old),
    }


def _marks(studio: Studio) -> dict[str, str]:
    """The marks of what switching on may publish."""
    with_it = reviewed.with_app(studio.app, [studio.target])
    marks = {f"{each.kind}/{each.key}": reviewed.mark(studio.app, each) for each in with_it}
    name = "/".join(studio.target)
    # The draft was read before: what came since was not seen.
    return {**marks, name: f"{studio.revision}-{marks[name].partition('-')[2]}"}


def _condition(studio: Studio) -> Any:
    """The editor of the condition; one that is just begun has a line to complete."""
    form = str(studio.document["trigger"].get("form", ""))
    begun = Line() if studio.selected == "when" and "when" not in studio.document else None
    place = Place("when", "automation.when", f"event:{form}")
    return editor(studio, place, studio.document.get("when", {}), begun)


def _preview(studio: Studio) -> dict[str, Any] | None:
    """The next moments for a record that was chosen, where a date starts it."""
    trigger = studio.document["trigger"]
    if trigger.get("type") != "date_reached":
        return None
    choice = candidates(studio)
    zone = str(trigger.get("zone") or studio.zone)
    return {"choice": choice, "zone": zone, "moments": _moments(studio, choice.chosen, zone)}


def _moments(studio: Studio, chosen: Candidate | None, zone: str) -> list[Planned]:
    trigger = studio.document["trigger"]
    if chosen is None:
        return []
    record = query.get(studio.user, chosen.form, chosen.id)
    value = record.values.get(str(trigger.get("field")))
    calendar = holidays.calendar(studio.app_document)
    return moments.next_moments(value, trigger, zone, calendar, now())


def _wall(locale: str, moment: datetime) -> str:
    """A moment as the wall shows it, with how far the clock is from UTC."""
    day = format_skeleton("yMMMEd", moment, locale=locale)
    return f"{day} {format_datetime(moment, 'HH:mm (ZZZZ)', locale=locale)}"


def _weekday(locale: str, day: date) -> str:
    return format_skeleton("MMMEd", datetime.combine(day, time()), locale=locale)


plugin = AutomationSteps()
