"""Moves a column of a view."""

from collections.abc import Sequence

from builder.commands._base import Arguments, Done, closed, said
from builder.commands._fields import KEY, STEPS, title_of
from builder.commands._views import columns_of, form_of, moved
from builder.commands._workspace import Target, Workspace
from runtime.fields import N_


class MoveColumn:
    """Moves the column of a field `by` places to the front (-1) or the back (1). The columns of the list, which are
    those of the view as long as it names none, are named from then on.
    """

    name = "view.column_move"
    kinds = ("view",)
    merges = False
    arguments = closed("field", "by", field=KEY, by=STEPS)

    def touches(self, arguments: Arguments) -> Sequence[str]:
        return ("columns",)

    def apply(self, work: Workspace, target: Target, arguments: Arguments) -> Done:
        view, key = work.open(target), arguments["field"]
        before = columns_of(work, view)
        order = moved(before, key, arguments["by"], "field")
        if order != before:
            view["columns"] = order
        words = said(
            N_("%(field)s is now column %(position)s of %(count)s"),
            field=title_of(form_of(work, view), key) if key in form_of(work, view)["properties"] else key,
            position=order.index(key) + 1,
            count=len(order),
        )
        return Done(words, words)


plugin = MoveColumn()
