"""The JSON Schema keywords that a form sets beside `fw`, as panels show them."""

from collections.abc import Mapping
from typing import Any

from runtime.fields import N_

_LENGTH = {"type": "integer", "minimum": 0, "maximum": 1_000_000}
_ROWS = {"type": "integer", "minimum": 0, "maximum": 5_000}
_NUMBER = {"type": "number"}

KEYWORDS: Mapping[str, Mapping[str, Any]] = {
    "minimum": {"title": N_("Least"), "description": N_("The least number that is accepted."), **_NUMBER},
    "maximum": {
        "title": N_("Greatest"),
        "description": N_("The greatest number that is accepted."),
        **_NUMBER,
    },
    "exclusiveMinimum": {
        "title": N_("More than"),
        "description": N_("The number must be greater."),
        **_NUMBER,
    },
    "exclusiveMaximum": {
        "title": N_("Less than"),
        "description": N_("The number must be smaller."),
        **_NUMBER,
    },
    "minLength": {"title": N_("Shortest"), "description": N_("Least number of characters."), **_LENGTH},
    "maxLength": {"title": N_("Longest"), "description": N_("Greatest number of characters."), **_LENGTH},
    "minItems": {"title": N_("Fewest"), "description": N_("How many there must be at least."), **_ROWS},
    "maxItems": {"title": N_("Most"), "description": N_("How many there may be at most."), **_ROWS},
}


def schema_of(names: tuple[str, ...]) -> dict[str, Any]:
    """The schema of those of these keywords that a panel shows."""
    return {"type": "object", "properties": {name: KEYWORDS[name] for name in names if name in KEYWORDS}}
