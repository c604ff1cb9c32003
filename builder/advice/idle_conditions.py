"""Conditions that can never hold, that always hold, or that ask for a choice there is not."""

from collections.abc import Iterator, Mapping
from typing import Any

from flask_babel import gettext as _

from builder import satisfiable
from builder.advice import _looked_at
from builder.checks import Context
from builder.checks._places import ConditionPlace
from runtime import conditions
from runtime.definitions.documents import Document
from runtime.errors import Problem
from runtime.fields import Field
from runtime.records.wording import said


class IdleConditions:
    """What never or always happens was meant otherwise. Old records may still hold a choice that was taken out, so a
    condition on it is no mistake by itself.
    """

    name = "idle_conditions"
    kinds = ("form", "automation", "message")

    def check(self, document: Document, context: Context) -> list[Problem]:
        return [
            problem
            for place, fields in _looked_at.conditions(document, context)
            for problem in _found(place, fields)
        ]


def _found(place: ConditionPlace, fields: Mapping[str, Field]) -> Iterator[Problem]:
    if conditions.check(place.document, place.types, place.facts):
        return  # said by the check of conditions
    if satisfiable.never(place.document, place.types):
        yield Problem(place.path, "never", str(_("This condition can never hold: it contradicts itself.")))
    elif satisfiable.always(place.document, place.types):
        yield Problem(place.path, "always", str(_("This condition always holds, whatever the record says.")))
    asked = dict.fromkeys(_gone(place.document, fields))
    for title, value in asked:
        sentence = _("“%(field)s” has no choice “%(choice)s” any more.", field=title, choice=value)
        yield Problem(place.path, "unknown_choice", str(sentence))


def _gone(part: Any, fields: Mapping[str, Field]) -> Iterator[tuple[str, str]]:
    """The titles of choice fields, each with a choice that it is compared with and does not have."""
    for field, constants in _looked_at.compared(part, fields):
        offered, labels = _offered(field), field.options.get("labels", {})
        for value in constants:
            if offered is not None and isinstance(value, str) and value not in offered:
                yield said(field.title), said(labels.get(value, value))


def _offered(field: Field) -> list[str] | None:
    """The choices of a field; None for one of another type."""
    inner: Any = field.schema.get("items", {})
    found = field.schema.get("enum", inner.get("enum") if isinstance(inner, Mapping) else None)
    return found if "enum" in field.type.keywords else None


plugin = IdleConditions()
