"""Deletes a saved group."""

from collections.abc import Sequence

from flask_babel import gettext as _

from builder.commands._base import Arguments, Done, closed, refuse, said
from builder.commands._fields import KEY
from builder.commands._workspace import Target, Workspace
from runtime.fields import N_


class DeleteGroup:
    """Takes a group out of the palette; the fields that were added from it stay in their forms."""

    name = "group.delete"
    kinds = ("app",)
    merges = False
    arguments = closed("group", group=KEY)

    def touches(self, arguments: Arguments) -> Sequence[str]:
        return (f"group/{arguments['group']}",)

    def apply(self, work: Workspace, target: Target, arguments: Arguments) -> Done:
        app = work.open(target)
        groups = app.get("field_groups", [])
        found = next((each for each in groups if each["key"] == arguments["group"]), None)
        if found is None:
            refuse("group", "unknown", _("There is no such group."))
        groups.remove(found)
        if not groups:
            app.pop("field_groups")
        return Done(said(N_("Deleted the group %(group)s"), group=found["title"]))


plugin = DeleteGroup()
