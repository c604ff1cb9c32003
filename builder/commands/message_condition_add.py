"""Adds a condition to a message, on which parts of its texts can depend."""

import re
from collections.abc import Sequence

from flask_babel import gettext as _

from builder.commands import _messages, _rules
from builder.commands._base import Arguments, Done, closed, free_key, refuse, said
from builder.commands._workspace import Target, Workspace
from runtime import conditions
from runtime.fields import N_

_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")


class AddCondition:
    """Puts a condition behind the others: `{% if record.is.large %}` in a text stands for the one called `large`.
    Without a `key` it is called after the first field that it reads.
    """

    name = "message.condition.add"
    kinds = ("message",)
    merges = False
    arguments = closed("when", when=_rules.CONDITION, key={"type": "string", "maxLength": 40})

    def touches(self, arguments: Arguments) -> Sequence[str]:
        return ()

    def apply(self, work: Workspace, target: Target, arguments: Arguments) -> Done:
        _messages.judge(work, target, arguments["when"], {})
        message = work.open(target)
        known = {each["key"] for each in message.get("conditions", ())}
        key = str(arguments.get("key", "")).strip() or free_key(_stem(arguments["when"]), known)
        if not _KEY.fullmatch(key):
            refuse("key", "pattern", _("Use small letters, digits and _, a letter first."))
        if key in known:
            refuse("key", "taken", _("There is a condition of this name already."))
        if len(known) >= _messages.MOST:
            refuse("when", "many", _("A message has at most %(most)s conditions.", most=_messages.MOST))
        message.setdefault("conditions", []).append({"key": key, "when": arguments["when"]})
        return Done(said(N_("Added the condition %(condition)s"), condition=key), select=f"condition/{key}")


def _stem(when: object) -> str:
    """The name of the first field that is looked at."""
    names = (path.removeprefix("record.").split(".")[0] for path in sorted(conditions.compile(when).reads))
    return next((name for name in names if name not in ("user", "now")), "condition")


plugin = AddCondition()
