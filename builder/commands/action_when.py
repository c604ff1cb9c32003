"""Sets the condition of an action."""

from collections.abc import Sequence

from flask_babel import gettext as _

from builder.commands._automations import KEY, name_of, opened
from builder.commands._base import Arguments, Done, closed, refuse, said
from builder.commands._workspace import Target, Workspace
from runtime.conditions import ConditionError, compile
from runtime.fields import N_


class SetActionCondition:
    """Sets what must hold for the action to be done; the condition that always holds is none."""

    name = "action.when"
    kinds = ("automation",)
    merges = True
    arguments = closed("action", "when", action=KEY, when={"type": ["object", "boolean"]})

    def touches(self, arguments: Arguments) -> Sequence[str]:
        return (f"action/{arguments['action']}/when",)

    def apply(self, work: Workspace, target: Target, arguments: Arguments) -> Done:
        action = opened(work.open(target), arguments["action"])
        words, selected = {"action": name_of(action)}, f"action/{action['key']}/when"
        if arguments["when"] in ({}, True):
            action.pop("when", None)
            return Done(
                said(N_("Took the condition of the action “%(action)s” out"), **words), select=selected
            )
        try:
            compile(arguments["when"])
        except ConditionError:
            refuse("when", "condition", _("This condition cannot be read."))
        action["when"] = arguments["when"]
        return Done(said(N_("Changed the condition of the action “%(action)s”"), **words), select=selected)


plugin = SetActionCondition()
