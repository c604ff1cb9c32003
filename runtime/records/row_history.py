"""The rows of a sub-table in events: of many rows only those that came, went, changed or moved are kept. Pure.

What an event keeps of the rows after a change is `{"count": 120, "rows": [[7, row], …], "gone": [5]}`: how many there
are, those that are not as before with their places (counted from 0), and the ids of those that went. What it keeps
of those before it is `{"rows": [[7, row], …]}`. Events of few rows, the first of a record and every twentieth hold
lists.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import takewhile
from typing import Any

Values = dict[str, Any]

FEW = 50  # rows that are kept as they are
STEPS = 20  # events that have to be read to know all rows of one of them

Pairs = list[tuple[int, Values]]
"""Rows with their places, counted from 0."""


def packed(before: Values, after: Values, keys: Iterable[str]) -> tuple[Values, Values]:
    """The values before and after a change as the event keeps them; `keys` are the sub-tables."""
    old, new = dict(before), dict(after)
    for key in keys:
        was, becomes = before.get(key, ()), after.get(key, ())
        if min(len(was), len(becomes)) > FEW:
            apart = _different(was, becomes)
            if len(apart) * 2 < len(becomes):
                old[key], new[key] = _packed(was, becomes, apart)
    return old, new


def _different(was: Sequence[Values], becomes: Sequence[Values]) -> set[int]:
    """The ids of rows that are not as they were: new, gone, changed, or among those that stand in another order. A row
    that was changed and moved counts among the latter too: who reads what is kept has to see that.
    """
    old, new = ({row["id"]: row for row in rows} for rows in (was, becomes))
    apart = {each for each in old.keys() | new.keys() if old.get(each) != new.get(each)}
    return apart | _moved([each for each in old if each in new], [each for each in new if each in old])


def _moved(left: Sequence[int], right: Sequence[int]) -> set[int]:
    same = list(takewhile(lambda pair: pair[0] == pair[1], zip(left, right, strict=True)))
    rest = [*zip(left[len(same) :], right[len(same) :], strict=True)]
    while rest and rest[-1][0] == rest[-1][1]:
        rest.pop()
    return {one for one, _other in rest}


def _packed(was: Sequence[Values], becomes: Sequence[Values], apart: set[int]) -> tuple[Values, Values]:
    old = [[at, row] for at, row in enumerate(was) if row["id"] in apart]
    new = [[at, row] for at, row in enumerate(becomes) if row["id"] in apart]
    gone = apart - {row["id"] for row in becomes}
    return {"rows": old}, {"count": len(becomes), "rows": new, "gone": sorted(gone)}


def is_packed(values: Mapping[str, Any] | None) -> bool:
    """Whether rows of these values of an event are kept in short."""
    return any(type(value) is dict for value in (values or {}).values())


def pairs(held: Any) -> Pairs:
    """The rows that an event keeps of a sub-table, with their places: all of them, or those that differ."""
    return [(at, row) for at, row in held["rows"]] if isinstance(held, dict) else [*enumerate(held or ())]


def rows_of(key: str, events: Sequence[Mapping[str, Any] | None]) -> list[Values]:
    """The rows of a sub-table after the last of these events, one of which has all of them."""
    held: list[Any] = [(values or {}).get(key) for values in events]
    first = max(at for at, one in enumerate(held) if not isinstance(one, dict))
    found: list[Values] = list(held[first] or ())
    for one in held[first + 1 :]:
        found = _after(found, one)
    return found


def _after(rows: Sequence[Values], held: Mapping[str, Any]) -> list[Values]:
    put = dict(pairs(held))
    apart = {row["id"] for row in put.values()} | set(held["gone"])
    rest = (row for row in rows if row["id"] not in apart)
    return [put[at] if at in put else next(rest) for at in range(held["count"])]
