"""The rows of a list as HTML.

A template that draws every cell of a page took half of its time. So it draws one row, with a mark in the place of all
that differs from row to row, and each row is that text with its own values in between.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from secrets import token_hex
from typing import NamedTuple

from flask import current_app
from markupsafe import Markup, escape

from runtime.forms.lists.columns import Column
from runtime.forms.lists.kinds._cards import Mark
from runtime.forms.lists.listing import Row

_MARK = f"mark-{token_hex(16)}-"  # which nobody can have written
_SLOTS = re.compile(f"{_MARK}([0-9]+);")


class _Look(NamedTuple):
    """What a row shows of a column; its heading has more, such as the address that sorts by it."""

    title: str
    numeric: bool
    leads: bool


@dataclass(frozen=True)
class _Pattern:
    """The pieces of a row, every second one for a value, and which: 0 for its id, then its texts, then the way here."""

    pieces: list[str]
    slots: list[int]

    def filled(self, values: Sequence[str]) -> Markup:
        """The row with its values, which are HTML by now."""
        row = list(self.pieces)
        row[1::2] = [values[slot] for slot in self.slots]
        return Markup("".join(row))  # noqa: S704


def drawn_rows(
    rows: Sequence[Row],
    columns: tuple[Column, ...],
    path: str,
    from_here: str,
    may_choose: bool,
    are_new: bool,
) -> list[Markup]:
    """The HTML of each row. Their links lead to `path`, the record and `from_here`; where they are new on the page, the
    first one takes the focus.
    """
    shown = [text or (f"#{row.id}" if one.leads else "") for row in rows for one, text in row.cells]
    way, *texts = _escaped([from_here, *shown])
    width = len(columns)
    own = (tuple(_Look(one.title, one.numeric, one.leads) for one in columns), path, may_choose)
    patterns = {mark: _pattern(*own, False, mark) for mark in {row.mark for row in rows}}
    first = _pattern(*own, True, rows[0].mark) if are_new and rows else None
    return [
        (patterns[row.mark] if place or not first else first).filled(
            [str(row.id), *texts[place * width : (place + 1) * width], way]
        )
        for place, row in enumerate(rows)
    ]


def _escaped(texts: list[str]) -> list[str]:
    """Each text as HTML; all in one go, for there are hundreds."""
    return str.split(escape(_MARK.join(texts)), _MARK)


@lru_cache(500)
def _pattern(
    columns: tuple[_Look, ...],
    path: str,
    may_choose: bool,
    is_new: bool,
    coloured: Mark | None,
) -> _Pattern:
    marks = [f"{_MARK}{number};" for number in range(len(columns) + 2)]
    draw = current_app.jinja_env.get_template("records/_a_row.html").module.row_of  # type: ignore[attr-defined]
    cells = zip(columns, marks[1:-1], strict=True)
    drawn = str(draw(marks[0], cells, path, marks[-1], may_choose, is_new, coloured))
    pieces = _SLOTS.split(drawn)
    return _Pattern(pieces, [int(slot) for slot in pieces[1::2]])
