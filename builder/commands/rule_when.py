"""Changes when a rule applies."""

from collections.abc import Sequence

from builder.commands import _rules
from builder.commands._base import Arguments, Done, closed, said
from builder.commands._fields import TEXT
from builder.commands._workspace import Target, Workspace
from runtime.fields import N_


class SetWhen:
    """Gives a rule another condition."""

    name = "rule.when"
    kinds = ("form",)
    merges = True
    arguments = closed("rule", "when", rule=TEXT, when=_rules.CONDITION)

    def touches(self, arguments: Arguments) -> Sequence[str]:
        return (f"rule/{arguments['rule']}/when",)

    def apply(self, work: Workspace, target: Target, arguments: Arguments) -> Done:
        rule = _rules.rule_of(work.open(target), arguments["rule"])
        types = _rules.rule_types(work, target, arguments["rule"])
        _rules.judge_condition(arguments["when"], rule["when"], *types)
        rule["when"] = arguments["when"]
        return Done(said(N_("Changed when a rule applies")))


plugin = SetWhen()
