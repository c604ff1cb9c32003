"""Rows of a spreadsheet that are one record together: its first row, and further rows of its sub-tables.

A row goes on with the record above it when it has cells of a sub-table, and each of its cells of the record is blank or
as in the first row: so an export writes it, so do people who leave repeated cells empty, merge or repeat them.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import Table, bindparam, func, select, update
from sqlalchemy.orm import Session

from runtime.db import db
from runtime.fields.sub_table import MAX_ROWS
from runtime.transfer.meaning import Cell
from runtime.transfer.models import PART, Import, ImportRow

AT_ONCE = 2_000  # rows that are told apart, or read, together
_rows = cast(Table, ImportRow.__table__)
_NOTE = (
    update(_rows)
    .where(_rows.c.import_id == bindparam("of"), _rows.c.number == bindparam("row"))
    .values(state=PART, under=bindparam("first"))
)


def has_rows(mapping: Sequence[str]) -> bool:
    """Whether a column of these is one of a sub-table."""
    return any("." in key for key in mapping)


def goes_on(mapping: Sequence[str], first: Sequence[Cell], row: Sequence[Cell]) -> bool:
    """Whether a row is a further one of the record that begins with another."""
    inner = [at for at, key in enumerate(mapping) if "." in key]
    own = [at for at, key in enumerate(mapping) if key and "." not in key]
    if all(_cell(row, at) is None for at in inner):
        return False
    return all(_cell(row, at) in (None, _cell(first, at)) for at in own)


def _cell(row: Sequence[Cell], at: int) -> Cell:
    return row[at] if at < len(row) else None


def tell_apart(session: Session, own: Import) -> bool:
    """Find out which of the next rows are further ones, in the caller's transaction; False when there are no more."""
    after = max(own.head, own.told.get("grouped", 0))
    mine = (ImportRow.import_id == own.id, ImportRow.number > own.head)
    found = select(ImportRow.number, ImportRow.cells).where(*mine)
    rows = session.execute(
        found.where(ImportRow.number > after).order_by(ImportRow.number).limit(AT_ONCE)
    ).all()
    firsts = found.where(ImportRow.number <= after, ImportRow.under.is_(None))
    first: Any = session.execute(firsts.order_by(ImportRow.number.desc()).limit(1)).one_or_none()
    further = []
    for row in rows:
        if first is not None and goes_on(own.mapping, first.cells, row.cells):
            further.append({"of": own.id, "row": row.number, "first": first.number})
        else:
            first = row
    if further:
        session.execute(_NOTE, further)
    own.told = {**own.told, "grouped": rows[-1].number if rows else 0}
    return bool(rows)


def few(own: Import, rows: list[ImportRow]) -> list[ImportRow]:
    """As many of these first rows as may be read together with their further ones; one in any case."""
    if not has_rows(own.mapping):
        return rows
    mine = (ImportRow.import_id == own.id, ImportRow.under.in_([row.number for row in rows]))
    counted = select(ImportRow.under, func.count().label("size")).where(*mine).group_by(ImportRow.under)
    sizes = {row.under: row.size for row in db.session.execute(counted)}
    total = 0
    for at, row in enumerate(rows):
        total += sizes.get(row.number, 0)
        if at and total > AT_ONCE:
            return rows[:at]
    return rows


def further(own: Import, rows: Sequence[ImportRow]) -> dict[int, list[ImportRow]]:
    """The further rows of these, by the number of the first; of more than the sub-tables take, not all."""
    found: dict[int, list[ImportRow]] = defaultdict(list)
    if has_rows(own.mapping):
        mine = (ImportRow.import_id == own.id, ImportRow.under.in_([row.number for row in rows]))
        asked = select(ImportRow).where(*mine).order_by(ImportRow.number).limit(_most(own))
        for row in db.session.scalars(asked):
            found[row.under or 0].append(row)
    return found


def _most(own: Import) -> int:
    """How many are read: those of the sub-tables of one record may all stand below each other, and one of them has too
    many then.
    """
    tables = {key.partition(".")[0] for key in own.mapping if "." in key}
    return max(AT_ONCE, MAX_ROWS * len(tables)) + 1


def count(own: Import) -> int:
    """How many rows of the spreadsheet are further ones."""
    mine = (ImportRow.import_id == own.id, ImportRow.number > own.head, ImportRow.under.is_not(None))
    return db.session.scalars(select(func.count()).select_from(ImportRow).where(*mine)).one()
