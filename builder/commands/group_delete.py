"""Deletes a saved group."""

from collections.abc import Sequence

from builder.commands._base import Arguments, Done, closed, said
from builder.commands._fields import KEY
from builder.commands._groups import group_in
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
        found = group_in(app, arguments["group"])
        app["field_groups"].remove(found)
        if not app["field_groups"]:
            app.pop("field_groups")
        return Done(said(N_("Deleted the group %(group)s"), group=found["title"]))


plugin = DeleteGroup()
