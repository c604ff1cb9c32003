"""Deletes a field."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _

from builder.commands._base import Arguments, Done, refuse, said
from builder.commands._fields import TEXT
from builder.commands._workspace import Target, Workspace
from runtime.fields import N_


class DeleteField:
    """Takes a field out of the form and its layout. What used it is left for the problems to name."""

    name = "field.delete"
    kinds = ("form",)
    merges = False
    arguments: dict[str, Any] = {
        "type": "object",
        "properties": {"field": TEXT},
        "required": ["field"],
        "additionalProperties": False,
    }

    def touches(self, arguments: Arguments) -> Sequence[str]:
        return (f"field/{arguments['field']}",)

    def apply(self, work: Workspace, target: Target, arguments: Arguments) -> Done:
        form, key = work.open(target), arguments["field"]
        if key not in form["properties"]:
            refuse("field", "unknown", _("There is no such field."))
        title = form["properties"].pop(key)["fw"].get("title", key)
        return Done(said(N_("Deleted %(field)s"), field=title))


plugin = DeleteField()
