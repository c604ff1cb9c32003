"""Sets one option of an automation's trigger."""

from collections.abc import Sequence

from flask_babel import gettext as _

from builder.commands._automations import VALUE, put, titled
from builder.commands._base import Arguments, Done, closed, refuse, said
from builder.commands._workspace import Target, Workspace
from runtime.automations.triggers import TRIGGERS
from runtime.fields import N_

OF_THE_FORM = ("fields", "field")


class SetTrigger:
    """Sets the option at a path, or removes it. Another form takes along the options that name its fields."""

    name = "trigger.set"
    kinds = ("automation",)
    merges = True
    arguments = closed("path", **VALUE)

    def touches(self, arguments: Arguments) -> Sequence[str]:
        return (f"trigger/{arguments['path'][0]}",)

    def apply(self, work: Workspace, target: Target, arguments: Arguments) -> Done:
        trigger = work.open(target)["trigger"]
        known = TRIGGERS.get(str(trigger.get("type")))
        if known is None:
            refuse("path", "unknown", _("There is no such trigger."))
        before = trigger.get("form")
        put(trigger, arguments["path"], arguments, known.options)
        if trigger.get("form") != before:
            for name in OF_THE_FORM:
                trigger.pop(name, None)
        return Done(said(N_("Changed when it starts: %(trigger)s"), trigger=titled(known)), select="trigger")


plugin = SetTrigger()
