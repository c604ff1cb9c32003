"""Reads the cards of a board: by the values of one field, or of two where it has swimlanes."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from runtime import access
from runtime.accounts.models import User
from runtime.definitions.documents import Form
from runtime.errors import NotFound
from runtime.fields import Field, Reader
from runtime.forms.lists import lengths
from runtime.forms.lists.kinds._values import cell, condition, ref, shown, titled, value_of
from runtime.forms.lists.places import MOST_ROWS, Asked
from runtime.records import crossed, query
from runtime.records.query import Lane
from runtime.records.rows import Record

A_LANE = lengths.SHORT
MOST_LANES = 60
MOST_SWIMLANES = 20
FEWEST = 2
"""Cards of each place where there are so many places that a page cannot hold more."""


def going_on(user: User, form: Form, asked: Asked, reader: Reader) -> Lane:
    """The next cards of the column, or of the place in a column and a swimlane, that goes on."""
    look = asked.look
    named = zip(look.axes, cell(asked.lane) if look.across else (asked.lane,), strict=True)
    own = [condition(key, value_of(form.fields[key], ref, reader)) for key, ref in named]
    page = query.page(
        user,
        form,
        condition=access.all_of(look.condition, *own),
        sort=look.sort or form.sort,
        search=asked.search,
        limit=A_LANE,
        after=asked.after,
        total=False,
    )
    return Lane(len(page.items), page.items, page.next)


@dataclass(frozen=True)
class Read:
    """What stands on a board: how many records each value has, the columns with their titles, and their first cards; of
    a board with swimlanes of each pair of values.
    """

    totals: Mapping[Any, int]
    columns: list[tuple[Any, str]]
    lanes: Mapping[Any, Lane]
    swimlanes: list[tuple[Any, str]] = field(default_factory=list)

    @property
    def records(self) -> list[Record]:
        """Every card's."""
        return [record for lane in self.lanes.values() for record in lane.items]

    @property
    def cut(self) -> bool:
        """Whether there are records with values that found no room."""
        return bool(self.totals.keys() - self.lanes.keys())


def read(user: User, form: Form, asked: Asked, reader: Reader) -> Read:
    """The whole board."""
    look, longer = asked.look, lengths.of(asked)
    wanted: dict[str, Any] = {"condition": look.condition, "search": asked.search}
    one, order = form.fields[look.group_by], look.sort or form.sort
    if not look.across:
        totals = query.count_by(user, form, one.key, **wanted)
        columns = titled(user, form, one, shown(one, totals, MOST_LANES, reader), reader)
        sizes = {value: longer.get(ref(one, value, reader), A_LANE) for value, _title in columns}
        return Read(totals, columns, query.lanes(user, form, one.key, totals, sizes, sort=order, **wanted))
    other = form.fields[look.across]
    pairs = crossed.counts(user, form, look.axes, **wanted)
    columns = titled(user, form, one, shown(one, {a for a, _b in pairs}, MOST_LANES, reader), reader)
    across = titled(user, form, other, shown(other, {b for _a, b in pairs}, MOST_SWIMLANES, reader), reader)
    values = ([value for value, _title in columns], [value for value, _title in across])
    size = max(FEWEST, min(A_LANE, MOST_ROWS // (len(columns) * len(across) or 1)))
    found = crossed.lanes(
        user, form, look.axes, values, pairs, size, _pairs(one, other, longer, reader), sort=order, **wanted
    )
    return Read(pairs, columns, found, across)


def _pairs(one: Field, other: Field, longer: Mapping[str, int], reader: Reader) -> dict[crossed.Pair, int]:
    """The lengths of places of which more was loaded, by their values; what names none is left out."""
    found = {}
    for named, most in longer.items():
        with suppress(NotFound):
            column, lane = cell(named)
            found[value_of(one, column, reader), value_of(other, lane, reader)] = most
    return found
