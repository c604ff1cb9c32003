"""The files of exports: lines that are added one after the other, and the finished file made of them.

What was added counts only once the export's row says so: what a crash left behind that is cut off.
"""

import csv
import io
import os
import re
import secrets
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

from flask import current_app

from runtime import documents
from runtime.transfer import cells

ROWS_OF_A_SHEET = 1_048_575  # and the heading
LONGEST = 32_767  # characters of a cell in Excel
KINDS = {"csv": "text/csv", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
TYPES = {**KINDS, "pdf": "application/pdf"}  # of all files that are made here
_UNFIT = re.compile(r"[\000-\010\013\014\016-\037]")  # characters that XML does not know
_FORMATS = {
    cells.PERCENT: "0.00%",
    cells.DATE: "yyyy-mm-dd",
    cells.DATETIME: "yyyy-mm-dd hh:mm",
    cells.TIME: "hh:mm",
}
_READ: dict[str, Callable[[str], Any]] = {
    cells.DATE: date.fromisoformat,
    cells.DATETIME: datetime.fromisoformat,
    cells.TIME: time.fromisoformat,
}

Columns = Sequence[Sequence[str]]
"""Key, title and kind of each column."""


class LostError(Exception):
    """The lines that were kept are not there: another machine has them, or somebody cleared the folder."""


def place(key: str, ending: str) -> Path:
    """Where a file of an export lies."""
    folder = Path(current_app.config["SETTINGS"].home) / "exports"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder / f"{key}.{ending}"


def add(key: str, size: int, content: bytes) -> int:
    """Keep bytes behind the first `size` ones; how many there are then. LostError when there are fewer."""
    path = place(key, "part")
    if size and (not path.exists() or path.stat().st_size < size):
        raise LostError
    with path.open("r+b" if size else "wb") as file:
        path.chmod(0o600)
        file.truncate(size)
        file.seek(size)
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
        return file.tell()


def write(key: str, ending: str, content: bytes) -> None:
    """Keep a whole file: it is there with all of its bytes, or not."""
    path = place(key, ending)
    part = path.with_suffix(".part")
    part.write_bytes(content)
    part.chmod(0o600)
    part.replace(path)


def lines(kind: str, columns: Columns, rows: Sequence[Sequence[Any]], *, first: bool) -> bytes:
    """Rows as they are kept: of a CSV, whose cells are texts, the file itself, else a JSON list a line."""
    if kind != "csv":
        return b"".join(documents.dumps(list(row)).encode() + b"\n" for row in rows)
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    if first:
        out.write("\ufeff")  # without it Excel takes Chinese for something else
        writer.writerow(cells.harmless(title) for _key, title, _kind in columns)
    writer.writerows(rows)
    return out.getvalue().encode("utf-8")


def finish(key: str, kind: str, columns: Columns, size: int) -> int:
    """Make the finished file of the kept lines; its size. May be done again."""
    path, part = place(key, kind), place(key, "part")
    if not part.exists() and not path.exists():
        raise LostError
    if kind == "csv" and part.exists():
        with part.open("r+b") as file:
            file.truncate(size)
        part.replace(path)
    elif kind == "xlsx":
        made = place(key, f"{secrets.token_hex(4)}.new")  # a worker that lost its lease may be at it, too
        _workbook(made, columns, _kept(part, size))
        made.replace(path)
    return path.stat().st_size


def remove(key: str) -> None:
    """Forget every file of an export."""
    for path in place(key, "part").parent.glob(f"{key}.*"):
        path.unlink(missing_ok=True)


def _kept(part: Path, size: int) -> Iterator[list[Any]]:
    with part.open("rb") as file:
        while file.tell() < size:
            yield documents.loads(file.readline().decode())


def _workbook(to: Any, columns: Columns, rows: Iterator[list[Any]]) -> None:
    from openpyxl import Workbook  # a tenth of what starting takes, for what is seldom asked for

    book = Workbook(write_only=True)
    sheet = _sheet(book, columns)
    for number, row in enumerate(rows):
        if number and number % ROWS_OF_A_SHEET == 0:
            sheet = _sheet(book, columns)
        sheet.append([_cell(sheet, kind, each) for (_k, _t, kind), each in zip(columns, row, strict=True)])
    book.save(to)


def _sheet(book: Any, columns: Columns) -> Any:
    sheet = book.create_sheet()
    sheet.freeze_panes = "A2"
    sheet.append([_text(sheet, title) for _key, title, _kind in columns])
    return sheet


def _cell(sheet: Any, kind: str, value: Any) -> Any:
    if value is None or value == "":
        return None
    if kind == cells.TEXT or (kind == cells.NUMBER and len(Decimal(value).as_tuple().digits) > 15):
        return _text(sheet, value if kind == cells.TEXT else cells.text(kind, value))
    found = _READ[kind](value) if kind in _READ else value
    if isinstance(found, date) and found.year < 1900:
        return value  # Excel knows no such dates
    if kind == cells.NUMBER:
        return found
    return _formatted(sheet, found, _FORMATS[kind])


def _formatted(sheet: Any, value: Any, number_format: str) -> Any:
    from openpyxl.cell import WriteOnlyCell

    cell = WriteOnlyCell(sheet, value)
    cell.number_format = number_format
    return cell


def _text(sheet: Any, value: str) -> Any:
    """A cell that is a text, whatever it begins with."""
    from openpyxl.cell import WriteOnlyCell

    told = _UNFIT.sub("", value)[:LONGEST]
    if not told.startswith(("=", "#")):
        return told  # a cell of its own takes three times as long
    cell = WriteOnlyCell(sheet, told)
    cell.data_type = "s"
    return cell
