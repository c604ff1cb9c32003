"""Operators that count days from today: the field lies between two facts of `runtime.conditions.days`."""

from collections.abc import Mapping, Sequence
from typing import Any

from runtime.conditions import days
from runtime.conditions.operators._base import NotThisOperator, Operator


class Span(Operator):
    """From `low` to `high`, both included, in which `{}` is the number of days."""

    low: str
    high: str
    asks = "days"

    def to_schema(self, value: Any) -> dict[str, Any]:
        low, high = ({"fact": bound.format(value)} for bound in (self.low, self.high))
        return {"type": "string", "formatMinimum": low, "formatMaximum": high}

    def from_schema(self, schema: Mapping[str, Any]) -> Any:
        paths = _paths([schema.get("formatMinimum"), schema.get("formatMaximum")])
        counts = [count for path in paths if (count := days.count(path)) is not None]
        value = counts[0] if counts else None
        wanted = None if self.values == "none" else value
        if (value is None) != (self.values == "none") or dict(schema) != self.to_schema(wanted):
            raise NotThisOperator
        return wanted


class Period(Operator):
    """In a period like `last_month`, both its ends included; `edges` are what its facts end with."""

    edges: tuple[str, str]
    asks = "period"

    def to_schema(self, value: Any) -> dict[str, Any]:
        low, high = ({"fact": f"{days.ROOT}.{value}_{edge}"} for edge in self.edges)
        return {"type": "string", "formatMinimum": low, "formatMaximum": high}

    def from_schema(self, schema: Mapping[str, Any]) -> Any:
        paths = _paths([schema.get("formatMinimum")])
        found = [period for period in days.PERIODS if paths == [f"{days.ROOT}.{period}_{self.edges[0]}"]]
        if not found or dict(schema) != self.to_schema(found[0]):
            raise NotThisOperator
        return found[0]


def is_span(bounds: Sequence[Any]) -> bool:
    """Whether both bounds are counted from today, so that one of these operators says it."""
    paths = _paths(bounds)
    return len(paths) == 2 and all(path == "now" or days.type_of(path) for path in paths)


def _paths(bounds: Sequence[Any]) -> list[str]:
    return [str(each.get("fact")) for each in bounds if isinstance(each, Mapping)]
