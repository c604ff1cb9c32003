"""Adds an action to an automation."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _

from builder.commands._automations import KEY, MOST_ACTIONS, fresh_key, index_of, titled
from builder.commands._base import Arguments, Done, closed, refuse, said
from builder.commands._workspace import Target, Workspace
from runtime.automations.actions import ACTIONS
from runtime.fields import N_


class AddAction:
    """Puts a new action of `type` behind the action `after`, or at the end."""

    name = "action.add"
    kinds = ("automation",)
    merges = False
    arguments = closed("type", type=KEY, after=KEY)

    def touches(self, arguments: Arguments) -> Sequence[str]:
        return ()

    def apply(self, work: Workspace, target: Target, arguments: Arguments) -> Done:
        chosen = ACTIONS.get(arguments["type"])
        if chosen is None:
            refuse("type", "unknown", _("There is no such action."))
        document = work.open(target)
        if len(document["actions"]) >= MOST_ACTIONS:
            sentence = _("An automation has at most %(limit)s actions.", limit=MOST_ACTIONS)
            refuse("type", "too_many", sentence)
        made = {"type": chosen.name, "key": fresh_key(document, chosen.name), **_needed(work, target, chosen)}
        after = arguments.get("after", "")
        place = index_of(document, after) + 1 if after else len(document["actions"])
        document["actions"].insert(place, made)
        return Done(
            said(N_("Added the action “%(action)s”"), action=titled(chosen)), select=f"action/{made['key']}"
        )


def _needed(work: Workspace, target: Target, chosen: Any) -> dict[str, Any]:
    """What it must have: the only message about the form, if there is only one; nobody and nothing else."""
    needed: dict[str, Any] = {}
    for name in chosen.options["required"]:
        schema = chosen.options["properties"][name]
        if name == "message":
            needed[name] = _message(work, str(work.read(target)["trigger"].get("form")))
        elif schema.get("type") in ("object", "array"):
            needed[name] = {} if schema["type"] == "object" else []
        elif "const" not in schema:
            needed[name] = ""
    return needed


def _message(work: Workspace, form: str) -> str:
    known = [each.key for each in work.targets("message") if work.read(each).get("form", form) == form]
    return known[0] if len(known) == 1 else ""


plugin = AddAction()
