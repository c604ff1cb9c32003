"""What a person who designs may know of the stored records of a form: what their own rights show them.

Else a count of what a draft would do were an answer to any question about hidden values, without a trace: who gives
themselves a right has to publish that.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from flask import url_for
from sqlalchemy import ColumnElement, exists, func, not_, select, true

from builder.effects import Affected, Effect, Question
from builder.studio import Studio
from runtime import access
from runtime.db import db
from runtime.definitions.documents import Form
from runtime.records import naming
from runtime.records.sources import within
from runtime.records.tables import table

FIRST = 5


@dataclass(frozen=True)
class Records:
    """The stored records of a form in force, as one person may know them."""

    studio: Studio
    form: Form

    @cached_property
    def readable(self) -> ColumnElement[bool]:
        """The condition on those that the person may read."""
        found: ColumnElement[bool] = within(self.form, access.visible(self.studio.user, "read", self.form))
        return found

    @cached_property
    def _hidden(self) -> frozenset[str]:
        return access.fields(self.studio.user, self.form).hidden

    def column(self, key: str) -> ColumnElement[Any]:
        """The column of a field."""
        return table(self.form).c[key]

    def shows(self, keys: Sequence[str]) -> bool:
        """Whether none of these fields is hidden from the person."""
        return not self._hidden.intersection(keys)

    def is_limited(self, keys: Sequence[str]) -> bool:
        """Whether there are records, or values of these fields, that the person may not see."""
        unknown = not_(self.readable) if self.shows(keys) else true()
        return bool(db.session.scalar(select(exists().select_from(table(self.form)).where(unknown))))

    def count(self, keys: Sequence[str], condition: ColumnElement[bool] | None = None) -> int:
        """How many meet a condition on these fields, as far as the person may know."""
        if not self.shows(keys):
            return 0
        return (
            db.session.scalar(select(func.count()).select_from(table(self.form)).where(*self._met(condition)))
            or 0
        )

    def among(self, ids: Sequence[int]) -> set[int]:
        """Those of these records that the person may read."""
        own = table(self.form).c.id
        return set(db.session.scalars(select(own).where(own.in_(ids), self.readable)))

    def first(self, keys: Sequence[str], condition: ColumnElement[bool] | None = None) -> list[Affected]:
        """The first of those that `count` counts."""
        if not self.shows(keys):
            return []
        found = naming.first(self.form, self._met(condition), FIRST, self._hidden)
        return [Affected(title, self._address(each)) for each, title in found]

    def _met(self, condition: ColumnElement[bool] | None) -> list[ColumnElement[bool]]:
        return [self.readable, true() if condition is None else condition]

    def _address(self, record_id: int) -> str:
        return url_for("forms.show_record", app=self.form.app, form=self.form.key, record_id=record_id)

    def effect(
        self,
        keys: Sequence[str],
        condition: ColumnElement[bool] | None,
        words: tuple[str, Any],
        question: Question | None = None,
    ) -> Iterator[Effect]:
        """The effect on the records that meet a condition on these fields, if there may be any; `words` say what it
        is and what becomes of them.
        """
        count, limited = self.count(keys, condition), self.is_limited(keys)
        if count or limited:
            first = self.first(keys, condition)
            yield Effect(words[0], str(words[1]), count, question, first, limited)
