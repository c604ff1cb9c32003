"""Deletes a rule."""

from collections.abc import Sequence

from builder.commands import _rules
from builder.commands._base import Arguments, Done, closed, said
from builder.commands._fields import TEXT, place_of
from builder.commands._workspace import Target, Workspace
from runtime.fields import N_


class DeleteRule:
    """Takes a rule out of the form, or of the rows of a sub-table (`lines.ask_price`)."""

    name = "rule.delete"
    kinds = ("form",)
    merges = False
    arguments = closed("rule", rule=TEXT)

    def touches(self, arguments: Arguments) -> Sequence[str]:
        return (f"rule/{arguments['rule']}",)

    def apply(self, work: Workspace, target: Target, arguments: Arguments) -> Done:
        form = work.open(target)
        _rules.rule_of(form, arguments["rule"])
        holder, key = place_of(form, arguments["rule"])
        _rules.drop(holder, "rules", key)
        return Done(said(N_("Deleted a rule")))


plugin = DeleteRule()
