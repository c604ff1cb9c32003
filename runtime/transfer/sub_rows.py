"""Rows of sub-tables that stand in columns of their own (`lines.price`), and which rows of a record they are."""

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from runtime import documents
from runtime.definitions.documents import Form
from runtime.records import subtables
from runtime.transfer.meaning import Cell

if TYPE_CHECKING:
    from runtime.transfer.planning import Plan

Row = dict[str, Any]


def of(targets: Iterable[str], mapping: Sequence[str]) -> list[str]:
    """The sub-tables of which there are columns."""
    known = set(targets)
    return list(dict.fromkeys(key.partition(".")[0] for key in mapping if "." in key and key in known))


def cells(key: str, row: Mapping[str, Cell]) -> dict[str, Cell]:
    """The cells of this sub-table in a row."""
    return {path: cell for path, cell in row.items() if path.startswith(f"{key}.")}


def named(row: Mapping[str, Any]) -> Row:
    """A row of a sub-table by the keys of its columns."""
    return {path.partition(".")[2]: value for path, value in row.items()}


def match(form: Form, mapping: Sequence[str], plans: Iterable["Plan"], hidden: frozenset[str]) -> None:
    """Give the rows of records that are there the ids of those that they have: so the cells of columns that are not in
    the spreadsheet stay, and what did not change is no change. Rows of which all that is filled in is `hidden` stay:
    nobody who does not see them can have them in a spreadsheet.
    """
    changing = [plan for plan in plans if plan.record_id is not None and plan.lines]
    for key in {key for plan in changing for key in plan.lines}:
        there = subtables.read(form.rows[key], [plan.record_id for plan in changing if plan.record_id])
        columns = [path.partition(".")[2] for path in mapping if path.startswith(f"{key}.")]
        for plan in changing:
            if key in plan.values:
                own = there.get(plan.record_id or 0, [])
                found = paired(columns, plan.values[key] or (), own)
                plan.values[key] = [*found, *_unseen(form, key, hidden, own, found)] or None


def _unseen(
    form: Form, key: str, hidden: frozenset[str], there: Sequence[Row], found: Sequence[Row]
) -> list[Row]:
    if not any(path.startswith(f"{key}.") for path in hidden):
        return []
    seen = [name for name in form.rows[key].fields if f"{key}.{name}" not in hidden]
    known = {row.get("id") for row in found}
    unseen = (row for row in there if all(row.get(name) is None for name in seen))
    return [{"id": row["id"]} for row in unseen if row["id"] not in known]


def paired(columns: Sequence[str], sent: Sequence[Row], there: Sequence[Row]) -> list[Row]:
    """The sent rows, each with the `id` of the row that says the same in these columns. Of the others, where as many
    are left on both sides, the first is the first; else they are new.
    """
    alike: dict[Any, deque[int]] = defaultdict(deque)
    for row in there:
        alike[_print(columns, row)].append(row["id"])
    found = []
    for row in sent:
        ids = alike[_print(columns, row)]
        found.append({"id": ids.popleft(), **row} if ids else row)
    left = {each for ids in alike.values() for each in ids}
    rest = iter([row["id"] for row in there if row["id"] in left])
    if len(left) != sum("id" not in row for row in found):
        return found
    return [row if "id" in row else {"id": next(rest), **row} for row in found]


def _print(columns: Sequence[str], row: Row) -> tuple[Any, ...]:
    return tuple(_hashable(row.get(column)) for column in columns)


def _hashable(value: Any) -> Any:
    return documents.dumps(value) if isinstance(value, (list, dict)) else value
