"""A block of cells copied from a spreadsheet, pasted into the rows of a sub-table: each cell stands there as if it had
been typed, so that it is judged, drawn and mended as what was typed is.
"""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import ngettext

from runtime import access
from runtime.accounts.models import User
from runtime.definitions.documents import Form
from runtime.fields import ALL_POINTERS, Field, FieldError, Raw, Reader, ValueType
from runtime.fields._listed import called, values_of
from runtime.fields.sub_table import MAX_ROWS
from runtime.forms import row_posts
from runtime.forms.entry import is_blank, read
from runtime.forms.row_posts import Posted
from runtime.records.pointing import Names, names_of
from runtime.text import in_all_languages

DEED = "row_paste"
MOST_ROWS, MOST_OF_GUESTS = 500, 50
MOST_PASTES = 3  # before an answer came
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
    pastes = [deed for deed in posted.getlist("_do") if deed.startswith(f"{DEED}:")]
    if not pastes:
        return posted, {}
    changed, told = Posted(posted), dict[str, str]()
    for deed in pastes[-MOST_PASTES:]:
        place, _line, text = deed[len(DEED) + 1 :].partition("\n")
        key, _dot, cell = place.rstrip("\r").partition(
            "."
        )  # a page that is sent ends its lines in two characters
        if key in form.rows and key in posted and key not in closed:
            one = Paste(user, form, key, reader, closed)
            block = one.block(cell.partition(".")[2], text or posted.get(f"_paste.{key}", ""))
            told[key] = one.put(changed, cell.partition(".")[0], block)
    return changed, told


@dataclass(frozen=True)
class Paste:
    """Somebody pastes into the rows of this sub-table."""

    user: User
    form: Form
    key: str
    reader: Reader
    closed: frozenset[str]

    @property
    def rows(self) -> Form:
        """The form of a row."""
        return self.form.rows[self.key]

    def block(self, first: str, text: str) -> Block:
        """The cells of a text as spreadsheets copy it. A first line of titles says what each column is; else they are
        the columns of the page from `first` on.
        """
        lines, cut = _lines(text)
        hidden = access.fields(self.user, self.form).hidden
        shown = [one for key, one in self.rows.fields.items() if f"{self.key}.{key}" not in hidden]
        titled = _titled(shown, lines[0], 2 if first else 1) if lines else None
        if titled is not None:
            columns, lines = titled, lines[1:]
        else:
            start = next((at for at, one in enumerate(shown) if one.key == first), 0)
            columns = list(shown[start:])
        open_ones = [one if one is not None and self._takes(one) else None for one in columns]
        most = MOST_OF_GUESTS if any(self.user.guest_of) else MOST_ROWS
        return Block(open_ones, lines[:most], len(lines[most:]) + cut)

    def _takes(self, one: Field) -> bool:
        return one.type.writable and f"{self.key}.{one.key}" not in self.closed

    def put(self, posted: Posted, handle: str, block: Block) -> str:
        """Put the cells into rows from this one on, and into new ones after the last; what to say of it."""
        handles = self._handles(posted, handle, len(block.lines))
        cells = [each for each in block.cells() if each[0] < len(handles)]
        pointing = [(one, text) for _at, one, text in cells if one.type.name in ALL_POINTERS]
        names = names_of(self.user, self.rows, pointing, self.reader)
        refused, odd = list[str](), list[str]()
        for number, one, text in cells:
            raw, fits = _raw(one, text, names, self.reader)
            if raw is None:
                refused.append(text)
                continue
            if not fits:
                odd.append(text)
            name = f"{self.key}.{handles[number]}.{one.key}"
            posted.setlist(name, [raw] if isinstance(raw, str) else ["", *raw])
            posted[f"_was.{name}"] = ""  # it was answered, whatever it was filled with
        without_room = len(block.lines) - len(handles)
        return _told(len(handles), refused, odd, block.left_out + without_room)

    def _handles(self, posted: Posted, handle: str, count: int) -> list[str]:
        """As many rows, from this one on, as a record may have; without one from the first blank row at the end."""
        there = row_posts.handles(self.key, posted)
        at = there.index(handle) if handle in there else self._first_blank(posted, there)
        count = min(count, max(0, MAX_ROWS - at))
        there += row_posts.new_handles(self.key, posted, max(0, at + count - len(there)))
        row_posts.put(posted, self.key, there, there[min(at, len(there) - 1)] if there else "")
        return there[at : at + count]

    def _first_blank(self, posted: Posted, there: Sequence[str]) -> int:
        apart, empty = row_posts.by_row(self.key, posted), Posted()
        at = len(there)
        while at and is_blank(self.rows, read(self.rows, apart.get(there[at - 1], empty), self.reader)):
            at -= 1
        return at


