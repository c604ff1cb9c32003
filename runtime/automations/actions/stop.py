"""Ends the run."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from runtime.automations.actions import ActionContext, Options, Result
from runtime.automations.actions._matching import KEY
from runtime.fields import N_


class Stop:
    """Ends the run without failure: the actions after it are not done. Worth something with a condition."""

    name = "stop"
    label = _l("Stop here")
    icon = "player-stop"
    options: Options = {
        "type": "object",
        "properties": {
            "type": {"const": "stop", "title": N_("Action"), "description": N_("Stop here.")},
            "key": KEY,
            "reason": {
                "type": "string",
                "maxLength": 200,
                "title": N_("Why"),
                "description": N_("Words for the log of runs."),
                "examples": ["The budget is used up."],
            },
        },
        "required": ["type"],
        "additionalProperties": False,
    }

    def run(self, context: ActionContext, options: Options) -> Result:
        """The words with which the run ends are the result."""
        return {"stop": options.get("reason") or _("Stopped by an action.")}


plugin = Stop()
