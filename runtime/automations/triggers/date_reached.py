"""Starts at moments counted from a date of the record: three days before, on the day at 09:00."""

from flask_babel import lazy_gettext as _l

from runtime.automations.triggers import Options
from runtime.fields import N_
from runtime.records.models import Event

OFFSET = r"^[+-]?[0-9]{1,3}(min|h|d|w|mo)$"
SPAN = r"^[0-9]{1,3}(min|h|d|w)$"
TIME = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"


class DateReached:
    """Plans one timer for each offset; `runtime.automations.moments` says when exactly."""

    name = "date_reached"
    label = _l("A date is reached")
    icon = "calendar-event"
    planned = True
    options: Options = {
        "type": "object",
        "properties": {
            "type": {
                "const": "date_reached",
                "title": N_("Trigger"),
                "description": N_("A date is reached."),
            },
            "form": {
                "type": "string",
                "title": N_("Form"),
                "description": N_("Whose records have the date."),
                "examples": ["reminder"],
            },
            "field": {
                "type": "string",
                "title": N_("Date"),
                "description": N_("The date, or date with time, that is counted from."),
                "examples": ["due_on"],
                "means": "field:date,datetime",
            },
            "offsets": {
                "type": "array",
                "items": {"type": "string", "pattern": OFFSET},
                "minItems": 1,
                "maxItems": 20,
                "uniqueItems": True,
                "title": N_("When"),
                "description": N_("How long before (-) or after (+): min, h, d, w or mo (months)."),
                "examples": [["-3d", "-1d", "0d"]],
            },
            "at": {
                "type": "string",
                "pattern": TIME,
                "title": N_("At"),
                "description": N_(
                    "The time of day in the zone; needed when the field is a date without time."
                ),
                "examples": ["09:00"],
            },
            "zone": {
                "type": "string",
                "title": N_("Zone"),
                "description": N_("The IANA time zone that the time of day means; the app's when absent."),
                "examples": ["Asia/Shanghai"],
            },
            "late": {
                "type": "object",
                "properties": {
                    "send_within": {
                        "type": "string",
                        "pattern": SPAN,
                        "title": N_("Still start within"),
                        "description": N_("How long after its moment it still starts, after a standstill."),
                        "examples": ["12h"],
                    },
                    "past": {
                        "enum": ["skip", "send"],
                        "title": N_("When the moment is past already"),
                        "description": N_(
                            "Whether a moment before the day on which the date is entered counts."
                        ),
                        "examples": ["skip"],
                    },
                },
                "additionalProperties": False,
                "title": N_("When late"),
                "description": N_("What happens with moments that were missed."),
                "examples": [{"send_within": "12h"}],
            },
            "holidays": {
                "enum": ["none", "before", "after"],
                "title": N_("On a weekend or holiday"),
                "description": N_("Keep the day, or take the working day before or after it."),
                "examples": ["before"],
            },
            "again": {
                "type": "boolean",
                "default": False,
                "title": N_("Again after a new date"),
                "description": N_(
                    "Whether an offset that has started once starts again when the date changes."
                ),
                "examples": [True],
            },
        },
        "required": ["type", "form", "field", "offsets"],
        "additionalProperties": False,
    }

    def matches(self, event: Event, options: Options) -> bool:
        """Never: no event starts it, `timers` plans it."""
        return False


plugin = DateReached()