def _lines(text: str) -> tuple[list[list[str]], int]:
    """The cells of each line, and how many lines are too much at once."""
    whole = text.replace("\x00", "").replace("\r\n", "\n")
    text = whole if len(whole) <= MOST_CHARACTERS else whole[:MOST_CHARACTERS].rpartition("\n")[0]
    cut = len([line for line in whole[len(text) :].split("\n") if line.strip()])
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter="\t"))
    except csv.Error:
        lines = [line.split("\t") for line in text.splitlines()]
    while lines and not any(cell.strip() for cell in lines[-1]):
        lines.pop()
    return lines, cut


def _titled(shown: Sequence[Field], line: Sequence[str], least: int) -> list[Field | None] | None:
    """The columns that these titles name, at least so many; None when they are no titles."""
    known: dict[str, Field] = {}
    for one in shown:
        for name in (one.key, *in_all_languages(one.title)):
            known.setdefault(name.strip().casefold(), one)
    named = [known.get(cell.strip().casefold()) for cell in line]
    said = [one for one, cell in zip(named, line, strict=True) if cell.strip()]
    return named if len(said) >= least and all(said) else None


def _raw(one: Field, text: str, names: Names, reader: Reader) -> tuple[Raw | None, bool]:
    """What the control of the cell would hold, None where it could not show the text; and whether it is a value."""
    try:
        if one.type.name in ALL_POINTERS:
            return one.type.to_raw(names.one(one, text), one, reader), True
        return one.type.to_raw(one.type.parse(_chosen(one, text), one, reader), one, reader), True
    except FieldError:
        return (text if _shows_any_text(one, reader) else None), False


def _shows_any_text(one: Field, reader: Reader) -> bool:
    plain = one.type.value_type_of(one) in (ValueType.TEXT, ValueType.NUMBER)
    return plain and not one.type.choices(one, reader) and one.type.name not in ALL_POINTERS


def _chosen(one: Field, text: str) -> str:
    """The key of an option that is named by its label."""
    if one.type.name != "choice" or text in values_of(one):
        return text
    return called(one, values_of(one)).get(text.casefold(), text)


def _told(count: int, refused: Sequence[str], odd: Sequence[str], left_out: int) -> str:
    said = [ngettext("%(num)d row pasted.", "%(num)d rows pasted.", count)]
    if left_out:
        said.append(_("%(count)s more were too many for once.", count=left_out))
    if refused:
        some = _some(refused)
        said.append(
            ngettext("Not accepted: %(some)s.", "%(num)d not accepted: %(some)s.", len(refused), some=some)
        )
    if odd:
        some = _some(odd)
        said.append(
            ngettext(
                "%(num)d value has to be mended: %(some)s.",
                "%(num)d values have to be mended: %(some)s.",
                len(odd),
                some=some,
            )
        )
    return " ".join(map(str, said))


def _some(texts: Sequence[str]) -> str:
    return ", ".join(f"“{text[:40]}”" for text in dict.fromkeys(texts[:TOLD]))
