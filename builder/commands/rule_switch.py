"""Switches a rule on or off."""

from collections.abc import Sequence

from builder.commands import _rules
from builder.commands._base import Arguments, Done, closed, said
from builder.commands._fields import SWITCH, TEXT, is_on
from builder.commands._workspace import Target, Workspace
from runtime.fields import N_


class SwitchRule:
    """Lets a rule do what it says, or keeps it without that."""

    name = "rule.switch"
    kinds = ("form",)
    merges = False
    arguments = closed("rule", "on", rule=TEXT, on=SWITCH)

    def touches(self, arguments: Arguments) -> Sequence[str]:
        return (f"rule/{arguments['rule']}/off",)

    def apply(self, work: Workspace, target: Target, arguments: Arguments) -> Done:
        rule = _rules.rule_of(work.open(target), arguments["rule"])
        if is_on(arguments["on"]):
            rule.pop("off", None)
            return Done(said(N_("Switched a rule on")))
        rule["off"] = True
        return Done(said(N_("Switched a rule off")))


plugin = SwitchRule()
