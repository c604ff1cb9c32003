"""Reading spreadsheets that somebody sent, row by row: xlsx, or text with separators. Work and memory are bounded.

openpyxl, because in its read-only mode it goes through a sheet row by row: a cell at row 1,048,576 of column
XFD costs it nothing, while readers that fill a grid would ask for 17 billion cells. What a file unpacks to is
counted before it is given to it.
"""

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any, BinaryIO
from xml.etree.ElementTree import ParseError

from flask_babel import gettext as _

from runtime import encodings
from runtime.errors import Invalid, Problem
from runtime.sizes import MEGABYTE

MAX_COLUMNS = 200
BLANK_ROWS = 20_000  # one after the other: then there comes no more
LAST_ROW = 1_048_576  # of a sheet in Excel
HEAD_ROWS = 20  # among which the titles are looked for
TITLE_LENGTH = 200
SEPARATORS = "\t,;|"
_END = "\x00"  # a line that no text has: where it is part of a row, quotes were left open
_BROKEN = (
    zipfile.BadZipFile,
    ParseError,
    zlib.error,
    csv.Error,
    OSError,
    EOFError,
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    IndexError,
    RecursionError,
    NotImplementedError,
)

Rows = Sequence[Sequence[Any]]


@dataclass(frozen=True)
class Sheet:
    """The rows of a sheet, one after the other, at most `MAX_COLUMNS` cells and one more of each. `encoding` and
    `separator` are those of a text, `title` is that of the sheet of a workbook, of which at least so many rows are
    `filled`.
    """

    rows: Iterator[Sequence[Any]]
    encoding: str = ""
    separator: str = ""
    title: str = ""
    filled: int = 0


def refuse(sentence: str) -> Invalid:
    """The error for a file that cannot be used."""
    return Invalid([Problem(("file",), "spreadsheet", sentence)])


def opened(file: BinaryIO, *, unpacked: int, texts: int, encoding: str = "") -> Sheet:
    """The first sheet of a file that holds something; Invalid with a sentence for everything that is none, also
    while it is read. `unpacked` and `texts` are the bytes to which a workbook, and the texts in it, may unpack;
    `encoding` is that of a text, when it is known.
    """
    start = file.read(4)
    if start == b"PK\x03\x04":
        return _workbook(file, unpacked, texts)
    if start == b"\xd0\xcf\x11\xe0":
        raise refuse(_("This is an old Excel file or has a password. Save it as .xlsx without a password."))
    return _text(file, encoding)


def is_blank(row: Sequence[Any]) -> bool:
    """Whether no cell of the row holds anything."""
    return all(cell is None or cell == "" for cell in row)


def width(row: Sequence[Any]) -> int:
    """How many cells the row has up to the last that holds something."""
    return max((at + 1 for at, value in enumerate(row) if value is not None), default=0)


def head_of(rows: Rows) -> int:
    """The place of the row with the titles: the first of those that are filled nearly as widely as any."""
    filled = [sum(value is not None for value in row) for row in rows[:HEAD_ROWS]]
    wanted = max(filled) * 0.6
    head = next(number for number, count in enumerate(filled) if count >= wanted)
    return head + 1 if _goes_on(rows[head : head + 3]) else head


def _goes_on(rows: Rows) -> bool:
    """Whether the titles take two rows, with merged cells in each: the second fills gaps of the first."""
    if len(rows) < 3:
        return False
    pairs = list(zip(rows[0], rows[1], strict=True))
    only_texts = all(isinstance(lower, str) for _upper, lower in pairs if lower is not None)
    return only_texts and (None in rows[1]) and any(u is None and lo is not None for u, lo in pairs)


def title_of(rows: Rows, head: int, at: int) -> str:
    """The title of a column, "" without one; where cells were merged, the one above."""
    value = next((rows[number][at] for number in range(head, -1, -1) if rows[number][at] is not None), None)
    return " ".join(str(value).split())[:TITLE_LENGTH] if value is not None else ""


def letters(at: int) -> str:
    """What spreadsheets call the column at this place: A, B, … Z, AA."""
    found = ""
    at += 1
    while at:
        at, rest = divmod(at - 1, 26)
        found = chr(65 + rest) + found
    return found


def _workbook(file: BinaryIO, unpacked: int, texts: int) -> Sheet:
    # A tenth of what starting takes, for a page that is seldom asked for.
    from runtime import workbooks

    try:
        blank = BLANK_ROWS
        for sheet in workbooks.worksheets(file, unpacked, texts):
            rows = sheet.iter_rows(max_row=LAST_ROW, max_col=MAX_COLUMNS + 1, values_only=True)
            first = _first(islice(rows, blank))
            if first and first[-1]:
                return Sheet(_guarded(chain(first, rows)), title=str(sheet.title), filled=sheet.filled)
            blank -= len(first)
    except workbooks.TooLarge:
        raise _too_large() from None
    except _BROKEN as error:
        raise _damaged() from error
    raise refuse(_("There is nothing in the sheets of this file."))


def _first(rows: Iterator[Sequence[Any]]) -> list[Sequence[Any]]:
    """The rows up to the first that holds something; the last is empty when none does."""
    before: list[Sequence[Any]] = []
    for row in rows:
        before.append(() if is_blank(row) else row)
        if before[-1]:
            break
    return before


def _guarded(rows: Iterable[Sequence[Any]]) -> Iterator[Sequence[Any]]:
    """The rows, up to what is broken: that is refused."""
    try:
        yield from rows
    except _BROKEN as error:
        raise _damaged() from error


def _damaged() -> Invalid:
    return refuse(_("This file is damaged or no spreadsheet. Save it as .xlsx or .csv again."))


def _too_large() -> Invalid:
    return refuse(_("This file is too large to look into. Copy its first rows and paste them instead."))


def _text(file: BinaryIO, wanted: str) -> Sheet:
    encoding = wanted if wanted and encodings.reads(file, wanted) else encodings.found(file)
    if not encoding:
        raise refuse(
            _("This file is no spreadsheet, or its text cannot be read. Save it as .xlsx or as CSV in UTF-8.")
        )
    file.seek(0)
    lines = io.TextIOWrapper(file, encoding, newline="")
    separator = _separator(lines)
    lines.seek(0)
    return Sheet(_guarded(_parted(lines, separator)), encodings.NAMES[encoding], separator)


def _parted(lines: io.TextIOWrapper, separator: str) -> Iterator[Sequence[Any]]:
    try:
        for number, row in enumerate(csv.reader(chain(lines, [_END]), delimiter=separator), 1):
            if row == [_END]:
                return
            if row and row[-1].endswith(_END):
                raise _unclosed(number)
            yield row[: MAX_COLUMNS + 1]
    finally:
        with suppress(ValueError):  # closed already
            lines.detach()  # the file is closed by whoever opened it


def _unclosed(number: int) -> Invalid:
    told = _(
        "A quotation mark in row %(number)s is not closed: all that follows would be one cell.", number=number
    )
    return refuse(told)


def _separator(lines: io.TextIOWrapper) -> str:
    """What stands oftenest between the cells of the first line that has such; quoted ones left out."""
    for line in islice(iter(lambda: lines.readline(MEGABYTE), ""), HEAD_ROWS):
        bare = re.sub(r'"[^"]*"', "", line)
        if any(mark in bare for mark in SEPARATORS):
            return max(SEPARATORS, key=bare.count)
    return SEPARATORS[0]
