"""A block of cells copied from a spreadsheet, pasted into the rows of a sub-table: each cell stands there as if it had
been typed, so that it is judged, drawn and mended as what was typed is.
"""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import ngettext

from runtime.accounts.models import User
from runtime.definitions.documents import Form
from runtime.fields import Field, FieldError, Raw, Reader, ValueType
from runtime.fields._listed import called, values_of
from runtime.forms import row_posts
from runtime.forms.row_posts import Posted
from runtime.records.pointing import POINTERS, Names, names_of
from runtime.text import in_all_languages

DEED = "row_paste"
MOST_ROWS = 500
MOST_CHARACTERS = 200_000
TOLD = 5  # of what was not accepted


@dataclass(frozen=True)
class Block:
    """The cells of a paste, by rows, with the columns that they are for; None for one that takes nothing."""

    columns: Sequence[Field | None]
    lines: Sequence[Sequence[str]]
    left_out: int
    """Rows that are too many."""

    def cells(self) -> list[tuple[int, Field, str]]:
        """The cells that mean something: row, column, text."""
        return [
            (number, one, text.strip())
            for number, line in enumerate(self.lines)
            for one, text in zip(self.columns, line, strict=False)
            if one is not None and text.strip()
        ]


def done(
    user: User, form: Form, posted: Posted, reader: Reader, closed: frozenset[str]
) -> tuple[Posted, dict[str, str]]:
    """What would have been posted had the pasted blocks been typed, and by sub-table what to say of that."""
    changed, told = Posted(posted), dict[str, str]()
    for deed in posted.getlist("_do"):
        name, _colon, rest = deed.partition(":")
        place, _line, text = rest.partition("\n")
        key, _dot, cell = place.partition(".")
        if name == DEED and key in form.rows and key in posted and key not in closed:
            rights = frozenset(path[len(key) + 1 :] for path in closed if path.startswith(f"{key}."))
            block = _block(
                form.rows[key], rights, cell.partition(".")[2], text or posted.get(f"_paste.{key}", "")
            )
            told[key] = _put(user, form.rows[key], changed, key, cell.partition(".")[0], block, reader)
    return changed, told


def _block(rows: Form, closed: frozenset[str], first: str, text: str) -> Block:
    """The cells of a text as spreadsheets copy it. A first line of titles says what each column is; else they are the
    columns of the page from `first` on.
    """
    lines = _lines(text)
    shown = [one for key, one in rows.fields.items() if key not in closed]
    titled = _titled(shown, lines[0]) if lines else None
    if titled is not None:
        columns, lines = titled, lines[1:]
    else:
        start = next((at for at, one in enumerate(shown) if one.key == first), 0)
        columns = list(shown[start:])
    open_ones = [one if one is not None and one.type.writable else None for one in columns]
    return Block(open_ones, lines[:MOST_ROWS], len(lines[MOST_ROWS:]))


def _lines(text: str) -> list[list[str]]:
    text = text[:MOST_CHARACTERS].replace("\x00", "")
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter="\t"))
    except csv.Error:
        lines = [line.split("\t") for line in text.splitlines()]
    while lines and not any(cell.strip() for cell in lines[-1]):
        lines.pop()
    return lines


def _titled(shown: Sequence[Field], line: Sequence[str]) -> list[Field | None] | None:
    """The columns that these titles name; None when they are no titles."""
    known: dict[str, Field] = {}
    for one in shown:
        for name in (one.key, *in_all_languages(one.title)):
            known.setdefault(name.strip().casefold(), one)
    named = [known.get(cell.strip().casefold()) for cell in line]
    said = [one for one, cell in zip(named, line, strict=True) if cell.strip()]
    return named if len(said) > 1 and all(said) else None


def _put(user: User, rows: Form, posted: Posted, key: str, handle: str, block: Block, reader: Reader) -> str:
    """Put the cells into rows from this one on, and into new ones after the last; what to say of it."""
    cells = block.cells()
    names = names_of(
        user, rows, [(one, text) for _at, one, text in cells if one.type.name in POINTERS], reader
    )
    handles = _handles(posted, key, handle, len(block.lines), rows)
    refused: list[str] = []
    for number, one, text in cells:
        raw = _raw(one, text, names, reader)
        if raw is None:
            refused.append(text)
            continue
        name = f"{key}.{handles[number]}.{one.key}"
        posted.setlist(name, [raw] if isinstance(raw, str) else ["", *raw])
        posted[f"_was.{name}"] = ""  # it was answered, whatever it was filled with
    return _told(len(block.lines), refused, block.left_out)


def _handles(posted: Posted, key: str, handle: str, count: int, rows: Form) -> list[str]:
    """As many rows, from this one on; without one from the first empty row at the end."""
    there = row_posts.handles(key, posted)
    if handle in there:
        at = there.index(handle)
    else:
        filled = [number for number, each in enumerate(there) if _is_filled(posted, f"{key}.{each}.", rows)]
        at = filled[-1] + 1 if filled else 0
    while len(there) < at + count:
        there.append(row_posts.new_handle(key, posted))
    posted.setlist(key, ["", *there])
    return there[at : at + count]


def _is_filled(posted: Posted, start: str, rows: Form) -> bool:
    """Whether somebody answered something in this row: a first value is no answer."""
    return any(
        (text := posted.get(f"{start}{column}", "")) and text != posted.get(f"_was.{start}{column}")
        for column in rows.fields
    )


def _raw(one: Field, text: str, names: Names, reader: Reader) -> Raw | None:
    """What the control of the cell would hold; None where it could not even show the text."""
    try:
        if one.type.name in POINTERS:
            return one.type.to_raw(names.one(one, text), one, reader)
        return one.type.to_raw(one.type.parse(_chosen(one, text), one, reader), one, reader)
    except FieldError:
        plain = one.type.value_type_of(one) in (ValueType.TEXT, ValueType.NUMBER)
        return text if plain and not one.type.choices(one, reader) and one.type.name not in POINTERS else None


def _chosen(one: Field, text: str) -> str:
    """The key of an option that is named by its label."""
    if one.type.name != "choice" or text in values_of(one):
        return text
    return called(one, values_of(one)).get(text.casefold(), text)


def _told(count: int, refused: Sequence[str], left_out: int) -> str:
    said = [ngettext("%(num)d row pasted.", "%(num)d rows pasted.", count)]
    if left_out:
        said.append(_("%(count)s more were too many for once.", count=left_out))
    if refused:
        some = ", ".join(f"“{text[:40]}”" for text in dict.fromkeys(refused[:TOLD]))
        said.append(
            ngettext("Not accepted: %(some)s.", "%(num)d not accepted: %(some)s.", len(refused), some=some)
        )
    return " ".join(map(str, said))
