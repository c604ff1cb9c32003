"""Changes the records that match."""

from flask_babel import lazy_gettext as _l

from runtime.automations.actions import ActionContext, Options, Result
from runtime.automations.actions._matching import (
    FORM,
    KEY,
    MANY,
    MATCH,
    SET,
    TRIGGERS,
    matching,
    nothing_matches,
)
from runtime.fields import N_


class UpdateRecords:
    """Sets fields of every record that matches, at most 1,000."""

    name = "update_records"
    label = _l("Change records")
    icon = "edit"
    options: Options = {
        "type": "object",
        "properties": {
            "type": {"const": "update_records", "title": N_("Action"), "description": N_("Change records.")},
            "key": KEY,
            "form": FORM,
            "match": MATCH,
            "set": SET,
            "none": {
                "enum": ["skip", "fail"],
                "title": N_("When nothing matches"),
                "description": N_("Do nothing, or let the run fail."),
                "examples": ["skip"],
            },
            "many": MANY,
            "triggers": TRIGGERS,
        },
        "required": ["type", "form", "match", "set"],
        "additionalProperties": False,
    }

    def run(self, context: ActionContext, options: Options) -> Result:
        """Write the records; their ids are the result."""
        form = context.target(options["form"])
        found = matching(context, form, context.evaluate(options["match"]), options.get("many", "fail"))
        if not found and options.get("none", "fail") == "fail":
            raise nothing_matches(form)
        values, triggers = context.evaluate(options["set"]), options.get("triggers", True)
        for record_id in found:
            context.write(form, values, record_id, triggers=triggers)
        return {"form": form.key, "updated": found}


plugin = UpdateRecords()
