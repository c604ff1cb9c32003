"""Moves a column of a sub-table."""

from collections.abc import Sequence

from builder.commands._base import Arguments, Done, closed, said
from builder.commands._columns import rows_of
from builder.commands._fields import KEY, STEPS, title_of
from builder.commands._workspace import Target, Workspace
from runtime.fields import N_


class MoveColumn:
    """Moves a column (`lines.price`) `by` places to the front (-1) or the back (1); it stops at the ends."""

    name = "column.move"
    kinds = ("form",)
    merges = False
    arguments = closed("field", "by", field=KEY, by=STEPS)

    def touches(self, arguments: Arguments) -> Sequence[str]:
        return (f"field/{arguments['field']}",)

    def apply(self, work: Workspace, target: Target, arguments: Arguments) -> Done:
        form, key = work.open(target), arguments["field"]
        rows, name = rows_of(form, key)
        order = list(rows["properties"])
        at = order.index(name)
        order.insert(min(max(at + arguments["by"], 0), len(order) - 1), order.pop(at))
        rows["properties"] = {each: rows["properties"][each] for each in order}
        words = said(
            N_("%(field)s is now column %(position)s of %(count)s"),
            field=title_of(form, key),
            position=order.index(name) + 1,
            count=len(order),
        )
        return Done(words, words, select=f"field/{key.partition('.')[0]}")


plugin = MoveColumn()
