"""The operator *is one of*."""

from collections.abc import Mapping
from typing import Any

from runtime.conditions.operators._base import SINGLE, NotThisOperator, Operator, typed, untyped
from runtime.fields import N_


class OneOf(Operator):
    name = "one_of"
    label = N_("is one of")
    sentence = N_("%(field)s is one of %(value)s")
    for_types = SINGLE
    values = "many"

    def to_schema(self, value: Any) -> dict[str, Any]:
        return {**typed(value), "enum": list(value)}

    def from_schema(self, schema: Mapping[str, Any]) -> Any:
        if list(untyped(schema)) != ["enum"]:
            raise NotThisOperator
        if schema.get("type") not in (None, typed(schema["enum"]).get("type")):
            raise NotThisOperator
        return list(schema["enum"])


plugin = OneOf()
