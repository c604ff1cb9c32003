"""What publishing does to what is stored already, as its page tells it: a sentence, a count, the first records."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from runtime.fields import Field


@dataclass(frozen=True)
class Question:
    """What a person may choose instead of what happens by itself: `fill` what is empty in a field, `map` the
    records that hold an option to another, `timers` to keep as they are planned, `backfill` to plan for records
    that are there already.
    """

    kind: str
    field: Field | None = None
    held: str = ""

    @property
    def name(self) -> str:
        """How the page's form names it within its part."""
        parts = (self.kind, self.field.key if self.field else "", quote(self.held, safe=""))
        return "/".join(part for part in parts if part)


@dataclass(frozen=True)
class Affected:
    """A record that is affected: what it is called, and the way to it."""

    title: str
    address: str


@dataclass(frozen=True)
class Effect:
    """Something that publishing does to stored records or waiting timers, and what becomes of them unless the
    question is answered; how many, and the first of the records. It is `limited` where there is more than the person
    may see, whatever that is; one that `narrows` takes rights from people, which is to be confirmed.
    """

    sentence: str
    then: str
    count: int
    question: Question | None = None
    first: Sequence[Affected] = ()
    limited: bool = False
    narrows: bool = False
