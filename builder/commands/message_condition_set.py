"""Changes a condition of a message."""

from collections.abc import Sequence

from builder.commands import _messages, _rules
from builder.commands._base import Arguments, Done, closed, said
from builder.commands._fields import TEXT
from builder.commands._workspace import Target, Workspace
from runtime.fields import N_


class SetCondition:
    """Sets what must hold for the parts of the texts that depend on it."""

    name = "message.condition.set"
    kinds = ("message",)
    merges = True
    arguments = closed("condition", "when", condition=TEXT, when=_rules.CONDITION)

    def touches(self, arguments: Arguments) -> Sequence[str]:
        return (f"condition/{arguments['condition']}",)

    def apply(self, work: Workspace, target: Target, arguments: Arguments) -> Done:
        condition = _messages.condition_of(work.open(target), arguments["condition"])
        _messages.judge(work, target, arguments["when"], condition["when"])
        condition["when"] = arguments["when"]
        return Done(said(N_("Changed the condition %(condition)s"), condition=arguments["condition"]))


plugin = SetCondition()
