"""The roll-ups of a form as they are used, and which roll-ups a record of a form counts for."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import NamedTuple

from runtime import conditions, documents
from runtime.conditions import Condition, ConditionError
from runtime.definitions import lookup
from runtime.definitions.documents import Form
from runtime.definitions.keeping import kept
from runtime.fields import Field

INCREMENTAL = ("count", "sum", "average")
"""The functions whose value follows from the one before; the others may have to look for the next best value."""


@dataclass(frozen=True, eq=False)
class RollUp:
    """A roll-up field of a form: `function` over `source` (None: the records themselves) of the records of the form
    `form` whose `reference` points to its own record.
    """

    field: Field

    @property
    def key(self) -> str:
        """Its key in its own form."""
        return self.field.key

    @cached_property
    def function(self) -> str:
        """count, sum, min, max or average."""
        return str(self.field.options.get("function", ""))

    @cached_property
    def form(self) -> str:
        """The form whose records it counts."""
        return str(self.field.options.get("form", ""))

    @cached_property
    def reference(self) -> str:
        """The field of that form that points here."""
        return str(self.field.options.get("reference", ""))

    @cached_property
    def source(self) -> str | None:
        """The field of that form that the function takes."""
        return self.field.options.get("field")

    @cached_property
    def when(self) -> Condition | None:
        """What a record must be like to count."""
        document = self.field.options.get("when")
        return conditions.compile(document) if document else None

    @cached_property
    def shows(self) -> frozenset[str]:
        """The fields of that form of which its value tells something."""
        try:
            read = self.when.reads if self.when else ()
        except ConditionError:  # of a draft that is tried: publishing refuses it
            read = ()
        own = (self.reference, *filter(None, [self.source]))
        return frozenset((*own, *(path.partition(".")[0] for path in read)))

    @property
    def of_nothing(self) -> Decimal | None:
        """Its value for a record to which none refers."""
        return Decimal(0) if self.function in ("count", "sum") else None

    @cached_property
    def mark(self) -> str:
        """A digest of what is counted: a running total with another mark was counted otherwise."""
        own = {
            name: self.field.options.get(name) for name in ("function", "form", "reference", "field", "when")
        }
        return hashlib.sha256(documents.dumps(own, sort_keys=True).encode()).hexdigest()[:8]


@kept(1024)
def of(form: Form) -> Mapping[str, RollUp]:
    """The roll-ups of a form by key."""
    return {key: RollUp(field) for key, field in form.fields.items() if field.type.name == "roll_up"}


class Over(NamedTuple):
    """A roll-up of a form, which stands at this place among those in force: behind the forms over which it has roll-ups
    itself, where they have none over each other.
    """

    rank: int
    form: Form
    roll_up: RollUp


def over(form: Form) -> tuple[Over, ...]:
    """The roll-ups of forms in force that a record of this form may count for."""
    return _over(tuple(lookup.forms(form.app))).get(form.key, ())


@lru_cache(256)
def _over(forms: tuple[Form, ...]) -> Mapping[str, tuple[Over, ...]]:
    found: dict[str, tuple[Over, ...]] = {}
    ranks = _ranks(forms)
    for form in forms:
        for roll_up in of(form).values():
            found[roll_up.form] = (*found.get(roll_up.form, ()), Over(ranks[form.key], form, roll_up))
    return found


def _ranks(forms: tuple[Form, ...]) -> Mapping[str, int]:
    counted = {form.key: {each.form for each in of(form).values()} for form in forms}
    found: dict[str, int] = {}
    begun: set[str] = set()

    def visit(key: str) -> None:
        begun.add(key)
        for other in sorted(counted.get(key, set())):
            if other not in begun:
                visit(other)
        found[key] = len(found)

    for form in forms:
        if form.key not in begun:
            visit(form.key)
    return found
