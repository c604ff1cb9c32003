"""Chooses what starts an automation."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

from flask_babel import gettext as _

from builder.commands._automations import KEY, titled
from builder.commands._base import Arguments, Done, closed, refuse, said
from builder.commands._workspace import Target, Workspace
from runtime.automations.triggers import TRIGGERS
from runtime.definitions.documents import parse_fields
from runtime.fields import N_, ValueType

DATES = (ValueType.DATE, ValueType.DATETIME)
FIRST: Mapping[str, Mapping[str, Any]] = {
    "record_saved": {"on": ["created", "updated"]},
    "date_reached": {"offsets": ["0d"], "at": "09:00"},
}


class ChooseTrigger:
    """Puts another kind of trigger in the place of the present one; the form stays."""

    name = "automation.trigger"
    kinds = ("automation",)
    merges = False
    arguments = closed("type", type=KEY)

    def touches(self, arguments: Arguments) -> Sequence[str]:
        return ("trigger",)

    def apply(self, work: Workspace, target: Target, arguments: Arguments) -> Done:
        chosen = TRIGGERS.get(arguments["type"])
        if chosen is None:
            refuse("type", "unknown", _("There is no such trigger."))
        document = work.open(target)
        if document["trigger"].get("type") != chosen.name:
            document["trigger"] = _fresh(work, chosen, str(document["trigger"].get("form", "")))
        return Done(said(N_("Starts now: %(trigger)s"), trigger=titled(chosen)), select="trigger")


def _fresh(work: Workspace, chosen: Any, form: str) -> dict[str, Any]:
    """The trigger with what it must have."""
    made: dict[str, Any] = {"type": chosen.name}
    if "form" in chosen.options["properties"]:
        made["form"] = form
    if "field" in chosen.options["properties"]:
        made["field"] = _first_date(work, form)
    return {**made, **deepcopy(dict(FIRST.get(chosen.name, {})))}


def _first_date(work: Workspace, form: str) -> str:
    place = Target("form", form)
    fields = parse_fields(work.read(place)) if place in work.targets("form") else {}
    dates = (k for k, field in fields.items() if field.type.value_type in DATES and field.type.stored)
    return next(dates, "")


plugin = ChooseTrigger()
