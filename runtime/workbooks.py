"""The sheets of a workbook by openpyxl, once it is counted what its parts unpack to.

openpyxl finds parts by what the workbook says of them, while they are counted by their names: it reads none under the
name of another kind, and none that nobody asked for.
"""

import re
import zipfile
from collections.abc import Sequence
from typing import Any, BinaryIO

from openpyxl.reader.excel import ExcelReader
from openpyxl.worksheet._read_only import ReadOnlyWorksheet
from openpyxl.xml.constants import SHARED_STRINGS, XLSM, XLSX, XLTM, XLTX

from runtime.sizes import MEGABYTE

MAX_PARTS = 1_000
MAX_ROW = 8 * MEGABYTE  # what one row may unpack to: it is held as a whole
MAX_PART = 8 * MEGABYTE  # what every other part may that is read: it is held as a whole, too
_STYLES = "xl/styles.xml"
_ROW = re.compile(rb"<(?:\w+:)?row[\s>/]")
_HELD = re.compile(rb"<(?:\w+:)?[vt](?:\s[^<>]*)?>[^<]")  # what a cell holds: a value, or a text


class TooLarge(Exception):
    """It unpacks to more than somebody has memory for."""


def worksheets(file: BinaryIO, unpacked: int, texts: int) -> Sequence[Any]:
    """The sheets with cells; `filled` of each is how many rows at least hold something. TooLarge when the file, or the
    texts in it, unpack to more bytes than these; what openpyxl raises, and KeyError or ValueError, for a workbook that
    is none.
    """
    heavy, filled = _looked_through(file, unpacked, texts)
    if _STYLES in heavy:  # it tells days from numbers
        raise TooLarge
    file.seek(0)
    reader = _Reader(file, read_only=True, data_only=True, keep_links=False)
    for name in heavy:
        reader.archive.NameToInfo.pop(name, None)
    reader.read()
    for sheet in reader.wb.worksheets:
        sheet.filled = filled.get(sheet._worksheet_path, 0)
    return list(reader.wb.worksheets)


def _looked_through(file: BinaryIO, unpacked: int, texts: int) -> tuple[frozenset[str], dict[str, int]]:
    """The parts that are too large to be read, like pictures, and how many rows of each other at least hold something.
    Everything is unpacked once, a piece at a time, up to where it gets too much.
    """
    left, heavy, filled = unpacked, set(), {}
    with zipfile.ZipFile(file) as parts:
        if len(parts.infolist()) > MAX_PARTS:
            raise TooLarge
        for part in parts.infolist():
            has_texts = _has_texts(part.filename)
            size, filled[part.filename] = _size(parts, part, min(left, texts) if has_texts else left)
            left -= size
            if size > MAX_PART and not (has_texts or _has_rows(part.filename)):
                heavy.add(part.filename)
    return frozenset(heavy), filled


def _size(parts: zipfile.ZipFile, part: zipfile.ZipInfo, most: int) -> tuple[int, int]:
    """To what a part unpacks, and how many rows with something in it begin and end in the same piece."""
    size = row = filled = 0
    in_rows = _has_rows(part.filename)
    with parts.open(part) as stream:
        while piece := stream.read(MEGABYTE):
            size += len(piece)
            rows = _ROW.split(piece) if in_rows else []
            row = 0 if len(rows) > 1 else row + len(piece)
            filled += sum(1 for each in rows[1:] if _HELD.search(each))
            if size > most or (in_rows and row > MAX_ROW):
                raise TooLarge
    return size, filled


def _has_rows(part: str) -> bool:
    """Whether the part is a sheet by its name: it is read row by row."""
    return "worksheets/" in part and not part.endswith(".rels")


def _has_texts(part: str) -> bool:
    """Whether the part holds the texts by its name: it is read text by text."""
    return "sharedStrings" in part and not _has_rows(part)


class _Reader(ExcelReader):  # type: ignore[misc]  # openpyxl has no types
    def read_manifest(self) -> None:
        super().read_manifest()
        if any(_is_misplaced(each.ContentType, each.PartName) for each in self.package.Override):
            raise ValueError("a part under the name of another")

    def read_worksheets(self) -> None:
        for sheet, relation in self.parser.find_sheets():
            if _has_texts(relation.target):
                raise ValueError("a sheet under the name of the texts")
            if (
                relation.target in self.valid_files and "chartsheet" not in relation.Type
            ):  # that holds no cells
                found = _Sheet(self.wb, sheet.name, relation.target, self.shared_strings)
                self.wb._sheets.append(found)


class _Sheet(ReadOnlyWorksheet):  # type: ignore[misc]
    filled = 0

    def _get_size(self) -> None:
        """Nothing: where a sheet does not say its size, all of it would be read for that."""


def _is_misplaced(kind: str, name: str) -> bool:
    if kind in (XLSX, XLSM, XLTX, XLTM):
        return _has_rows(name) or _has_texts(name)
    return kind == SHARED_STRINGS and _has_rows(name)
