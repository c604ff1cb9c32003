"""Puts the records that match into the trash."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from runtime.automations.actions import ActionContext, Options, Result
from runtime.automations.actions._matching import (
    FORM,
    KEY,
    MATCH,
    TRIGGERS,
    matching,
    nothing_matches,
)
from runtime.errors import PermanentError
from runtime.fields import N_
from runtime.records import trash

MOST = 100


class DeleteRecords:
    """Deletes every record that matches, as a person would: into the trash, with what goes along. When more match than
    it may delete it deletes none.
    """

    name = "delete_records"
    label = _l("Delete records")
    icon = "trash"
    options: Options = {
        "type": "object",
        "properties": {
            "type": {"const": "delete_records", "title": N_("Action"), "description": N_("Delete records.")},
            "key": KEY,
            "form": {**FORM, "description": N_("Whose records are deleted.")},
            "match": MATCH,
            "most": {
                "type": "integer",
                "minimum": 1,
                "maximum": 1000,
                "default": MOST,
                "title": N_("At most"),
                "description": N_("When more match the run fails, and none is deleted."),
                "examples": [10],
            },
            "none": {
                "enum": ["skip", "fail"],
                "title": N_("When nothing matches"),
                "description": N_("Do nothing, or let the run fail."),
                "examples": ["skip"],
            },
            "triggers": TRIGGERS,
        },
        "required": ["type", "form", "match"],
        "additionalProperties": False,
    }

    def run(self, context: ActionContext, options: Options) -> Result:
        """Delete the records; their ids are the result."""
        form, most = context.target(options["form"]), options.get("most", MOST)
        found = matching(context, form, context.evaluate(options["match"]), "all")
        if len(found) > most:
            raise PermanentError(
                _("%(count)s records match; at most %(most)s may be deleted.", count=len(found), most=most)
            )
        if not found and options.get("none", "fail") == "fail":
            raise nothing_matches(form)
        for record_id in found:
            if not trash.holds(form, record_id):  # it went along with one before it
                context.delete(form, record_id, triggers=options.get("triggers", True))
        return {"form": form.key, "deleted": found}


plugin = DeleteRecords()
