"""Adds a moment before or after the date that starts an automation."""

from collections.abc import Sequence

from flask_babel import gettext as _

from builder.commands._automations import KEY, span_of
from builder.commands._base import Arguments, Done, closed, refuse, said
from builder.commands._workspace import Target, Workspace
from runtime.fields import N_

UNITS = ("min", "h", "d", "w", "mo")
MOST = 20


class AddMoment:
    """Adds an offset: a number of units `before` or `after` the date; 0 is the date itself."""

    name = "trigger.moment"
    kinds = ("automation",)
    merges = False
    arguments = closed(
        "number", "unit", "side", number=KEY, unit={"enum": list(UNITS)}, side={"enum": ["before", "after"]}
    )

    def touches(self, arguments: Arguments) -> Sequence[str]:
        return ("trigger/offsets",)

    def apply(self, work: Workspace, target: Target, arguments: Arguments) -> Done:
        trigger = work.open(target)["trigger"]
        if trigger.get("type") != "date_reached":
            refuse("number", "unknown", _("Only a date that is reached has such moments."))
        offset = span_of(arguments)
        known = trigger.setdefault("offsets", [])
        if len(known) >= MOST:
            refuse("number", "too_many", _("There are at most %(limit)s moments.", limit=MOST))
        if offset not in known:
            known.append(offset)
        return Done(said(N_("Added a moment")), select="trigger")


plugin = AddMoment()
