"""How the records of a quick search are found best: from its index, or on a walk through the list."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Row, and_, false, func, or_, select, true

from runtime.db import db
from runtime.definitions.documents import Form
from runtime.records import paging
from runtime.records.orders import Order
from runtime.records.search import Search
from runtime.records.tables import table

MAX_COUNTED = 10_000
MANY = 1000  # of those that a search finds: fewer are sorted rather than met on a walk through the list

Wanted = Sequence[ColumnElement[bool]]


@dataclass(frozen=True)
class Way:
    """The way to the records for which all of `wanted` and one of `readable` hold, and which the search finds.
    `total` is how many there are where that is known already, `MANY` + 1 for more.
    """

    form: Form
    wanted: Wanted
    readable: Wanted
    sought: Search
    total: int | None = None

    def fetch(self, by: Order, size: int, after: str | None) -> list[Row[tuple[object, ...]]]:
        """The first of them in this order, after the cursor."""
        if self.sought.pieces is None:
            return paging.fetch(self.form, [*self.wanted, *self.sought.plain], self.readable, by, size, after)
        found = holding([or_(*self.readable), *self.wanted], self.sought)
        return paging.fetch(self.form, found, [true()], by, size, after)

    def count(self) -> tuple[int, bool]:
        """How many there are, and whether there are more than that."""
        most = MAX_COUNTED if self.total is None else MANY
        found = self.total
        if found is None:
            found = counted(self.form, [or_(*self.readable), *self.wanted], self.sought)
        return min(found, most), found > most


def way(form: Form, wanted: Wanted, readable: Wanted, sought: Search, *, reads_all: bool) -> Way:
    """The quickest way. Few that have the pieces are taken out of the index; of very many a page is full sooner by
    walking through the list, or through the records of somebody who may read few. `reads_all` says that rights keep
    nothing back.
    """
    walk = Search(sought.plain)
    if not sought.common:
        if sought.pieces is None or not sought.pieces.are_more_than(MAX_COUNTED):
            return Way(form, wanted, readable, sought)
        if not reads_all and counted(form, [or_(*readable)], Search([])) <= MAX_COUNTED:
            return Way(form, wanted, readable, walk)
    found = counted(form, [or_(*readable), *wanted], sought, MANY + 1)
    return Way(form, wanted, readable, walk if found > MANY else sought, found)


def holding(wanted: Wanted, sought: Search) -> list[ColumnElement[bool]]:
    """What holds for the records for which all of `wanted` holds and which the search finds, and for no others."""
    if sought.pieces is None:
        return [*wanted, *sought.plain]
    return [sought.pieces.holds(), _by_no_index(wanted), *sought.beside]


def counted(form: Form, wanted: Wanted, sought: Search, most: int | None = MAX_COUNTED + 1) -> int:
    """How many records are found, to `most`."""
    own = table(form).c.id
    if sought.pieces is None:
        chosen = sought.among(select(own).where(*wanted))
    else:
        chosen = sought.among(select(own).where(_by_no_index(wanted)))
    return int(db.session.scalar(select(func.count()).select_from(chosen.limit(most).subquery())) or 0)


def _by_no_index(wanted: Wanted) -> ColumnElement[bool]:
    """What must hold, told so that the database looks for no index that serves it: SQLite takes one that has the list's
    order, and asks of each record of it whether the index of the search has it, too.
    """
    return func.coalesce(and_(true(), *wanted), false())
