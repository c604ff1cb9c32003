"""What every action may have beside its own options: a condition, and a wait before it."""

from collections.abc import Mapping
from typing import Any

from runtime.automations.triggers.date_reached import OFFSET, TIME
from runtime.fields import N_

WAIT: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        "until": {
            "type": "string",
            "title": N_("Until"),
            "description": N_("The date of the record that is counted from; from now on when absent."),
            "examples": ["due_on"],
            "means": "field:date,datetime",
        },
        "offset": {
            "type": "string",
            "pattern": OFFSET,
            "title": N_("How long"),
            "description": N_("How long after it, or before (-): min, h, d, w or mo (months)."),
            "examples": ["2d"],
        },
        "at": {
            "type": "string",
            "pattern": TIME,
            "title": N_("At"),
            "description": N_("The time of day, in the zone of the trigger or else of the app."),
            "examples": ["09:00"],
        },
    },
    "anyOf": [{"required": ["until"]}, {"required": ["offset"]}],
    "additionalProperties": False,
    "title": N_("Wait"),
    "description": N_("What must pass before the action; those after it wait too."),
    "examples": [{"offset": "2d", "at": "09:00"}],
}
COMMON: Mapping[str, Any] = {
    "when": {
        "$ref": "urn:formwright:condition:1",
        "title": N_("Only if"),
        "description": N_("The condition on which the action is done, judged when its turn comes."),
        "examples": [{"properties": {"record": {"required": ["state"]}}}],
    },
    "wait": WAIT,
}
