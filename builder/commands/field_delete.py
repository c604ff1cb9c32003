"""Deletes a field."""

from collections.abc import Sequence

from builder.commands import _removing
from builder.commands._base import Arguments, Done, closed, said
from builder.commands._fields import KEY, own_field, title_of
from builder.commands._workspace import Target, Workspace
from runtime.fields import N_


class DeleteField:
    """Takes a field out of the form, its layout, list and required fields. Rules, formulas and automations
    that used it are left for the problems to name.
    """

    name = "field.delete"
    kinds = ("form",)
    merges = False
    arguments = closed("field", field=KEY)

    def touches(self, arguments: Arguments) -> Sequence[str]:
        return (f"field/{arguments['field']}",)

    def apply(self, work: Workspace, target: Target, arguments: Arguments) -> Done:
        form, key = work.open(target), arguments["field"]
        own_field(form, key)
        title = title_of(form, key)
        neighbour = _removing.neighbour(form, key)
        _removing.remove(form, key)
        return Done(
            said(N_("Deleted %(field)s"), field=title),
            said(N_("Deleted %(field)s. Press Ctrl+Z to undo."), field=title),
            select=f"field/{neighbour}" if neighbour else "",
        )


plugin = DeleteField()
