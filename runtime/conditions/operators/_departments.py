"""Operators on who is in a department or below it, by a fact of `runtime.conditions.departments`."""

from collections.abc import Mapping
from typing import Any

from runtime.conditions import departments
from runtime.conditions.operators._base import NUMBERS, NotThisOperator, Operator

OWN = "user.department_id"
"""The fact that stands for the department of whoever looks, instead of one by its id."""


class Inside(Operator):
    """The value is among those of the facts under `root`."""

    root: str
    asks = "department"
    for_types = NUMBERS

    def to_schema(self, value: Any) -> dict[str, Any]:
        inside = departments.MINE if isinstance(value, Mapping) else value
        return {"type": "number", "enum": [{"fact": departments.fact(self.root, inside)}]}

    def from_schema(self, schema: Mapping[str, Any]) -> Any:
        listed = schema.get("enum")
        only = listed[0] if isinstance(listed, list) and len(listed) == 1 else None
        path = str(only.get("fact")) if isinstance(only, Mapping) else ""
        found = departments.department(path, self.root)
        value = {"fact": OWN} if found == departments.MINE else found
        if found is None or dict(schema) != self.to_schema(value):
            raise NotThisOperator
        return value
