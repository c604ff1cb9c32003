"""Sets what an automation is called, why it exists, and whose rights it has."""

from collections.abc import Sequence

from flask_babel import gettext as _

from builder.commands._automations import VALUE, put
from builder.commands._base import Arguments, Done, closed, refuse, said
from builder.commands._workspace import Target, Workspace
from runtime.fields import N_
from runtime.text import LOCALES

TITLE = {
    "type": ["string", "object"],
    "minLength": 1,
    "maxLength": 2000,
    "minProperties": 1,
    "properties": {name: {"type": "string", "minLength": 1, "maxLength": 2000} for name in LOCALES},
    "additionalProperties": False,
}
OWN = {
    "type": "object",
    "properties": {
        "title": TITLE,
        "description": TITLE,
        "run_as": {"enum": ["starter", "owner", "service"]},
    },
    "additionalProperties": False,
}
WORDS = {
    "title": N_("Renamed the automation"),
    "description": N_("Described the automation"),
    "run_as": N_("Changed whose rights the automation has"),
}


class SetOwn:
    """Sets `title`, `description` or `run_as`, or removes it; a title stays."""

    name = "automation.set"
    kinds = ("automation",)
    merges = True
    arguments = closed("path", **VALUE)

    def touches(self, arguments: Arguments) -> Sequence[str]:
        return (str(arguments["path"][0]),)

    def apply(self, work: Workspace, target: Target, arguments: Arguments) -> Done:
        name = str(arguments["path"][0])
        if name not in WORDS or len(arguments["path"]) > 1:
            refuse("path", "unknown", _("There is no such option."))
        if name == "title" and "value" not in arguments:
            refuse("value", "needed", _("An automation needs a title."))
        put(work.open(target), [name], arguments, OWN)
        return Done(said(WORDS[name]))


plugin = SetOwn()
