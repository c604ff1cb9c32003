"""Reading the first rows of a spreadsheet that somebody sent: xlsx, csv, or pasted text. Work is bounded.

openpyxl, because in its read-only mode it goes through a sheet row by row: a cell at row 1,048,576 of column
XFD costs it nothing, while readers that fill a grid would ask for 17 billion cells. What a file unpacks to is
counted before it is given to it.
"""

import csv
import io
import zipfile
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from xml.etree.ElementTree import ParseError

from flask_babel import gettext as _

from runtime.errors import Invalid, Problem
from runtime.text import clean_text

MAX_COLUMNS = 200
MAX_ROWS = 500  # that are looked at
MEGABYTE = 1024 * 1024
MAX_UNPACKED, MAX_TEXTS = 64 * MEGABYTE, 16 * MEGABYTE
MAX_PARTS = 1_000
MAX_CELL = 2_000  # characters of a cell that are looked at
DELIMITERS = "\t,;|"
ENCODINGS = ("utf-8-sig", "gb18030")
_BROKEN = (
    zipfile.BadZipFile,
    ParseError,
    zlib.error,
    OSError,
    EOFError,
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    IndexError,
    RecursionError,
)

Rows = list[list[Any]]


@dataclass(frozen=True)
class Sheet:
    """The first rows, as many cells in each; `encoding` is that of a text file."""

    rows: Rows
    encoding: str = ""


def refuse(sentence: str) -> Invalid:
    """The error for a file that cannot be used."""
    return Invalid([Problem(("file",), "spreadsheet", sentence)])


def read(content: bytes) -> Sheet:
    """The sheet in a file; Invalid with a sentence for everything that is none."""
    if not content.strip():
        raise refuse(_("The file is empty."))
    if content.startswith(b"PK\x03\x04"):
        return Sheet(_even(_workbook(content)))
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise refuse(_("This is an old Excel file or has a password. Save it as .xlsx without a password."))
    text, encoding = _decoded(content)
    return Sheet(_even(_csv(text)), encoding)


def pasted(text: str) -> Sheet:
    """The sheet in a pasted text: cells by tabs or commas; lines without either are titles, one a line."""
    if not text.strip():
        raise refuse(_("Nothing was pasted."))
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) > 1 and not any(mark in text for mark in DELIMITERS):
        return Sheet(_even([lines]))
    return Sheet(_even(_csv(text)))


def _workbook(content: bytes) -> Rows:
    from openpyxl import load_workbook  # a tenth of what starting takes, for a page that is seldom asked for

    try:
        _refuse_bombs(content)
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        for sheet in book.worksheets:
            rows = _rows(sheet.iter_rows(max_row=MAX_ROWS, max_col=MAX_COLUMNS + 1, values_only=True))
            if rows:
                return rows
    except Invalid:
        raise
    except _BROKEN as error:
        raise refuse(_("This file is damaged or no spreadsheet. Save it as .xlsx or .csv again.")) from error
    raise refuse(_("There is nothing in the sheets of this file."))


def _refuse_bombs(content: bytes) -> None:
    """Unpack everything once, a piece at a time, and stop where it gets too much."""
    left = MAX_UNPACKED
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        if len(parts.infolist()) > MAX_PARTS:
            raise _too_large()
        for part in parts.infolist():
            most = min(left, MAX_TEXTS) if "sharedStrings" in part.filename else left
            left -= _size(parts, part, most)


def _size(parts: zipfile.ZipFile, part: zipfile.ZipInfo, most: int) -> int:
    size = 0
    with parts.open(part) as stream:
        while piece := stream.read(MEGABYTE):
            size += len(piece)
            if size > most:
                raise _too_large()
    return size


def _too_large() -> Invalid:
    return refuse(_("This file is too large to look into. Copy its first rows and paste them instead."))


def _decoded(content: bytes) -> tuple[str, str]:
    encodings = ("utf-16",) if content[:2] in (b"\xff\xfe", b"\xfe\xff") else ENCODINGS
    for encoding in encodings:
        try:
            return content.decode(encoding), encoding.removesuffix("-sig").upper()
        except UnicodeDecodeError:
            continue
    raise refuse(
        _("This file is no spreadsheet, or its text cannot be read. Save it as .xlsx or as CSV in UTF-8.")
    )


def _csv(text: str) -> Rows:
    if "\x00" in text:
        raise refuse(_("This file is damaged or no spreadsheet. Save it as .xlsx or .csv again."))
    first = next((line for line in text.splitlines() if line.strip()), "")
    mark = max(DELIMITERS, key=first.count)
    try:
        return _rows(csv.reader(io.StringIO(text, newline=""), delimiter=mark))
    except csv.Error as error:
        raise refuse(_("This file is damaged or no spreadsheet. Save it as .xlsx or .csv again.")) from error


def _rows(lines: Iterable[Sequence[Any]]) -> Rows:
    """The first rows that hold something, cleaned."""
    found: Rows = []
    for number, line in enumerate(lines):
        if number >= MAX_ROWS:
            break
        row = [_cell(value) for value in line[: MAX_COLUMNS + 1]]
        if any(value is not None for value in row):
            found.append(row)
    return found


def _cell(value: Any) -> Any:
    """The value of a cell; None for a blank one, and for one that shows an error."""
    if not isinstance(value, str):
        return value
    try:
        text = clean_text(value[:MAX_CELL])
    except ValueError:
        return None
    return text if text and not (text.startswith("#") and text.endswith(("!", "?", "/A", "/0"))) else None


def _even(rows: Rows) -> Rows:
    """The rows as wide as the widest; Invalid when there are too many columns, or none."""
    width = max((_width(row) for row in rows), default=0)
    if width > MAX_COLUMNS:
        raise refuse(
            _(
                "This has more than %(most)s columns. Copy those that you need and paste them.",
                most=MAX_COLUMNS,
            )
        )
    if not width:
        raise refuse(_("There is nothing in the sheets of this file."))
    return [[*row[:width], *[None] * (width - len(row))] for row in rows]


def _width(row: Sequence[Any]) -> int:
    return max((at + 1 for at, value in enumerate(row) if value is not None), default=0)
