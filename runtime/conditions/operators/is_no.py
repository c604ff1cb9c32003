"""The operator *is no*."""

from collections.abc import Mapping
from typing import Any

from runtime.conditions.operators._base import TRUTHS, NotThisOperator, Operator
from runtime.fields import N_


class IsNo(Operator):
    name = "is_no"
    label = N_("is no")
    sentence = N_("%(field)s is no")
    for_types = TRUTHS
    values = "none"

    def to_schema(self, value: Any) -> dict[str, Any]:
        return {"type": "boolean", "const": False}

    def from_schema(self, schema: Mapping[str, Any]) -> Any:
        if {"type": "boolean", **schema} != self.to_schema(None) or schema["const"] is not False:
            raise NotThisOperator
        return None


plugin = IsNo()
