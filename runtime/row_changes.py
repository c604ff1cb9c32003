"""What changed in the rows of a sub-table, in words: rows that came, went or moved, and cells."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from flask_babel import gettext as _

from runtime.definitions.documents import Form
from runtime.fields import Field
from runtime.records.changes import differing
from runtime.records.rows import Values
from runtime.text import localized

MOST = 100  # changes that are told one by one

Told = tuple[str, str, str, str]
"""The way to what changed, its title, what it was and what it is."""
Show = Callable[[Field, Any], str]


def told(form: Form, old: Sequence[Values], new: Sequence[Values], show: Show, locale: str) -> list[Told]:
    """The changes from the old rows to the new ones; `form` is that of the rows, as far as it may be seen."""
    words = _Words(form, show, locale)
    found = [*words.of_rows(old, new)]
    if len(found) <= MOST:
        return found
    rest = _("and %(num)s more changes", num=len(found) - MOST)
    return [*found[:MOST], (form.key, words.title, "", str(rest))]


class _Words:
    def __init__(self, form: Form, show: Show, locale: str) -> None:
        self._form, self._show, self._locale = form, show, locale
        self.title = localized(form.title, locale)

    def of_rows(self, old: Sequence[Values], new: Sequence[Values]) -> Iterator[Told]:
        before = {row["id"]: (number, row) for number, row in enumerate(old, start=1)}
        after = {row["id"]: (number, row) for number, row in enumerate(new, start=1)}
        for row_id, (number, row) in before.items():
            if row_id not in after:
                yield self._form.key, self._row(number), self._summary(row), ""
        for row_id, (number, row) in after.items():
            if row_id in before:
                yield from self._of_cells(number, before[row_id][1], row)
            else:
                yield self._form.key, self._row(number), "", self._summary(row)
        if [each for each in before if each in after] != [each for each in after if each in before]:
            yield self._form.key, self.title, "", str(_("the rows stand in another order"))

    def _of_cells(self, number: int, old: Values, new: Values) -> Iterator[Told]:
        for key in differing(old, new):
            if key in self._form.fields:
                field = self._form.fields[key]
                title = f"{self._row(number)}, {localized(field.title, self._locale)}"
                path = f"{self._form.key}.{key}"
                yield path, title, self._show(field, old.get(key)), self._show(field, new.get(key))

    def _row(self, number: int) -> str:
        return str(_("%(title)s, row %(number)s", title=self.title, number=number))

    def _summary(self, row: Values) -> str:
        cells = ((field, row.get(key)) for key, field in self._form.fields.items())
        return " · ".join(self._show(field, value) for field, value in cells if value is not None)
