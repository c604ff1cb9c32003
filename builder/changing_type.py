"""What a field can become: the types, and beforehand what would become of what is stored."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import select

from builder import converting
from builder.commands import _retyping
from builder.known_records import Records
from builder.outlook import Outlook, outlook
from builder.studio import Studio
from runtime import documents
from runtime.db import db
from runtime.definitions import lookup
from runtime.definitions.documents import Form, parse_field
from runtime.fields import FIELD_TYPES, Field, FieldType, ValueType


@dataclass(frozen=True)
class ChangeOfType:
    """A change of the type of a field, the type chosen in the address as `type`."""

    studio: Studio
    field: Field
    is_published: bool

    @cached_property
    def types(self) -> list[FieldType]:
        """The types that it can become: while nothing is stored any, else those that its values fit."""
        if self.is_published:
            return converting.targets(self.field)
        return [each for each in FIELD_TYPES.values() if each is not self.field.type]

    @cached_property
    def chosen(self) -> FieldType | None:
        """The type that is looked at."""
        name = self.studio.asked.get("type", "")
        return next((each for each in self.types if each.name == name), None)

    @cached_property
    def _form(self) -> Form:
        return lookup.form(self.studio.app, self.studio.target.key)

    @cached_property
    def _records(self) -> Records:
        return Records(self.studio, self._form)

    @cached_property
    def is_limited(self) -> bool:
        """Whether more is stored than the person may see."""
        return self._records.is_limited((self.field.key,))

    @cached_property
    def options(self) -> list[str]:
        """The different stored texts that the person may see, where a choice is to be made of them; none when they
        are too many.
        """
        chosen = self.chosen
        if chosen is None or "enum" not in chosen.keywords or "enum" in self.field.schema:
            return []
        if self.field.type.value_type_of(self.field) is not ValueType.TEXT:
            return []
        if not self.is_shown:
            return []
        column = self._records.column(self.field.key)
        query = select(column).where(column.is_not(None), self._records.readable).distinct().order_by(column)
        found = list(db.session.scalars(query.limit(_retyping.MAX_OPTIONS + 1)))
        return found if len(found) <= _retyping.MAX_OPTIONS else []

    @cached_property
    def outlook(self) -> Outlook | None:
        """What would become of the stored values; None while no type is chosen."""
        chosen = self.chosen
        if chosen is None:
            return None
        document = self.studio.document["properties"][self.field.key]
        target = self.studio.target
        after = _retyping.retyped(
            self.field.key, document, chosen.name, self.studio.work, target, self.options
        )
        new = parse_field(self.field.key, after)
        return outlook(self._records, self.field.key, new)

    def known(self, rest: Sequence[tuple[int, str]]) -> list[tuple[int, str]]:
        """Of records and their values in this field those that the person may see."""
        readable = self._records.among([each for each, _shown in rest]) if self.is_shown else ()
        return [(each, shown) for each, shown in rest if each in readable]

    @cached_property
    def is_shown(self) -> bool:
        """Whether the person may see the values of the field."""
        return self._records.shows((self.field.key,))

    def command(self, keep: bool) -> str:
        """The command as a button posts it."""
        arguments: dict[str, Any] = {"field": self.field.key, "type": self.chosen and self.chosen.name}
        if self.options:
            arguments["options"] = self.options
        return documents.dumps({"name": "field.convert", "args": {**arguments, "keep": keep}})
