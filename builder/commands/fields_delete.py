"""Deletes several fields at once."""

from collections.abc import Sequence

from builder.commands import _removing
from builder.commands._base import Arguments, Done, closed, said
from builder.commands._fields import KEYS, own_field
from builder.commands._workspace import Target, Workspace
from runtime.fields import N_


class DeleteFields:
    """Takes fields out of the form as `field.delete` does."""

    name = "fields.delete"
    kinds = ("form",)
    merges = False
    arguments = closed("fields", fields=KEYS)

    def touches(self, arguments: Arguments) -> Sequence[str]:
        return [f"field/{key}" for key in arguments["fields"]]

    def apply(self, work: Workspace, target: Target, arguments: Arguments) -> Done:
        form = work.open(target)
        keys = list(dict.fromkeys(arguments["fields"]))
        for key in keys:
            own_field(form, key, "fields")
        neighbour = None
        for key in keys:
            neighbour = _removing.neighbour(form, key)
            _removing.remove(form, key)
        return Done(
            said(N_("Deleted %(number)s fields"), number=len(keys)),
            said(N_("Deleted %(number)s fields. Press Ctrl+Z to undo."), number=len(keys)),
            select=f"field/{neighbour}" if neighbour else "",
        )


plugin = DeleteFields()
