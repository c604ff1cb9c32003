"""What a record holds of a roll-up: made of values, kept in columns, counted from the records that refer to it."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import func, select

from runtime.db import db
from runtime.definitions import lookup
from runtime.definitions.documents import Form
from runtime.definitions.roll_ups import INCREMENTAL, RollUp
from runtime.documents import plain_number
from runtime.fields._numbers import WIDE
from runtime.records.sources import allowed
from runtime.records.tables import table

BATCH = 1000  # rows that are fetched at once


class Held(NamedTuple):
    """What a record holds of one roll-up. `number` and `total` are of the values that count, exact; `mark` says how
    they were counted, so that what an older version counted is not gone on with.
    """

    mark: str = ""
    number: int = 0
    total: Decimal = Decimal(0)
    value: Any = None

    def written(self) -> str:
        """As its column keeps it, beside the value."""
        return f"{self.mark} {self.number} {plain_number(self.total)}"


def read(text: str | None, value: Any) -> Held:
    """What is held, from its column and the value."""
    if not text:
        return Held()
    mark, number, total = text.split(" ")
    return Held(mark, int(number), Decimal(total), value)


def of_values(roll_up: RollUp, number: int, total: Decimal) -> Held:
    """What is held of so many values with this total."""
    if roll_up.function == "average":
        value = WIDE.divide(total, Decimal(number)) if number else None
    else:
        value = Decimal(number) if roll_up.function == "count" else total
    return Held(roll_up.mark, number, total, value)


def count_anew(form: Form, roll_up: RollUp, ids: list[int]) -> dict[int, Held] | None:
    """What these records should hold of a roll-up, from the records that refer to them; None while their form is not in
    force.
    """
    source = lookup.form_if_any(form.app, roll_up.form)
    if source is None or roll_up.reference not in source.fields:
        return None
    if roll_up.function in INCREMENTAL:
        return _totals(source, roll_up, ids)
    return {each: Held(roll_up.mark, value=_best(source, roll_up, each)) for each in ids}


def _totals(source: Form, roll_up: RollUp, ids: list[int]) -> dict[int, Held]:
    own = table(source).c
    counts, totals = dict.fromkeys(ids, 0), dict.fromkeys(ids, Decimal(0))
    if roll_up.function == "count":
        pointer = own[roll_up.reference]
        query = select(pointer, func.count()).where(*_counting(source, roll_up), pointer.in_(ids))
        counts |= {row[0]: row[1] for row in db.session.execute(query.group_by(pointer))}
    else:  # added up here: SQLite knows no exact sum of large numbers
        query = select(own[roll_up.reference], own[str(roll_up.source)])
        query = query.where(*_counting(source, roll_up), own[roll_up.reference].in_(ids))
        for each, amount in db.session.execute(query.execution_options(yield_per=BATCH)):
            counts[each] += 1
            totals[each] = WIDE.add(totals[each], amount)
    return {each: of_values(roll_up, counts[each], totals[each]) for each in ids}


def _best(source: Form, roll_up: RollUp, record_id: int) -> Any:
    """The smallest or greatest value: the first in the order of the index, not the best of all."""
    own = table(source).c
    value = own[str(roll_up.source)]
    order = value.asc() if roll_up.function == "min" else value.desc()
    query = select(value).where(*_counting(source, roll_up), own[roll_up.reference] == record_id)
    return db.session.scalar(query.order_by(order).limit(1))


def _counting(source: Form, roll_up: RollUp) -> Iterator[Any]:
    if roll_up.source:
        yield table(source).c[roll_up.source].is_not(None)
    if roll_up.when:
        yield allowed(source, roll_up.when.document)
