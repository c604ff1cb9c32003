"""Deletes a role."""

from collections.abc import Sequence
from typing import Any

from builder.commands import _settings
from builder.commands._base import Arguments, Done, closed, said
from builder.commands._fields import KEY
from builder.commands._roles import role_in
from builder.commands._workspace import Target, Workspace
from runtime.fields import N_


class DeleteRole:
    """Takes a role with its grants and its rights on fields out of the app. People who have it may do nothing by it
    any more.
    """

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
        for each in work.targets("form"):
            _leave_fields(work, each, role["key"])
        return Done(said(N_("Deleted the role %(role)s"), role=role["title"]))


def _leave_fields(work: Workspace, target: Target, role: str) -> None:
    named = [key for key, options in _options(work.read(target)) if role in options.get("access", {})]
    for key, options in _options(work.open(target)) if named else ():
        if key in named:
            _settings.remove(options, ["access", role])


def _options(form: Any) -> list[tuple[str, Any]]:
    return [(key, schema["fw"]) for key, schema in form["properties"].items()]


plugin = DeleteRole()
