"""The operator *is after*."""

from typing import Any

from runtime.conditions.operators._base import TIMES, Operator
from runtime.fields import N_


class After(Operator):
    name = "after"
    label = N_("is after")
    sentence = N_("%(field)s is after %(value)s")
    for_types = TIMES
    keyword = "formatMinimum"

    def to_schema(self, value: Any) -> dict[str, Any]:
        return {"type": "string", "formatMinimum": value, "not": {"const": value}}


plugin = After()
