"""Two people changed the rows of one sub-table: rows and cells that only one of them touched come together by
themselves, the rest is asked. Pure.

A row is named as on the page. `lines.r5` is one that I took out and they changed; `lines.n7` one that they took out and
I changed, which is a new row by now.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from runtime.definitions.documents import Form
from runtime.forms.entry import Entry, RowEntry, as_value
from runtime.forms.row_posts import ON_PAGE

Cells = Mapping[str, Any]
Merge = Callable[[Entry, Cells, Cells], tuple[Entry, frozenset[str]]]
"""The entry of a row without what its writer left as it was, and the cells that both changed."""

UNTOUCHED = Entry()


@dataclass(frozen=True)
class Table:
    """The rows of a sub-table as I opened them and as they are stored now; `hidden` are columns that I do not see."""

    form: Form
    key: str
    opened: Sequence[Cells]
    theirs: Sequence[Cells]
    hidden: frozenset[str]
    merge: Merge

    def merged(self, entry: Entry) -> tuple[Entry, frozenset[str]]:
        """The entry with the rows of both, and the rows and cells that have to be asked about."""
        rows, both = self._rows(entry)
        following = entry.next.get(self.key, 1) + len(rows)
        return with_rows(self.form, entry, self.key, rows, following, both), both

    def _rows(self, entry: Entry) -> tuple[list[RowEntry], frozenset[str]]:
        opened, theirs = _by_handle(self.opened), _by_handle(self.theirs)
        found: dict[str, RowEntry] = {}
        both: set[str] = set()
        number = entry.next.get(self.key, 1)
        for row in entry.rows[self.key]:
            mine, clashing = self.merge(row.entry, opened.get(row.handle, {}), theirs.get(row.handle, {}))
            if row.handle in theirs:
                found[row.handle] = replace(row, entry=mine)
                both.update(row.name_of(self.key, column) for column in clashing)
            elif row.id is None:
                found[row.handle] = row
            elif mine.raw:  # they took it out
                found[row.handle] = RowEntry(f"n{number}", row.entry)
                both.add(f"{self.key}.n{number}")
                number += 1
        for handle, cells in theirs.items():
            if handle not in found and self._is_news(opened.get(handle), cells):
                found[handle] = RowEntry(handle, UNTOUCHED)
                both.update([f"{self.key}.{handle}"] if handle in opened else [])
        order = _order([row.handle for row in entry.rows[self.key]], list(opened), list(theirs))
        return [found[handle] for handle in order if handle in found], frozenset(both)

    def _is_news(self, opened: Cells | None, theirs: Cells) -> bool:
        """Whether a row that I do not have is one that they added, or one that they changed since I saw it."""
        columns = (
            key for key, one in self.form.fields.items() if one.type.writable and key not in self.hidden
        )
        return opened is None or any(opened.get(key) != theirs.get(key) for key in columns)


def _by_handle(rows: Sequence[Cells]) -> dict[str, Cells]:
    return {f"r{row['id']}": row for row in rows}


def _order(mine: list[str], opened: list[str], theirs: list[str]) -> list[str]:
    """The order of whoever changed it; mine where both did."""
    common = set(mine) & set(theirs)
    as_opened = [each for each in opened if each in common]
    if [each for each in mine if each in common] == as_opened:
        return _woven(theirs, mine)
    return _woven(mine, theirs)


def _woven(base: list[str], other: Iterable[str]) -> list[str]:
    """The base with what else there is in the other order, each behind what it stands behind there."""
    known, last = set(base), ""
    after: dict[str, list[str]] = {}
    for each in other:
        if each in known:
            last = each
        else:
            after.setdefault(last, []).append(each)
    return [*after.get("", ()), *(one for each in base for one in (each, *after.get(each, ())))]


def with_rows(
    form: Form, entry: Entry, key: str, rows: Sequence[RowEntry], following: int, shown: Iterable[str] = ()
) -> Entry:
    """The entry with other rows in a sub-table, on the page with the first of the rows that are to be shown."""
    names = {name.split(".")[1] for name in shown}
    first = next((at for at, row in enumerate(rows) if row.handle in names), None)
    page = entry.at.get(key, 0) if first is None else first // ON_PAGE
    return replace(
        entry,
        raw={**entry.raw, key: ["", *(row.handle for row in rows)]},
        values={**entry.values, key: as_value(form, tuple(rows))},
        rows={**entry.rows, key: tuple(rows)},
        next={**entry.next, key: following},
        at={**entry.at, key: page},
    )


def decided(
    form: Form, entry: Entry, name: str, deed: str, drop: Callable[[Entry, list[str]], Entry]
) -> Entry:
    """The entry once the person said whose row or cell it is to be, `mine` or `theirs`."""
    key, handle, *column = name.split(".", 2)
    rows = []
    for row in entry.rows.get(key, ()):
        if row.handle != handle:
            rows.append(row)
        elif column:
            rows.append(replace(row, entry=drop(row.entry, column)) if deed == "theirs" else row)
        elif (deed == "mine") != (row.id is not None):  # mine is that a stored row goes, and a new one stays
            rows.append(row)
    return with_rows(form.rows[key], entry, key, rows, entry.next.get(key, 1))
