"""Renames a saved group of fields."""

from collections.abc import Sequence

from flask_babel import gettext as _

from builder.commands._base import Arguments, Done, closed, refuse, said
from builder.commands._fields import KEY, TITLE, own_title
from builder.commands._groups import group_in
from builder.commands._workspace import Target, Workspace
from runtime.fields import N_


class TitleGroup:
    """Gives a saved group another title; a plain text is in the app's first language."""

    name = "group.title"
    kinds = ("app",)
    merges = True
    arguments = closed("group", group=KEY, value=TITLE, remove={"const": True})

    def touches(self, arguments: Arguments) -> Sequence[str]:
        return (f"group/{arguments['group']}/title",)

    def apply(self, work: Workspace, target: Target, arguments: Arguments) -> Done:
        group = group_in(work.open(target), arguments["group"])
        title = own_title(arguments.get("value", {}), work)
        if not title:
            refuse("value", "required", _("A group needs a title."))
        group["title"] = title
        return Done(said(N_("Renamed the group %(group)s"), group=title))


plugin = TitleGroup()
