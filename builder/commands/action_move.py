"""Moves an action up or down."""

from collections.abc import Sequence

from builder.commands._automations import KEY, index_of, name_of, opened
from builder.commands._base import Arguments, Done, closed, said
from builder.commands._workspace import Target, Workspace
from runtime.fields import N_


class MoveAction:
    """Moves an action `by` places; it stops at the ends."""

    name = "action.move"
    kinds = ("automation",)
    merges = False
    arguments = closed("action", "by", action=KEY, by={"type": "integer", "minimum": -50, "maximum": 50})

    def touches(self, arguments: Arguments) -> Sequence[str]:
        return (f"action/{arguments['action']}",)

    def apply(self, work: Workspace, target: Target, arguments: Arguments) -> Done:
        document = work.open(target)
        actions, index = document["actions"], index_of(document, arguments["action"])
        place = max(0, min(len(actions) - 1, index + arguments["by"]))
        action = opened(document, arguments["action"])
        actions.insert(place, actions.pop(index))
        return Done(
            said(
                N_("Moved “%(action)s” to place %(place)s of %(all)s"),
                action=name_of(action),
                place=place + 1,
                all=len(actions),
            ),
            select=f"action/{action['key']}",
        )


plugin = MoveAction()
