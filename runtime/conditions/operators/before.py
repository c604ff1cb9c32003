"""The operator *is before*."""

from typing import Any

from runtime.conditions.operators._base import TIMES, Operator
from runtime.fields import N_


class Before(Operator):
    name = "before"
    label = N_("is before")
    sentence = N_("%(field)s is before %(value)s")
    for_types = TIMES
    keyword = "formatMaximum"

    def to_schema(self, value: Any) -> dict[str, Any]:
        return {"type": "string", "formatMaximum": value, "not": {"const": value}}


plugin = Before()
