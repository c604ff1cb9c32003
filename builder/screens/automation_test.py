"""Tries an automation with a record: what it would do, before it does anything."""

from collections.abc import Mapping
from typing import Any

from flask import g
from flask_babel import lazy_gettext as _l

from builder import problems as judged
from builder.dry_run_view import candidates
from builder.screens.automation_steps import state_of
from builder.studio import Studio
from runtime.automations.triggers import TRIGGERS
from runtime.definitions.documents import Form
from runtime.fields import Reader

HOW = {"created": _l("was just created"), "updated": _l("was changed"), "deleted": _l("is deleted")}
MOMENT = {"moment": _l("has come to its moment")}


class AutomationTest:
    """Tab “Test”."""

    name = "automation.test"
    kind = "automation"
    tab = "test"
    title = _l("Test")
    order = 20
    template = "builder/automation/test.html"

    def count(self, studio: Studio) -> int | None:
        """Nothing to count."""
        return None

    def context(self, studio: Studio) -> Mapping[str, Any]:
        """The records to choose from, what to pretend, and the result when it was just tried."""
        choice = candidates(studio)
        trigger = studio.document["trigger"]
        known = TRIGGERS.get(str(trigger.get("type")))
        how = MOMENT if known is not None and known.planned else HOW
        listed = trigger.get("on", ("created", "updated"))
        first = next((each for each in how if each in listed), next(iter(how)))
        return {
            **state_of(studio),
            "choice": choice,
            "ways": how,
            "way": studio.asked.get("how") if studio.asked.get("how") in how else first,
            "fields": _fields(studio, choice.form) if choice.form else {},
            "field": studio.asked.get("field", ""),
            "before": studio.asked.get("before", "")[:2000],
            "errors": judged.errors(studio),
            "result": g.get("dry_run"),
            "fault": g.get("dry_run_fault", ""),
        }


def _fields(studio: Studio, form: Form) -> dict[str, str]:
    """The fields that could have been something else before."""
    return {key: studio.text(each.title) for key, each in form.fields.items() if each.type.stored}


def reader_for(studio: Studio, form: Form) -> Reader:
    """How this person types values."""
    return Reader(studio.locale, studio.user.zone or form.zone)


plugin = AutomationTest()
