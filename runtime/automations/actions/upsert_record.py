"""Changes the record that matches, or creates it."""

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
    take_turns,
)
from runtime.fields import N_


class UpsertRecord:
    """Keeps one record for each match: creates it the first time, changes it afterwards."""

    name = "upsert_record"
    label = _l("Create or change a record")
    icon = "replace"
    options: Options = {
        "type": "object",
        "properties": {
            "type": {
                "const": "upsert_record",
                "title": N_("Action"),
                "description": N_("Create or change a record."),
            },
            "key": KEY,
            "form": FORM,
            "match": MATCH,
            "set": SET,
            "none": {
                "enum": ["create", "skip", "fail"],
                "title": N_("When nothing matches"),
                "description": N_("Create the record, do nothing, or let the run fail."),
                "examples": ["create"],
            },
            "many": MANY,
            "triggers": TRIGGERS,
        },
        "required": ["type", "form", "match", "set"],
        "additionalProperties": False,
    }

    def run(self, context: ActionContext, options: Options) -> Result:
        """Write the record or records; their ids are the result."""
        form = context.target(options["form"])
        wanted, values = context.evaluate(options["match"]), context.evaluate(options["set"])
        triggers, none = options.get("triggers", True), options.get("none", "create")
        take_turns(context, form, wanted)
        found = matching(context, form, wanted, options.get("many", "fail"))
        for record_id in found:
            context.write(form, values, record_id, triggers=triggers)
        if found or none == "skip":
            return {"form": form.key, "updated": found}
        if none == "fail" or None in wanted.values():  # a blank match would create another each time
            raise nothing_matches(form)
        keys = {key: value for key, value in wanted.items() if key in form.fields}
        return {"form": form.key, "created": [context.write(form, {**keys, **values}, triggers=triggers).id]}


plugin = UpsertRecord()
