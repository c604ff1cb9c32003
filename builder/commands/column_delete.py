"""Deletes a column of a sub-table."""

from collections.abc import Sequence

from builder.commands._base import Arguments, Done, closed, said
from builder.commands._columns import rows_of
from builder.commands._fields import KEY, title_of
from builder.commands._workspace import Target, Workspace
from runtime.fields import N_


class DeleteColumn:
    """Takes a column (`lines.price`) out of its sub-table. Formulas that used it are left for the problems to name;
    what records hold stays.
    """

    name = "column.delete"
    kinds = ("form",)
    merges = False
    arguments = closed("field", field=KEY)

    def touches(self, arguments: Arguments) -> Sequence[str]:
        return (f"field/{arguments['field']}",)

    def apply(self, work: Workspace, target: Target, arguments: Arguments) -> Done:
        form, key = work.open(target), arguments["field"]
        rows, name = rows_of(form, key)
        title = title_of(form, key)
        rows["properties"].pop(name)
        if name in rows.get("required", ()):
            rows["required"] = [each for each in rows["required"] if each != name]
        return Done(
            said(N_("Deleted the column %(field)s"), field=title), select=f"field/{key.partition('.')[0]}"
        )


plugin = DeleteColumn()
