"""Copies a rule."""

from collections.abc import Sequence
from copy import deepcopy

from builder.commands import _rules
from builder.commands._base import Arguments, Done, closed, said
from builder.commands._fields import TEXT, place_of
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
        rule, (holder, key) = _rules.rule_of(form, arguments["rule"]), place_of(form, arguments["rule"])
        rules = _rules.listed(holder, "rules")
        copy = {**deepcopy(rule), "key": _rules.fresh(holder, "rules", key)}
        rules.insert(rules.index(rule) + 1, copy)
        around = arguments["rule"].removesuffix(key)
        return Done(said(N_("Copied a rule")), select=f"rule/{around}{copy['key']}")


plugin = CopyRule()
