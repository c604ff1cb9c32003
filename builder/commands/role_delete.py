"""Deletes a role."""

from collections.abc import Sequence

from builder.commands._base import Arguments, Done, closed, said
from builder.commands._fields import KEY
from builder.commands._roles import role_in
from builder.commands._workspace import Target, Workspace
from runtime.fields import N_


class DeleteRole:
    """Takes a role with its grants out of the app. People who have it may do nothing by it any more."""

    name = "role.delete"
    kinds = ("app",)
    merges = False
    arguments = closed("role", role=KEY)

    def touches(self, arguments: Arguments) -> Sequence[str]:
        return (f"role/{arguments['role']}",)

    def apply(self, work: Workspace, target: Target, arguments: Arguments) -> Done:
        app = work.open(target)
        role = role_in(app, arguments["role"])
        app["roles"].remove(role)
        return Done(said(N_("Deleted the role %(role)s"), role=role["title"]))


plugin = DeleteRole()
