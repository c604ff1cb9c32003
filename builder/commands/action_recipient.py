"""Adds a recipient to a message that an automation sends."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _

from builder.commands._automations import KEY, WHO, name_of, opened, who_of
from builder.commands._base import Arguments, Done, closed, refuse, said
from builder.commands._workspace import Target, Workspace
from runtime.automations.actions import ACTIONS
from runtime.fields import N_
from runtime.notifications.recipients import KINDS, STARTER

MOST = 50


class AddRecipient:
    """Adds `who`: `starter`, or a kind of recipient and what it names, such as `manager_of:owner`; or the
    person with an e-mail `address`.
    """

    name = "action.recipient"
    kinds = ("automation",)
    merges = False
    arguments = closed("action", action=KEY, who=WHO, address=WHO)

    def touches(self, arguments: Arguments) -> Sequence[str]:
        return (f"action/{arguments['action']}/to/{_asked(arguments)}",)

    def apply(self, work: Workspace, target: Target, arguments: Arguments) -> Done:
        action = opened(work.open(target), arguments["action"])
        kind, _colon, named = _asked(arguments).partition(":")
        if kind not in KINDS or bool(named) == (kind == STARTER) or not _takes_people(action):
            refuse("who", "unknown", _("Choose a person, or who it is at the time."))
        action.setdefault("to", [])
        if len(action["to"]) >= MOST:
            refuse("who", "too_many", _("At most %(limit)s can stand here.", limit=MOST))
        spec = {kind: True if kind == STARTER else named}
        if who_of(spec) not in map(who_of, action["to"]):
            action["to"].append(spec)
        return Done(
            said(N_("Added whom it is for: %(action)s"), action=name_of(action)),
            select=f"action/{action['key']}",
        )


def _takes_people(action: Mapping[str, Any]) -> bool:
    known = ACTIONS.get(str(action["type"]))
    return "to" in action or (known is not None and "to" in known.options["properties"])


def _asked(arguments: Arguments) -> str:
    address = arguments.get("address", "").strip()
    if address and "@" not in address:
        refuse("address", "email", _("Enter one e-mail address, like name@example.com."))
    return f"user:{address}" if address else arguments.get("who", "")


plugin = AddRecipient()
