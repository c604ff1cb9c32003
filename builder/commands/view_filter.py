"""Sets which records a view shows."""

from collections.abc import Sequence

from flask_babel import gettext as _

from builder.commands._base import Arguments, Done, closed, refuse, said
from builder.commands._workspace import Target, Workspace
from runtime.conditions import ConditionError, compile
from runtime.fields import N_


class SetFilter:
    """Sets the condition of the records; one that always holds is none."""

    name = "view.filter"
    kinds = ("view",)
    merges = True
    arguments = closed("when", when={"type": ["object", "boolean"]})

    def touches(self, arguments: Arguments) -> Sequence[str]:
        return ("filter",)

    def apply(self, work: Workspace, target: Target, arguments: Arguments) -> Done:
        view, when = work.open(target), arguments["when"]
        if when in ({}, True):
            view.pop("filter", None)
            return Done(said(N_("Took the filter out")))
        try:
            compile(when)
        except ConditionError:
            refuse("when", "condition", _("This condition cannot be read."))
        view["filter"] = when
        return Done(said(N_("Changed the filter")))


plugin = SetFilter()
