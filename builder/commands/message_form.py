"""Chooses the form that a message is about."""

from collections.abc import Sequence

from flask_babel import gettext as _

from builder.commands._base import Arguments, Done, closed, refuse, said
from builder.commands._workspace import Target, Workspace
from runtime.fields import N_


class ChooseForm:
    """Sets the form whose fields the texts may use; none when `form` is empty."""

    name = "message.form"
    kinds = ("message",)
    merges = False
    arguments = closed("form", form={"type": "string", "maxLength": 40})

    def touches(self, arguments: Arguments) -> Sequence[str]:
        return ("form",)

    def apply(self, work: Workspace, target: Target, arguments: Arguments) -> Done:
        form = Target("form", arguments["form"])
        message = work.open(target)
        if not form.key:
            message.pop("form", None)
            return Done(said(N_("The message is about no form")))
        if form not in work.targets("form"):
            refuse("form", "unknown", _("There is no such form."))
        message["form"] = form.key
        title = work.read(form).get("title", form.key)
        return Done(said(N_("The message is about %(form)s"), form=title))


plugin = ChooseForm()
