"""Rows with problems: mended in the page and looked at again, or taken along as a file."""

import csv
import io
from collections import defaultdict
from collections.abc import Iterator, Mapping
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, cast

from flask_babel import gettext as _

from runtime.accounts.models import User
from runtime.db import db
from runtime.definitions.documents import Form
from runtime.fields._texts import MAX_LENGTH, cleaned
from runtime.sizes import MEGABYTE
from runtime.transfer import cells, groups, importing, importing_job
from runtime.transfer.models import Import, ImportRow
from runtime.transfer.planning import Desk

CHUNK = 500
Mended = dict[int, dict[str, str]]


def mend(user: User, form: Form, own: Import, sent: Mapping[str, str]) -> None:
    """Keep what was typed in place of cells, and look at these rows again; the caller commits."""
    desk = Desk(user, form, own)
    wanted = _typed(desk, sent)
    if not wanted:
        return
    importing.require(own.state in ("checked", "done"))
    typed = {row: _first(own, row) for row in _rows(own, wanted)}
    rows = list(dict.fromkeys(first for first in typed.values() if first.state == "bad"))
    for row in (row for row, first in typed.items() if first in rows):
        before = desk.cells(row)
        old = {key: desk.shown(key, before.get(key)) for key in wanted[row.number]}
        new = {key: text for key, text in wanted[row.number].items() if text != _on_lines(old[key])}
        row.fixes = {**row.fixes, **new}
    db.session.flush()
    while rows:
        some = groups.few(own, rows)
        again = importing.desk(own)
        importing_job.note(db.session(), again, importing_job.check(again, some))
        rows = rows[len(some) :]
    importing.touch(own)


def _first(own: Import, row: ImportRow) -> ImportRow:
    """The first row of the record."""
    return row if row.under is None else db.session.get_one(ImportRow, (own.id, row.under))


def _typed(desk: Desk, sent: Mapping[str, str]) -> Mended:
    """What was typed, by row and field."""
    found: Mended = defaultdict(dict)
    for name, text in sent.items():
        start, _dot, rest = name.partition(".")
        number, _dot, key = rest.partition(".")
        if start == "v" and number.isdecimal() and len(number) < 9 and desk.is_used(key):
            found[int(number)][key] = _clean(_on_lines(text))
    return found


def _on_lines(text: str) -> str:
    """Browsers send line breaks in another way than spreadsheets hold them."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _clean(text: str) -> str:
    try:
        return cleaned(text[:MAX_LENGTH])
    except ValueError:
        return "\ufffd"


def _rows(own: Import, wanted: Mended) -> list[ImportRow]:
    found = (db.session.get(ImportRow, (own.id, number)) for number in list(wanted)[:CHUNK])
    return [row for row in found if row is not None and row.number > own.head]


def file_of(user: User, form: Form, own: Import) -> BinaryIO:
    """The rows that were not imported as CSV: number, the columns as they were, why."""
    file = SpooledTemporaryFile(MEGABYTE)  # noqa: SIM115  (whoever sends it closes it)
    text = io.TextIOWrapper(cast(BinaryIO, file), "utf-8-sig", newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    titles, desk = importing.titles(own), Desk(user, form, own)
    writer.writerow(map(cells.harmless, [*titles, _("Row"), _("Problem")]))
    for row, why in _faulty(own):
        writer.writerow(map(cells.harmless, [*_cells(desk, row), str(row.number), why]))
    text.detach()
    file.seek(0)
    return cast(BinaryIO, file)


def _faulty(own: Import) -> Iterator[tuple[ImportRow, str]]:
    """The rows of the spreadsheet, each with what is wrong in it."""
    after = 0
    while rows := groups.few(own, importing.rows(own, ("bad", "kept"), CHUNK, after)):
        further = groups.further(own, rows)
        for row in rows:
            for each in (row, *further.get(row.number, ())):
                yield each, _why(row, each.number)
        after = rows[-1].number


def _cells(desk: Desk, row: ImportRow) -> list[str]:
    own, found = desk.own, []
    for at in range(own.told.get("width", 0)):
        key = own.mapping[at] if at < len(own.mapping) else ""
        cell = row.cells[at] if at < len(row.cells) else None
        found.append(row.fixes.get(key, desk.shown(key, cell)))
    return found


def _why(first: ImportRow, number: int) -> str:
    """What is wrong in this row of the record that begins with the first."""
    told = ((why, *where) for _key, why, *where in first.problems)
    return " ".join(why for why, *where in told if (int(where[0]) if where else first.number) == number)
