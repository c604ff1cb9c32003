"""Sets the condition of an automation."""

from collections.abc import Sequence

from flask_babel import gettext as _

from builder.commands._base import Arguments, Done, closed, refuse, said
from builder.commands._workspace import Target, Workspace
from runtime.conditions import ConditionError, compile
from runtime.fields import N_


class SetCondition:
    """Sets what must hold when it starts; the condition that always holds is none."""

    name = "automation.when"
    kinds = ("automation",)
    merges = True
    arguments = closed("when", when={"type": ["object", "boolean"]})

    def touches(self, arguments: Arguments) -> Sequence[str]:
        return ("when",)

    def apply(self, work: Workspace, target: Target, arguments: Arguments) -> Done:
        document = work.open(target)
        if arguments["when"] in ({}, True):
            document.pop("when", None)
            return Done(said(N_("Took the condition out")), select="when")
        try:
            compile(arguments["when"])
        except ConditionError:
            refuse("when", "condition", _("This condition cannot be read."))
        document["when"] = arguments["when"]
        return Done(said(N_("Changed the condition")), select="when")


plugin = SetCondition()
