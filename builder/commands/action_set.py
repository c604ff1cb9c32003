"""Sets one option of an action."""

from collections.abc import Sequence

from flask_babel import gettext as _

from builder.commands._automations import KEY, VALUE, name_of, opened, put
from builder.commands._base import Arguments, Done, closed, refuse, said
from builder.commands._workspace import Target, Workspace
from runtime.automations.actions import ACTIONS
from runtime.fields import N_

OF_THE_FORM = ("set", "match")


class SetAction:
    """Sets the option at a path, or removes it. Another form empties what named the fields of the old one."""

    name = "action.set"
    kinds = ("automation",)
    merges = True
    arguments = closed("action", "path", action=KEY, **VALUE)

    def touches(self, arguments: Arguments) -> Sequence[str]:
        steps = "/".join(map(str, arguments["path"]))
        return (f"action/{arguments['action']}/{steps}",)

    def apply(self, work: Workspace, target: Target, arguments: Arguments) -> Done:
        action = opened(work.open(target), arguments["action"])
        known = ACTIONS.get(str(action["type"]))
        inside = len(arguments["path"]) > 1 and arguments["path"][0] == "to"  # see recipient.set
        if known is None or inside or arguments["path"][0] in ("type", "key"):
            refuse("path", "unknown", _("There is no such option."))
        before = action.get("form")
        put(action, arguments["path"], arguments, known.options)
        if action.get("form") != before:
            action.update({name: {} for name in OF_THE_FORM if name in action})
        return Done(
            said(N_("Changed the action “%(action)s”"), action=name_of(action)),
            select=f"action/{action['key']}",
        )


plugin = SetAction()
