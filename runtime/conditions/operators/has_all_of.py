"""The operator *has all of*."""

from collections.abc import Mapping
from typing import Any

from runtime.conditions.operators._base import LISTS, NotThisOperator, Operator
from runtime.fields import N_


class HasAllOf(Operator):
    name = "has_all_of"
    label = N_("has all of")
    sentence = N_("%(field)s has all of %(value)s")
    for_types = LISTS
    values = "many"
    every = True

    def to_schema(self, value: Any) -> dict[str, Any]:
        return {"type": "array", "allOf": [{"contains": {"const": each}} for each in value] or [{}]}

    def from_schema(self, schema: Mapping[str, Any]) -> Any:
        parts = schema.get("allOf", ())
        try:
            value = [part["contains"]["const"] for part in parts if part]
        except (KeyError, TypeError):
            raise NotThisOperator from None
        if "allOf" not in schema or {"type": "array", **schema} != self.to_schema(value):
            raise NotThisOperator
        return value


plugin = HasAllOf()
