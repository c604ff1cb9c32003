"""Deletes a check."""

from collections.abc import Sequence

from builder.commands import _rules
from builder.commands._base import Arguments, Done, closed, said
from builder.commands._fields import TEXT
from builder.commands._workspace import Target, Workspace
from runtime.fields import N_


class DeleteCheck:
    """Takes a check out of the form."""

    name = "check.delete"
    kinds = ("form",)
    merges = False
    arguments = closed("check", check=TEXT)

    def touches(self, arguments: Arguments) -> Sequence[str]:
        return (f"check/{arguments['check']}",)

    def apply(self, work: Workspace, target: Target, arguments: Arguments) -> Done:
        form = work.open(target)
        _rules.check_of(form, arguments["check"])
        _rules.drop(form, "checks", arguments["check"])
        return Done(said(N_("Deleted a check")))


plugin = DeleteCheck()
