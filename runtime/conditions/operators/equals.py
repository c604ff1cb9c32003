"""The operator *is*."""

from collections.abc import Mapping
from typing import Any

from runtime.conditions.operators._base import SINGLE, NotThisOperator, Operator, typed, untyped
from runtime.fields import N_


class Equals(Operator):
    name = "equals"
    label = N_("is")
    sentence = N_("%(field)s is %(value)s")
    for_types = SINGLE

    def to_schema(self, value: Any) -> dict[str, Any]:
        return {**typed([value]), "const": value}

    def from_schema(self, schema: Mapping[str, Any]) -> Any:
        value = schema.get("const")
        if list(untyped(schema)) != ["const"] or isinstance(value, bool):
            raise NotThisOperator
        if schema.get("type") not in (None, typed([value]).get("type")):
            raise NotThisOperator
        return value


plugin = Equals()
