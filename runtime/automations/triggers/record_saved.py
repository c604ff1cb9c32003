"""Starts when a record of the form is created, updated or deleted."""

from flask_babel import lazy_gettext as _l

from runtime.automations.triggers import Options
from runtime.fields import N_
from runtime.records.models import Event


class RecordSaved:
    """Starts on the chosen kinds of change; an update counts only when one of `fields` changed, if given."""

    name = "record_saved"
    label = _l("A record is saved")
    icon = "device-floppy"
    planned = False
    options: Options = {
        "type": "object",
        "properties": {
            "type": {
                "const": "record_saved",
                "title": N_("Trigger"),
                "description": N_("A record is saved."),
            },
            "form": {
                "type": "string",
                "title": N_("Form"),
                "description": N_("Whose records are watched."),
                "examples": ["visit"],
            },
            "on": {
                "type": "array",
                "items": {"enum": ["created", "updated", "deleted"]},
                "minItems": 1,
                "uniqueItems": True,
                "title": N_("On"),
                "description": N_("Which changes start it; created and updated when absent."),
                "examples": [["created", "updated"]],
            },
            "fields": {
                "type": "array",
                "items": {"type": "string"},
                "minItems": 1,
                "uniqueItems": True,
                "title": N_("Only when one of these changes"),
                "description": N_("An update that changes none of these fields does not start it."),
                "examples": [["remind", "next_on"]],
            },
        },
        "required": ["type", "form"],
        "additionalProperties": False,
    }

    def matches(self, event: Event, options: Options) -> bool:
        """Whether this kind of change, of these fields, starts the automation."""
        if event.kind not in options.get("on", ("created", "updated")):
            return False
        fields = options.get("fields")
        return event.kind != "updated" or fields is None or not set(fields).isdisjoint(event.changed)


plugin = RecordSaved()
