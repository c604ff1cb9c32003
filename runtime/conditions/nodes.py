"""A parsed condition: every keyword is one part, a schema is the conjunction of its parts."""

from dataclasses import dataclass
from decimal import Decimal

from runtime.conditions.errors import Place

Constant = str | int | Decimal | bool


@dataclass(frozen=True)
class Fact:
    """A constant that is looked up when the condition is judged: `{"fact": "record.customer"}`."""

    path: str


Operand = Constant | Fact


@dataclass(frozen=True)
class Atom:
    """One keyword that judges the value itself: `type`, `const`, `minimum` …

    `operands` holds one operand, for `enum` all of them.
    """

    keyword: str
    operands: tuple[Operand, ...]
    place: Place


@dataclass(frozen=True)
class Required:
    """The object has a value under `name`."""

    name: str
    place: Place


@dataclass(frozen=True)
class Property:
    """The value under `name`, when there is one, fulfils the schema."""

    name: str
    schema: "Schema"
    place: Place


@dataclass(frozen=True)
class AnyOf:
    """At least one of the schemas is fulfilled."""

    schemas: tuple["Schema", ...]


@dataclass(frozen=True)
class Not:
    """The schema is not fulfilled."""

    schema: "Schema"


@dataclass(frozen=True)
class Schema:
    """All parts hold; without parts it always does. `allOf` is a schema among the parts."""

    parts: tuple["Part", ...]


Part = Atom | Required | Property | AnyOf | Not | Schema
