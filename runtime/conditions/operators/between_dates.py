"""The operator *is from … to …*, both ends included."""

from collections.abc import Mapping
from typing import Any

from runtime.conditions.operators._base import TIMES, NotThisOperator, Operator
from runtime.conditions.operators._days import is_span
from runtime.fields import N_


class BetweenDates(Operator):
    name = "between_dates"
    label = N_("is from … to …")
    sentence = N_("%(field)s is from %(value)s to %(until)s")
    for_types = TIMES
    values = "two"

    def to_schema(self, value: Any) -> dict[str, Any]:
        low, high = value
        return {"type": "string", "formatMinimum": low, "formatMaximum": high}

    def from_schema(self, schema: Mapping[str, Any]) -> Any:
        value = [schema.get("formatMinimum"), schema.get("formatMaximum")]
        if dict(schema) != self.to_schema(value) or is_span(value):
            raise NotThisOperator
        return value


plugin = BetweenDates()
