"""Gives the record that started the automation to somebody."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from runtime.automations.actions import ActionContext, Options, Result
from runtime.automations.actions._matching import KEY, TRIGGERS
from runtime.automations.actions._people import TO, people
from runtime.errors import PermanentError
from runtime.fields import N_


class Assign:
    """Writes a person into a member field of the record: the first of those named who is there and active. In the field
    that holds the owner it gives the record another owner.
    """

    name = "assign"
    label = _l("Assign to somebody")
    icon = "user-check"
    options: Options = {
        "type": "object",
        "properties": {
            "type": {"const": "assign", "title": N_("Action"), "description": N_("Assign to somebody.")},
            "key": KEY,
            "field": {
                "type": "string",
                "title": N_("Field"),
                "description": N_("The member field that names whose it is."),
                "examples": ["owner"],
                "means": "field:member",
            },
            "to": {
                **TO,
                "description": N_("Who gets it: the first of these who is there and active."),
            },
            "triggers": TRIGGERS,
        },
        "required": ["type", "field", "to"],
        "additionalProperties": False,
    }

    def run(self, context: ActionContext, options: Options) -> Result:
        """Write the person; who it is, and the record, is the result."""
        found = people(context, options["to"]).recipients
        if not found:
            raise PermanentError(_("There is nobody to assign it to."))
        person, record_id = found[0][0], context.run.record_id
        triggers = options.get("triggers", True)
        context.write(context.form, {options["field"]: person.id}, record_id, triggers=triggers)
        return {"form": context.form.key, "updated": [record_id], "assigned": person.id}


plugin = Assign()
