"""Moves one of the fields by which a view is sorted."""

from collections.abc import Sequence

from builder.commands._base import Arguments, Done, closed, said
from builder.commands._fields import KEY, STEPS
from builder.commands._views import moved
from builder.commands._workspace import Target, Workspace
from runtime.fields import N_


class MoveSort:
    """Moves a field `by` places to the front (-1) or the back (1) of the order."""

    name = "view.sort_move"
    kinds = ("view",)
    merges = False
    arguments = closed("field", "by", field=KEY, by=STEPS)

    def touches(self, arguments: Arguments) -> Sequence[str]:
        return ("sort",)

    def apply(self, work: Workspace, target: Target, arguments: Arguments) -> Done:
        view = work.open(target)
        sorts = {each.removeprefix("-"): each for each in str(view.get("sort", "")).split(",") if each}
        order = moved(list(sorts), arguments["field"], arguments["by"], "field")
        view["sort"] = ",".join(sorts[key] for key in order)
        place = order.index(arguments["field"]) + 1
        words = said(N_("Sorted by it in place %(position)s of %(count)s"), position=place, count=len(order))
        return Done(words, words)


plugin = MoveSort()
