"""What an operator is: the verb of an editor row, and the schema that the row stands for."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from runtime.fields import ValueType


class NotThisOperator(Exception):
    """The schema was not written by this operator."""


class Operator:
    """The verb of a row *field · operator · value*. A file each; its instance is the file's `plugin`.

    `to_schema(value)` is the schema of the field's value; the row adds `required`, so that an empty field
    never fulfils it. An operator with an `opposite` says the contrary of that operator, also of empty
    fields: its row is the `not` of the opposite's row. Most operators only name the `keyword` they write.
    """

    name: str
    label: str
    """The verb in the editor, English; translated where it is shown."""
    sentence: str
    """The whole row in words, with `%(field)s`, `%(value)s` and, of two values, `%(until)s`."""
    singular: str = ""
    """The same of one day, where it `asks` for days."""
    for_types: frozenset[ValueType]
    every: bool = False
    """Whether a sentence joins several values by *and*, not by *or*."""
    values: str = "one"
    """How many values the row takes: none, one, two or many; two and many come as a list."""
    asks: str = ""
    """What the row asks for where it is no value of the field: a number of `days`, or a `department`."""
    for_fields: frozenset[str] = frozenset()
    """The types of fields that it is for; empty for all whose values are `for_types`."""
    keyword: str = ""
    json_type: str = "number"
    opposite: str = ""

    def to_schema(self, value: Any) -> dict[str, Any]:
        """The schema that a filled field fulfils; `value` is canonical JSON or `{"fact": path}`."""
        return {"type": self.json_type, self.keyword: value}

    def from_schema(self, schema: Mapping[str, Any]) -> Any:
        """The value that `to_schema` was given; NotThisOperator when it did not write this schema."""
        if self.opposite or self.keyword not in schema:
            raise NotThisOperator
        value = schema[self.keyword]
        if dict(schema) != self.to_schema(value):
            raise NotThisOperator
        return value


def typed(values: list[Any]) -> dict[str, str]:
    """The `type` keyword of constants that share one, {} otherwise: a fact has none until it is looked up."""
    types = {_json_type(value) for value in values}
    shared = types.pop() if len(types) == 1 else ""
    return {"type": shared} if shared else {}


def untyped(schema: Mapping[str, Any]) -> dict[str, Any]:
    """A schema of constants without its `type`, which the constants imply."""
    return {keyword: value for keyword, value in schema.items() if keyword != "type"}


def _json_type(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | Decimal | float):
        return "number"
    return "string" if isinstance(value, str) else ""


TIMES = frozenset((ValueType.DATE, ValueType.DATETIME, ValueType.TIME))
NUMBERS = frozenset((ValueType.NUMBER,))
TRUTHS = frozenset((ValueType.BOOL,))
LISTS = frozenset((ValueType.LIST,))
PATHS = frozenset((ValueType.PATH,))
SINGLE = TIMES | NUMBERS | {ValueType.TEXT}
FILLED = SINGLE | TRUTHS | LISTS | PATHS | {ValueType.FILES}
