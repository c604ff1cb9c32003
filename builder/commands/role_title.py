"""Renames a role."""

from collections.abc import Sequence

from flask_babel import gettext as _

from builder.commands._base import Arguments, Done, closed, refuse, said
from builder.commands._fields import KEY, TITLE, own_title
from builder.commands._roles import role_in
from builder.commands._workspace import Target, Workspace
from runtime.fields import N_


class TitleRole:
    """Gives a role another title; a plain text is in the app's first language."""

    name = "role.title"
    kinds = ("app",)
    merges = True
    arguments = closed("role", role=KEY, value=TITLE, remove={"const": True})

    def touches(self, arguments: Arguments) -> Sequence[str]:
        return (f"role/{arguments['role']}/title",)

    def apply(self, work: Workspace, target: Target, arguments: Arguments) -> Done:
        role = role_in(work.open(target), arguments["role"])
        title = own_title(arguments.get("value", {}), work)
        if not title:
            refuse("value", "empty", _("Give the role a title."))
        role["title"] = title
        return Done(said(N_("Renamed the role %(role)s"), role=title), select=f"role/{role['key']}")


plugin = TitleRole()
