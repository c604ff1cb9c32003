"""What changed in the rows of a sub-table, in words: rows that came, went or moved, and cells."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from flask_babel import gettext as _

from runtime.definitions.documents import Form
from runtime.fields import Field
from runtime.records.changes import differing
from runtime.records.row_history import Pairs
from runtime.records.rows import Values
from runtime.text import localized

MOST = 100  # changes that are told one by one

Told = tuple[str, str, str, str]
"""The way to what changed, its title, what it was and what it is."""
Show = Callable[[Field, Any], str]
Say = Callable[[], Told]
"""Puts a change into words: of thousands most are only counted."""


def told(form: Form, old: Pairs, new: Pairs, show: Show, locale: str) -> list[Told]:
    """The changes from the old rows to the new ones, with their places; `form` is that of the rows, as far as it may be
    seen.
    """
    words = _Words(form, show, locale)
    found = [*words.of_rows(old, new)]
    said = [say() for say in found[:MOST]]
    if len(found) <= MOST:
        return said
    rest = _("and %(num)s more changes", num=len(found) - MOST)
    return [*said, (form.key, words.title, "", str(rest))]


def differ(form: Form, old: Pairs, new: Pairs) -> bool:
    """Whether there is anything to tell of these rows, which are as far as they may be seen."""
    return any(True for _say in _Words(form, lambda _field, _value: "", "en").of_rows(old, new))


class _Words:
    def __init__(self, form: Form, show: Show, locale: str) -> None:
        self._form, self._show, self._locale = form, show, locale
        self.title = localized(form.title, locale)

    def of_rows(self, old: Pairs, new: Pairs) -> Iterator[Say]:
        before = {row["id"]: (at + 1, row) for at, row in old}
        after = {row["id"]: (at + 1, row) for at, row in new}
        for row_id, (number, row) in before.items():
            if row_id not in after:
                yield partial(self._gone, number, row)
        for row_id, (number, row) in after.items():
            if row_id in before:
                yield from self._of_cells(number, before[row_id][1], row)
            else:
                yield partial(self._new, number, row)
        if [each for each in before if each in after] != [each for each in after if each in before]:
            yield self._moved

    def _of_cells(self, number: int, old: Values, new: Values) -> Iterator[Say]:
        for key in differing(old, new) if old != new else ():
            if key in self._form.fields:
                yield partial(self._changed, number, self._form.fields[key], old.get(key), new.get(key))

    def _gone(self, number: int, row: Values) -> Told:
        return self._form.key, self._row(number), self._summary(row), ""

    def _new(self, number: int, row: Values) -> Told:
        return self._form.key, self._row(number), "", self._summary(row)

    def _moved(self) -> Told:
        return self._form.key, self.title, "", str(_("the rows stand in another order"))

    def _changed(self, number: int, field: Field, old: Any, new: Any) -> Told:
        title = f"{self._row(number)}, {localized(field.title, self._locale)}"
        return f"{self._form.key}.{field.key}", title, self._show(field, old), self._show(field, new)

    def _row(self, number: int) -> str:
        return str(_("%(title)s, row %(number)s", title=self.title, number=number))

    def _summary(self, row: Values) -> str:
        cells = ((field, row.get(key)) for key, field in self._form.fields.items())
        return " · ".join(self._show(field, value) for field, value in cells if value is not None)
