"""A record table with a column of every type, its records, and random conditions about them."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from random import Random
from typing import Any

import sqlalchemy as sa

from runtime import times
from runtime.conditions.days import Days
from runtime.conditions.facts import Among
from runtime.db import Moment
from runtime.fields import ValueType
from runtime.fields._columns import CalendarDate, ExactNumber, Instant, Several

TYPES = {
    "name": ValueType.TEXT,
    "amount": ValueType.NUMBER,
    "pieces": ValueType.NUMBER,
    "customer": ValueType.NUMBER,
    "due_on": ValueType.DATE,
    "met_at": ValueType.DATETIME,
    "remind": ValueType.BOOL,
    "made_at": ValueType.DATETIME,
    "starts": ValueType.TIME,
    "tags": ValueType.LIST,
    "way": ValueType.PATH,
}
DAYS = ["0001-01-01", "2024-02-29", "2026-11-20", "2026-11-21", "2026-11-22", "9999-12-31"]
MOMENTS = [
    "0001-01-01T00:00:00Z",
    "2026-11-20T23:59:59Z",
    "2026-11-21T00:00:00Z",
    "2026-11-21T00:00:01Z",
    "9999-12-31T23:59:59Z",
]
CLOCKS = ["00:00", "09:30", "09:31", "20:00", "23:59"]
TAGS = ["a", "A", "中文", "it's %(x)s", "true", "5"]
TEXTS = [
    "",
    "a",
    "A",
    "ab",
    "é",
    "中文",
    "😀",
    "2026-11-21",
    "2026-11-21T00:00:00Z",
    "Z",
    "it's %(x)s",
    "5",
    "true",
]
NUMBERS = [0, 1, -1, 5, Decimal("5.00"), Decimal("0.01"), Decimal("-0.01"), Decimal("1.5"), 999_999]
# Constants also hold what no column can: more decimals, more digits.
ODD_NUMBERS = [
    Decimal("1.005"),
    Decimal("4.999"),
    Decimal("-0.001"),
    10**15,
    -(10**16),
    2**31,
    2**63,
    10**40,
    -(10**40),
]
TRUTHS = [True, False]
CONSTANTS = [*TEXTS, *NUMBERS, *ODD_NUMBERS, *TRUTHS, *DAYS, *MOMENTS, *CLOCKS]
NAMED_DAYS = ("today", "before_1", "after_1", "begin", "end", "begin_before_1", "end_after_1")
DAYS_AROUND = Days(datetime(2026, 11, 21, tzinfo=UTC), "UTC")


class Listed(Among):
    """A fact that stands for these numbers."""

    def __init__(self, *numbers: int) -> None:
        self.numbers = numbers

    def __contains__(self, number: Any) -> bool:
        return number in self.numbers

    def __iter__(self) -> Iterator[int]:
        return iter(self.numbers)

    @property
    def select(self) -> sa.Select[int]:
        """The numbers as a query."""
        held = [sa.select(sa.literal(number, sa.BigInteger())) for number in self.numbers]
        none = sa.select(sa.literal(0, sa.BigInteger())).where(sa.false())
        return sa.select(sa.union_all(none, *held).subquery("listed").c[0])


FACTS: dict[str, Any] = {
    "user": {
        "id": 5,
        "name": "ab",
        "day": "2026-11-21",
        "at": "2026-11-21T00:00:00Z",
        "hour": "09:31",
        "ids": [0, 1, 5],
        "yes": True,
    },
    "days": {**{name: DAYS_AROUND[name] for name in NAMED_DAYS}, "none": []},
    "now": "2026-11-21T00:00:00Z",
    "people": {"in_1": Listed(1, 5), "in_7": Listed()},
    "departments": {"in_1": Listed(0), "in_mine": Listed(5)},
    "changed": ["amount", "due_on"],
}
FACT_PATHS = [
    *(f"user.{key}" for key in FACTS["user"]),
    "days.today",
    "days.none",
    *(f"days.{name}" for name in NAMED_DAYS),
    "now",
    *("people.in_1", "people.in_7", "people.in_2", "departments.in_1", "departments.in_mine"),
    "user.gone",
    "gone.gone",
    "user",
]


def make_table() -> sa.Table:
    """The table; `made_at` is one of our own columns, to the microsecond, the others belong to fields."""
    return sa.Table(
        "conditions_world",
        sa.MetaData(),
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.Text),
        sa.Column("amount", ExactNumber(2)),
        sa.Column("pieces", ExactNumber(0)),
        sa.Column("customer", sa.Integer),
        sa.Column("due_on", CalendarDate()),
        sa.Column("met_at", Instant()),
        sa.Column("remind", sa.Boolean),
        sa.Column("made_at", Moment),
        sa.Column("starts", sa.String(5)),
        sa.Column("tags", Several()),
        sa.Column("way", Several()),
    )


def make_record(random: Random) -> dict[str, Any]:
    """Column values of one record, each absent at times."""
    values = {
        "name": random.choice(TEXTS),
        "amount": random.choice(NUMBERS),
        "pieces": random.choice([n for n in NUMBERS if n == int(n)]),
        "customer": random.choice([0, 1, 5]),
        "due_on": random.choice(DAYS),
        "met_at": random.choice(MOMENTS),
        "remind": random.choice(TRUTHS),
        "starts": random.choice(CLOCKS),
        "way": TAGS[: random.randint(1, 4)],
        "tags": random.sample(TAGS, random.randint(1, 3)),
        "made_at": times.parse_iso(random.choice(MOMENTS[1:4])).replace(
            microsecond=random.choice([0, 1, 999_999])
        ),
    }
    return {key: value for key, value in values.items() if random.random() < 0.75}


def canonical(record: Mapping[str, Any]) -> dict[str, Any]:
    """The record's values as a context has them."""
    return {key: times.iso(value) if isinstance(value, datetime) else value for key, value in record.items()}


