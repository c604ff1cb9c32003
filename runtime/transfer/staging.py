"""Reading the spreadsheet of an import into rows that wait: a batch a commit, and after a crash behind the last."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any, BinaryIO

from flask_babel import format_decimal
from flask_babel import gettext as _
from sqlalchemy import func, insert, select

from runtime import spreadsheets
from runtime.db import db
from runtime.sizes import MEGABYTE
from runtime.spreadsheets import BLANK_ROWS, HEAD_ROWS, MAX_COLUMNS, Sheet
from runtime.transfer import meaning, sources
from runtime.transfer.models import ImportRow

__all__ = ["BATCH", "HEAD_ROWS", "MAX_ROWS", "batches", "last", "opened", "put"]

MAX_ROWS = 200_000
MAX_UNPACKED, MAX_TEXTS = 512 * MEGABYTE, 48 * MEGABYTE
BATCH = 500

Row = tuple[int, list[Any]]
"""Its number in the sheet, and its cells."""


@contextmanager
def opened(key: str, encoding: str) -> Iterator[Sheet]:
    """The sheet of an import; Invalid when it is none. `encoding` is that which was chosen for a text, if any."""
    try:
        file = sources.place(key).open("rb")
    except FileNotFoundError:
        raise spreadsheets.refuse(_("The file is no longer there. Send it again.")) from None
    with file:
        sheet = _opened(file, encoding)
        if sheet.encoding:  # a text tells how long it is when it is read to its end
            _require_few(sheet)
            sheet = _opened(file, encoding)
        yield sheet


def _opened(file: BinaryIO, encoding: str) -> Sheet:
    file.seek(0)
    return spreadsheets.opened(file, unpacked=MAX_UNPACKED, texts=MAX_TEXTS, encoding=encoding)


def _require_few(sheet: Sheet) -> None:
    """Invalid for too many rows, before the first of them is kept; what else is wrong is said where it is met."""
    for filled, _row in enumerate(_filled(sheet), 1):
        if filled > MAX_ROWS + HEAD_ROWS:
            raise _too_many()


def last(import_id: int) -> int:
    """The number of the last row that was read."""
    return db.session.scalar(select(func.max(ImportRow.number)).where(ImportRow.import_id == import_id)) or 0


def batches(sheet: Sheet, after: int) -> Iterator[list[Row]]:
    """The rows behind a number that hold something; Invalid for too many rows or columns."""
    rows = _rows(sheet, after)
    while batch := list(islice(rows, BATCH)):
        yield batch


def _rows(sheet: Sheet, after: int) -> Iterator[Row]:
    if sheet.filled > MAX_ROWS + HEAD_ROWS:  # known before the first of them is kept
        raise _too_many()
    for filled, (number, row) in enumerate(_filled(sheet), 1):
        if filled > MAX_ROWS + HEAD_ROWS:
            raise _too_many()
        cells = [meaning.kept(cell, guarded=bool(sheet.encoding)) for cell in row] if number > after else []
        wide = spreadsheets.width(cells)
        if wide > MAX_COLUMNS:
            told = _(
                "This has more than %(most)s columns. Remove those that you do not need.", most=MAX_COLUMNS
            )
            raise spreadsheets.refuse(told)
        if wide:
            yield number, cells[:wide]


def _filled(sheet: Sheet) -> Iterator[tuple[int, Sequence[Any]]]:
    """The rows that hold something with their numbers, up to where so many are blank that there come no more."""
    blank = 0
    for number, row in enumerate(sheet.rows, 1):
        if not spreadsheets.is_blank(row):
            blank = 0
            yield number, row
        elif (blank := blank + 1) > BLANK_ROWS:
            return


def _too_many() -> Exception:
    return spreadsheets.refuse(
        _(
            "This has more than %(most)s rows. Split it, and import one part after the other.",
            most=format_decimal(MAX_ROWS),
        )
    )


def put(import_id: int, batch: list[Row]) -> None:
    """Keep rows; the caller commits."""
    made = [
        {
            "import_id": import_id,
            "number": number,
            "cells": cells,
            "fixes": {},
            "state": "new",
            "problems": [],
        }
        for number, cells in batch
    ]
    db.session.execute(insert(ImportRow), made)
