"""The operator *has any of*."""

from collections.abc import Mapping
from typing import Any

from runtime.conditions.operators._base import LISTS, NotThisOperator, Operator
from runtime.fields import N_


class HasAnyOf(Operator):
    name = "has_any_of"
    label = N_("has any of")
    sentence = N_("%(field)s has %(value)s")
    for_types = LISTS
    values = "many"

    def to_schema(self, value: Any) -> dict[str, Any]:
        return {"type": "array", "contains": {"enum": list(value)}}

    def from_schema(self, schema: Mapping[str, Any]) -> Any:
        value = schema.get("contains", {}).get("enum")
        if value is None or dict(schema) != self.to_schema(value):
            raise NotThisOperator
        return list(value)


plugin = HasAnyOf()
