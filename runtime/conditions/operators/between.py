"""The operator *is between*, both ends included."""

from collections.abc import Mapping
from typing import Any

from runtime.conditions.operators._base import NUMBERS, NotThisOperator, Operator
from runtime.fields import N_


class Between(Operator):
    name = "between"
    label = N_("is between")
    sentence = N_("%(field)s is between %(value)s and %(until)s")
    for_types = NUMBERS
    values = "two"

    def to_schema(self, value: Any) -> dict[str, Any]:
        low, high = value
        return {"type": "number", "minimum": low, "maximum": high}

    def from_schema(self, schema: Mapping[str, Any]) -> Any:
        value = [schema.get("minimum"), schema.get("maximum")]
        if dict(schema) != self.to_schema(value):
            raise NotThisOperator
        return value


plugin = Between()
