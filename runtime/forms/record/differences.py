"""In which fields two states of a record differ, in the words of whoever reads them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from runtime import row_changes, word_diff
from runtime.accounts.models import User
from runtime.definitions import roll_ups
from runtime.definitions.documents import Form
from runtime.fields import Field, Reader
from runtime.forms.names import titles_for
from runtime.records.rows import Values
from runtime.text import localized
from runtime.word_diff import Piece

State = Mapping[str, Any]
"""Values of a record, as far as the reader may see them."""
TEXTS = ("text", "long_text", "rich_text")


@dataclass(frozen=True)
class Difference:
    """A field that holds something else in both; of a text its `pieces`, of a sub-table each (title, old, new)."""

    key: str
    title: str
    old: str
    new: str
    pieces: tuple[Piece, ...] = ()
    rows: tuple[tuple[str, str, str], ...] = ()


def differences(user: User, form: Form, old: State, new: State, reader: Reader) -> list[Difference]:
    """What differs, in the order of the form. Roll-ups are left out: they are the doing of other records."""
    names = titles_for(user, form, form.fields.values(), [old, new])

    def show(one: Field, value: Any) -> str:
        return one.type.display(value, one, reader, names)

    return list(_differing(form, old, new, reader.locale, show))


def compared(form: Form) -> list[Field]:
    """The fields of which versions tell."""
    own = roll_ups.of(form)
    return [
        one for key, one in form.fields.items() if key in form.rows or (one.type.stored and key not in own)
    ]


def _differing(
    form: Form, old: State, new: State, locale: str, show: row_changes.Show
) -> Iterator[Difference]:
    for one in compared(form):
        before, after = old.get(one.key), new.get(one.key)
        if before == after:
            continue
        title = localized(one.title, locale)
        if one.key in form.rows:
            was, is_now = ([*enumerate(rows)] for rows in aligned(before or [], after or []))
            told = row_changes.told(form.rows[one.key], was, is_now, show, locale)
            if told:
                yield Difference(one.key, title, "", "", rows=tuple(each[1:] for each in told))
            continue
        texts = show(one, before), show(one, after)
        both = one.type.name in TEXTS and all(texts)
        yield Difference(one.key, title, *texts, pieces=tuple(word_diff.pieces(*texts)) if both else ())


def aligned(old: list[Values], new: list[Values]) -> tuple[list[Values], list[Values]]:
    """The same rows, those that were taken out and typed again, or brought back, under one id."""
    there = {row.get("id") for row in old}
    gone = [row for row in old if row.get("id") not in {each.get("id") for each in new}]
    found = []
    for row in new:
        same = None
        if row.get("id") not in there:
            same = next((each for each in gone if _cells(each) == _cells(row)), None)
        if same is not None:
            gone.remove(same)
        found.append(row if same is None else same)
    return old, found


def _cells(row: Values) -> Values:
    return {key: cell for key, cell in row.items() if key != "id"}
