"""The operator *is or lies below*, for values of a tree."""

from collections.abc import Mapping
from typing import Any

from runtime.conditions.operators._base import PATHS, NotThisOperator, Operator
from runtime.fields import N_


class IsOrBelow(Operator):
    name = "is_or_below"
    label = N_("is or lies below")
    sentence = N_("%(field)s is %(value)s or lies below it")
    for_types = PATHS

    def to_schema(self, value: Any) -> dict[str, Any]:
        return {"type": "array", "contains": {"const": value}}

    def from_schema(self, schema: Mapping[str, Any]) -> Any:
        value = schema.get("contains", {}).get("const")
        if value is None or dict(schema) != self.to_schema(value):
            raise NotThisOperator
        return value


plugin = IsOrBelow()