LONGEST = 2_500
"""Characters of a random condition: no 200 tests (`parsing.MAX_ATOMS`) find room in them."""


class Generator:
    """Random conditions about the record at the root (`wrapped=False`) or under `record`."""

    def __init__(self, random: Random, *, wrapped: bool, facts: bool) -> None:
        self.random, self.wrapped, self.facts = random, wrapped, facts

    def condition(self) -> Any:
        """One condition document, small enough for the parser's limits."""
        while True:
            document = self._object(self.random.randint(1, 4), "" if self.wrapped else "record")
            if len(str(document)) <= LONGEST:
                return document

    def _object(self, depth: int, inside: str) -> Any:
        if self.random.random() < 0.04:
            return self.random.choice([True, False, {}])
        keywords = ["required", "properties", "properties", "both", "type"]
        keywords += ["allOf", "anyOf", "not"] if depth else []
        document: dict[str, Any] = {}
        for keyword in self.random.sample(keywords, self.random.randint(1, 2)):
            document |= self._keyword_of_object(keyword, depth, inside)
        return document

    def _keyword_of_object(self, keyword: str, depth: int, inside: str) -> dict[str, Any]:
        if keyword == "type":
            return {"type": self.random.choice(["object", "object", "string"])}
        if keyword == "not":
            return {"not": self._object(depth - 1, inside)}
        if keyword in ("allOf", "anyOf"):
            return {keyword: [self._object(depth - 1, inside) for _ in range(self.random.randint(1, 3))]}
        names = self.random.sample(self._names(inside), self.random.randint(1, 2))
        required = {"required": names}
        properties = {"properties": {name: self._property(name, depth, inside) for name in names}}
        return {"required": required, "properties": properties, "both": required | properties}[keyword]

    def _names(self, inside: str) -> list[str]:
        return list(TYPES) if inside == "record" else ["record", "record", "user", "days", "changed"]

    def _property(self, name: str, depth: int, inside: str) -> Any:
        if inside == "record":
            return self._value(TYPES[name], max(depth - 1, 0))
        if name == "record":
            return self._object(max(depth - 1, 1), "record")
        if name == "user":
            return {"required": ["id"], "properties": {"id": self._value(ValueType.NUMBER, 0)}}
        return self.random.choice(
            [{"contains": {"const": "amount"}}, {"type": "object"}, {"required": ["today"]}]
        )

    def _value(self, kind: ValueType, depth: int) -> Any:
        choice = self.random.random()
        if depth and choice < 0.15:
            return {"not": self._value(kind, depth - 1)}
        if depth and choice < 0.3:
            keyword = self.random.choice(["allOf", "anyOf"])
            return {keyword: [self._value(kind, depth - 1) for _ in range(self.random.randint(1, 3))]}
        if choice < 0.35:
            return {"required": ["id"], "properties": {"id": {"const": 1}}}
        atoms = [self._atom(kind) for _ in range(self.random.randint(1, 2))]
        return {keyword: operand for atom in atoms for keyword, operand in atom.items()}

    def _atom(self, kind: ValueType) -> dict[str, Any]:
        times_kind = kind in (ValueType.DATE, ValueType.DATETIME, ValueType.TIME)
        fitting = ["const", "enum", "type"]
        fitting += ["formatMinimum", "formatMaximum"] * 2 if times_kind else []
        fitting += (
            ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"] if kind is ValueType.NUMBER else []
        )
        fitting += ["minLength", "maxLength", "formatMinimum"] if kind is ValueType.TEXT else []
        every = ["minimum", "exclusiveMaximum", "minLength", "maxLength", "formatMaximum", "contains"]
        fitting += ["contains"] * 3 if kind in (ValueType.LIST, ValueType.PATH) else []
        keyword = self.random.choice(fitting if self.random.random() < 0.85 else every)
        return {keyword: self._operand(keyword, kind)}

    def _operand(self, keyword: str, kind: ValueType) -> Any:
        if keyword == "type":
            return self.random.choice(["string", "number", "integer", "boolean", "array", "object"])
        if keyword in ("minLength", "maxLength"):
            return self.random.randint(0, 3)
        if keyword == "enum":
            return [self._constant("const", kind) for _ in range(self.random.randint(0, 4))]
        constant = self._constant(keyword, kind)
        if keyword == "contains":
            several = {"enum": [constant, self._constant(keyword, kind)]}
            return self.random.choice([{"const": constant}, several])
        return constant

    def _constant(self, keyword: str, kind: ValueType) -> Any:
        if self.facts and self.random.random() < 0.3:
            return {"fact": self.random.choice(FACT_PATHS)}
        if keyword.startswith("format"):
            return self.random.choice(DAYS + MOMENTS + CLOCKS)
        if "imum" in keyword.lower():
            return self.random.choice(NUMBERS + ODD_NUMBERS)
        if self.random.random() < 0.2:
            return self.random.choice(CONSTANTS)
        return self.random.choice(_POOLS[kind])


_POOLS: dict[ValueType, list[Any]] = {
    ValueType.TEXT: TEXTS,
    ValueType.NUMBER: NUMBERS + ODD_NUMBERS,
    ValueType.DATE: DAYS,
    ValueType.DATETIME: MOMENTS,
    ValueType.BOOL: TRUTHS,
    ValueType.TIME: CLOCKS,
    ValueType.LIST: TAGS,
    ValueType.PATH: TAGS,
}
