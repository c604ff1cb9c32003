"""Says what becomes of the value of a hidden field."""

from collections.abc import Sequence

from builder.commands import _rules
from builder.commands._base import Arguments, Done, closed, said
from builder.commands._fields import TEXT
from builder.commands._workspace import Target, Workspace
from runtime.fields import N_

CLEAR = "clear"  # what is so without the option


class SetHiddenValue:
    """Clears, keeps or computes the values of the fields that a rule hides."""

    name = "rule.hidden_value"
    kinds = ("form",)
    merges = True
    arguments = closed("rule", "value", rule=TEXT, value={"enum": [CLEAR, "keep", "compute"]})

    def touches(self, arguments: Arguments) -> Sequence[str]:
        return (f"rule/{arguments['rule']}/hidden_value",)

    def apply(self, work: Workspace, target: Target, arguments: Arguments) -> Done:
        rule = _rules.rule_of(work.open(target), arguments["rule"])
        rule["hidden_value"] = arguments["value"]
        if arguments["value"] == CLEAR:
            del rule["hidden_value"]
        return Done(said(N_("Changed what becomes of hidden values")))


plugin = SetHiddenValue()
