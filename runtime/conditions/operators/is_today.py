"""The operator *is today*, of dates."""

from collections.abc import Mapping
from typing import Any

from runtime.conditions.operators._base import NotThisOperator, Operator
from runtime.fields import N_, ValueType


class IsToday(Operator):
    name = "is_today"
    label = N_("is today")
    sentence = N_("%(field)s is today")
    for_types = frozenset((ValueType.DATE,))
    values = "none"

    def to_schema(self, value: Any) -> dict[str, Any]:
        return {"type": "string", "const": {"fact": "days.today"}}

    def from_schema(self, schema: Mapping[str, Any]) -> Any:
        if dict(schema) != self.to_schema(None):
            raise NotThisOperator
        return None


plugin = IsToday()
