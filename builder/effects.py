"""What publishing does to what is stored already, as its page tells it: a sentence, a count, the first records."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from flask import url_for
from sqlalchemy import ColumnElement, func, select, true

from builder.studio import Studio
from runtime import access
from runtime.db import db
from runtime.definitions.documents import Form
from runtime.fields import Field
from runtime.records import naming
from runtime.records.sources import allowed
from runtime.records.tables import table

FIRST = 5


@dataclass(frozen=True)
class Question:
    """What a person may choose instead of what happens by itself: `fill` what is empty in a field, `map` the
    records that hold an option to another, `timers` to keep as they are planned, `backfill` to plan for records
    that are there already.
    """

    kind: str
    field: Field | None = None
    held: str = ""

    @property
    def name(self) -> str:
        """How the page's form names it within its part."""
        parts = (self.kind, self.field.key if self.field else "", quote(self.held, safe=""))
        return "/".join(part for part in parts if part)


@dataclass(frozen=True)
class Affected:
    """A record that is affected: what it is called, and the way to it."""

    title: str
    address: str


@dataclass(frozen=True)
class Effect:
    """Something that publishing does to stored records or waiting timers, and what becomes of them unless the
    question is answered; with the first of the records, of those that the person may read.
    """

    sentence: str
    then: str
    count: int
    question: Question | None = None
    first: Sequence[Affected] = ()


@dataclass(frozen=True)
class Records:
    """The stored records of a form that a person who publishes is told of."""

    studio: Studio
    form: Form

    def column(self, key: str) -> ColumnElement[Any]:
        """The column of a field."""
        return table(self.form).c[key]

    def count(self, condition: ColumnElement[bool] | None = None) -> int:
        """How many there are, whoever may read them."""
        own = select(func.count()).select_from(table(self.form))
        return db.session.scalar(own if condition is None else own.where(condition)) or 0

    def first(self, keys: Sequence[str], condition: ColumnElement[bool] | None = None) -> list[Affected]:
        """The first that the person may read; none where one of the fields is hidden from them, of which the
        condition would tell something.
        """
        user = self.studio.user
        hidden = access.fields(user, self.form).hidden
        if hidden.intersection(keys):
            return []
        readable = allowed(self.form, access.visible(user, "read", self.form))
        wanted = [readable, true() if condition is None else condition]
        return [
            Affected(title, self._address(each))
            for each, title in naming.first(self.form, wanted, FIRST, hidden)
        ]

    def _address(self, record_id: int) -> str:
        return url_for("forms.show_record", app=self.form.app, form=self.form.key, record_id=record_id)

    def effect(
        self,
        keys: Sequence[str],
        condition: ColumnElement[bool] | None,
        words: tuple[str, Any],
        question: Question | None = None,
    ) -> Iterator[Effect]:
        """The effect on the records that meet a condition on these fields, if there are any; `words` say what it is
        and what becomes of them.
        """
        count = self.count(condition)
        if count:
            yield Effect(words[0], str(words[1]), count, question, self.first(keys, condition))
