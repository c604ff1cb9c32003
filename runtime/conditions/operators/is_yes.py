"""The operator *is yes*."""

from collections.abc import Mapping
from typing import Any

from runtime.conditions.operators._base import TRUTHS, NotThisOperator, Operator
from runtime.fields import N_


class IsYes(Operator):
    name = "is_yes"
    label = N_("is yes")
    sentence = N_("%(field)s is yes")
    for_types = TRUTHS
    values = "none"

    def to_schema(self, value: Any) -> dict[str, Any]:
        return {"type": "boolean", "const": True}

    def from_schema(self, schema: Mapping[str, Any]) -> Any:
        if {"type": "boolean", **schema} != self.to_schema(None) or schema["const"] is not True:
            raise NotThisOperator
        return None


plugin = IsYes()
