"""Deletes an action."""

from collections.abc import Sequence

from builder.commands._automations import KEY, index_of, name_of
from builder.commands._base import Arguments, Done, closed, said
from builder.commands._workspace import Target, Workspace
from runtime.fields import N_


class DeleteAction:
    """Takes an action out; the one that stands there then is selected."""

    name = "action.delete"
    kinds = ("automation",)
    merges = False
    arguments = closed("action", action=KEY)

    def touches(self, arguments: Arguments) -> Sequence[str]:
        return (f"action/{arguments['action']}",)

    def apply(self, work: Workspace, target: Target, arguments: Arguments) -> Done:
        document = work.open(target)
        index = index_of(document, arguments["action"])
        gone = document["actions"].pop(index)
        left = document["actions"][min(index, len(document["actions"]) - 1) :][:1]
        select = f"action/{left[0].get('key', index)}" if left else "add"
        return Done(said(N_("Deleted the action “%(action)s”"), action=name_of(gone)), select=select)


plugin = DeleteAction()
