"""Lets an action wait."""

from collections.abc import Sequence

from flask_babel import gettext as _

from builder.commands._automations import KEY, VALUE, name_of, opened, put, span_of
from builder.commands._base import Arguments, Done, closed, refuse, said
from builder.commands._workspace import Target, Workspace
from runtime.automations.actions import COMMON
from runtime.fields import N_

FIRST = "1d"
UNITS = ("min", "h", "d", "w", "mo")


class SetWait:
    """Sets how long is waited before the action (`number`, `unit`, `side`), or the option at a path; with neither a
    wait is begun, or with `remove` taken out.
    """

    name = "action.wait"
    kinds = ("automation",)
    merges = True
    arguments = closed(
        "action",
        action=KEY,
        number=KEY,
        unit={"enum": list(UNITS)},
        side={"enum": ["before", "after"]},
        **VALUE,
    )

    def touches(self, arguments: Arguments) -> Sequence[str]:
        return (f"action/{arguments['action']}/wait",)

    def apply(self, work: Workspace, target: Target, arguments: Arguments) -> Done:
        action = opened(work.open(target), arguments["action"])
        words, selected = {"action": name_of(action)}, f"action/{action['key']}/wait"
        if arguments.get("remove") and "path" not in arguments:
            action.pop("wait", None)
            return Done(said(N_("“%(action)s” no longer waits"), **words), select=selected)
        wait = action.setdefault("wait", {})
        if "number" in arguments:
            wait["offset"] = span_of(arguments)
        elif "path" in arguments:
            if arguments["path"][0] == "offset":
                refuse("path", "unknown", _("There is no such option."))
            put(wait, arguments["path"], arguments, COMMON["wait"])
        if "until" not in wait:
            wait["offset"] = wait.get("offset", FIRST).removeprefix("-")  # nothing comes before now
        return Done(said(N_("“%(action)s” waits"), **words), select=selected)


plugin = SetWait()
