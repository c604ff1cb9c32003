"""The first rows of a spreadsheet that somebody sent, or of rows that he pasted, for a form to be made of them."""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from flask_babel import gettext as _

from runtime import spreadsheets
from runtime.errors import Invalid
from runtime.sizes import MEGABYTE
from runtime.spreadsheets import MAX_COLUMNS, SEPARATORS, refuse, width
from runtime.text import clean_text

MAX_ROWS = 500  # that are looked at
MAX_UNPACKED, MAX_TEXTS = 64 * MEGABYTE, 16 * MEGABYTE
MAX_CELL = 2_000  # characters of a cell that are looked at

Rows = list[list[Any]]


@dataclass(frozen=True)
class Sheet:
    """The first rows, as many cells in each; `encoding` is that of a text file."""

    rows: Rows
    encoding: str = ""


def read(content: bytes) -> Sheet:
    """The sheet in a file; Invalid with a sentence for everything that is none."""
    if not content.strip():
        raise refuse(_("The file is empty."))
    found = spreadsheets.opened(io.BytesIO(content), unpacked=MAX_UNPACKED, texts=MAX_TEXTS)
    return Sheet(_even(_rows(found.rows)), found.encoding)


def pasted(text: str) -> Sheet:
    """The sheet in a pasted text: cells by tabs or commas; lines without either are titles, one a line."""
    if not text.strip():
        raise refuse(_("Nothing was pasted."))
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) > 1 and not any(mark in text for mark in SEPARATORS):
        return Sheet(_even([lines]))
    return Sheet(read(text.encode("utf-8", "replace")).rows)


def _rows(lines: Iterable[Sequence[Any]]) -> Rows:
    """The first rows that hold something, cleaned."""
    read_rows = ([_cell(value) for value in line] for line in islice(lines, MAX_ROWS))
    return [row for row in read_rows if any(value is not None for value in row)]


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
    widest = max(map(width, rows), default=0)
    if widest > MAX_COLUMNS:
        raise _too_wide()
    if not widest:
        raise refuse(_("There is nothing in the sheets of this file."))
    return [[*row[:widest], *[None] * (widest - len(row))] for row in rows]


def _too_wide() -> Invalid:
    told = _(
        "This has more than %(most)s columns. Copy those that you need and paste them.", most=MAX_COLUMNS
    )
    return refuse(told)
