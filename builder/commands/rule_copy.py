"""Copies a rule."""

from collections.abc import Sequence
from copy import deepcopy

from builder.commands import _rules
from builder.commands._base import Arguments, Done, closed, said
from builder.commands._fields import TEXT
from builder.commands._workspace import Target, Workspace
from runtime.fields import N_


class CopyRule:
    """Puts a copy right behind the rule."""

    name = "rule.copy"
    kinds = ("form",)
    merges = False
    arguments = closed("rule", rule=TEXT)

    def touches(self, arguments: Arguments) -> Sequence[str]:
        return ()

    def apply(self, work: Workspace, target: Target, arguments: Arguments) -> Done:
        form = work.open(target)
        rule, rules = _rules.rule_of(form, arguments["rule"]), _rules.listed(form, "rules")
        copy = {**deepcopy(rule), "key": _rules.fresh(form, "rules", rule["key"])}
        rules.insert(rules.index(rule) + 1, copy)
        return Done(said(N_("Copied a rule")), select=f"rule/{copy['key']}")


plugin = CopyRule()
