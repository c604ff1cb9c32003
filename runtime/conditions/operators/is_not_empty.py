"""The operator *is not empty*."""

from collections.abc import Mapping
from typing import Any

from runtime.conditions.operators._base import FILLED, NotThisOperator, Operator
from runtime.fields import N_


class IsNotEmpty(Operator):
    name = "is_not_empty"
    label = N_("is not empty")
    sentence = N_("%(field)s is not empty")
    for_types = FILLED
    values = "none"

    def to_schema(self, value: Any) -> dict[str, Any]:
        return {}

    def from_schema(self, schema: Mapping[str, Any]) -> Any:
        if schema:
            raise NotThisOperator
        return None


plugin = IsNotEmpty()
