"""Creates one record."""

from flask_babel import lazy_gettext as _l

from runtime.automations.actions import ActionContext, Options, Result
from runtime.automations.actions._matching import FORM, KEY, SET, TRIGGERS
from runtime.fields import N_


class CreateRecord:
    """Fills a new record of a form of the same app from formulas."""

    name = "create_record"
    label = _l("Create a record")
    icon = "file-plus"
    options: Options = {
        "type": "object",
        "properties": {
            "type": {"const": "create_record", "title": N_("Action"), "description": N_("Create a record.")},
            "key": KEY,
            "form": FORM,
            "set": SET,
            "triggers": TRIGGERS,
        },
        "required": ["type", "form", "set"],
        "additionalProperties": False,
    }

    def run(self, context: ActionContext, options: Options) -> Result:
        """Write the record; its id is the result."""
        form = context.target(options["form"])
        values = context.evaluate(options["set"])
        saved = context.write(form, values, triggers=options.get("triggers", True))
        return {"form": form.key, "created": [saved.id]}


plugin = CreateRecord()
