"""Copies an action."""

from collections.abc import Sequence
from copy import deepcopy

from flask_babel import gettext as _

from builder.commands._automations import KEY, MOST_ACTIONS, fresh_key, index_of, name_of
from builder.commands._base import Arguments, Done, closed, refuse, said
from builder.commands._workspace import Target, Workspace
from runtime.fields import N_


class CopyAction:
    """Puts a copy of an action behind it."""

    name = "action.copy"
    kinds = ("automation",)
    merges = False
    arguments = closed("action", action=KEY)

    def touches(self, arguments: Arguments) -> Sequence[str]:
        return ()

    def apply(self, work: Workspace, target: Target, arguments: Arguments) -> Done:
        document = work.open(target)
        index = index_of(document, arguments["action"])
        if len(document["actions"]) >= MOST_ACTIONS:
            sentence = _("An automation has at most %(limit)s actions.", limit=MOST_ACTIONS)
            refuse("action", "too_many", sentence)
        copy = deepcopy(document["actions"][index])
        copy["key"] = fresh_key(document, str(copy.get("key", copy["type"])))
        document["actions"].insert(index + 1, copy)
        return Done(
            said(N_("Copied the action “%(action)s”"), action=name_of(copy)), select=f"action/{copy['key']}"
        )


plugin = CopyAction()
