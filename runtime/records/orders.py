"""The order of a list: by which columns, as the text of an address names it, and never by what is hidden."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from sqlalchemy import ColumnElement

from runtime.definitions.documents import Form
from runtime.fields import LISTED
from runtime.records.tables import is_longer, is_spelled, is_wide, order_column, stored

SYSTEM_ORDERS = ("id", "created_at", "updated_at")
MOST_SORTS = 3
BEGINNING = 200  # characters that decide the order of a field of long texts
RANKED = "~"
_LONGEST = 200


@dataclass(frozen=True)
class Sort:
    """By which column, and whether the largest comes first. `ranked`: as the options of a choice follow each other."""

    key: str
    descending: bool
    ranked: bool = False

    @property
    def name(self) -> str:
        return f"{'-' if self.descending else ''}{self.key}{RANKED if self.ranked else ''}"


class Titles(Protocol):
    """How what a field points to is called, as keys."""

    def by(self, pointer: Any) -> ColumnElement[Any]:
        """The key of what a column points to, as SQL."""

    def learn(self, pointed: Iterable[int | None]) -> None:
        """Read the keys of these, in one statement."""

    def of(self, pointed: int | None) -> Any:
        """The key of one of them as JSON, None without one; read where it was not learned."""

    def bound(self, key: Any) -> Any:
        """The key again, as SQL compares it; ValueError for what is none."""


@dataclass(frozen=True)
class Order:
    """By which columns, the first one first; records that are alike in all follow each other by id, in the
    direction of the last. `titles` are what fields point to that are ordered by how it is called.
    """

    sorts: tuple[Sort, ...]
    titles: Mapping[str, "Titles"] = field(default_factory=dict, compare=False)

    @property
    def name(self) -> str:
        return ",".join(each.name for each in self.sorts)

    @property
    def turned(self) -> "Order":
        """The same order from its end."""
        sorts = tuple(replace(each, descending=not each.descending) for each in self.sorts)
        return replace(self, sorts=sorts)

    def with_titles(self, titles: Mapping[str, "Titles"]) -> "Order":
        """The same order, by titles in the places of pointers."""
        return replace(self, titles=titles)

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(each.key for each in self.sorts)

    @property
    def descending(self) -> bool:
        """Whether the ids of records that are alike fall."""
        return self.sorts[-1].descending


def order(form: Form, sort: str | None, hidden: frozenset[str]) -> Order:
    """The order that was asked for, else the form's own, else newest first; never by what is hidden."""
    for names in (sort, form.sort, "-id"):
        if found := _sorts(form, names or "", hidden):
            return Order(found)
    raise AssertionError("-id is always an order")


def _sorts(form: Form, names: str, hidden: frozenset[str]) -> tuple[Sort, ...]:
    """The sorts of a text like `state,-amount`; none at all where one of them is none."""
    found = read(names)
    return found if all(_has_order(form, each.key, hidden) for each in found) else ()


def read(names: str) -> tuple[Sort, ...]:
    """The sorts that a text names, whatever there is; none of a text that names too many."""
    found: dict[str, Sort] = {}
    for name in names.split(",") if len(names) <= _LONGEST else ():
        key = name.removeprefix("-").removesuffix(RANKED)
        found.setdefault(key, Sort(key, name.startswith("-"), name.endswith(RANKED)))
    return tuple(found.values()) if len(found) <= MOST_SORTS else ()


def _has_order(form: Form, key: str, hidden: frozenset[str]) -> bool:
    if key in SYSTEM_ORDERS:
        return True
    return key in stored(form) and key not in hidden and form.fields[key].type.value_type not in LISTED


def is_keyed(form: Form, key: str) -> bool:
    """Whether keys beside the texts of this field decide: of a form whose records all have them."""
    return form.spelled and key in form.fields and is_spelled(form.fields[key])


def order_name(form: Form, key: str) -> str:
    """The column by which a list is ordered that is ordered by this field."""
    return order_column(form, key) if is_keyed(form, key) else key


def is_cut(form: Form, by: Order, key: str) -> bool:
    """Whether only the beginning of a text decides: of several, a cursor has room for that alone."""
    if key in SYSTEM_ORDERS:
        return False
    own = form.fields[key]
    if is_keyed(form, key):
        return False
    return is_wide(own) or (len(by.sorts) > 1 and is_longer(own, BEGINNING))
