"""Conditions and rules of a draft in the words of whoever reads them."""

from typing import Any

from flask_babel import gettext as _

from builder.sights import Sight
from builder.studio import Studio
from runtime import conditions
from runtime.conditions import ConditionError
from runtime.definitions import lookup
from runtime.fields import LISTED, Field
from runtime.forms.names import Titles


def condition(studio: Studio, document: Any, seen: Sight) -> str:
    """The condition in words; a plain remark for a document that is none."""
    teller = Teller(studio, seen)
    try:
        return conditions.phrase(document, teller.name, teller.value, studio.locale)
    except ConditionError:
        return str(_("something that cannot be read"))


class Teller:
    """Says paths and constants as people know them; titles that are pointed to are read when needed."""

    def __init__(self, studio: Studio, seen: Sight) -> None:
        self._studio, self._sight = studio, seen
        self._titles = Titles(studio.user)

    def name(self, path: str) -> str:
        """The title of a source or fact."""
        return self._sight.title(path)

    def value(self, path: str, constant: Any) -> str:
        """A constant as the field shows it."""
        source = self._sight.sources.get(path)
        if source is None:
            return str(constant)
        return told(self._studio, source.field, constant, self._titles)


def told(studio: Studio, field: Field, constant: Any, titles: Titles) -> str:
    """A constant as its field shows it to this person."""
    try:
        # Conditions compare with what a list holds.
        held = [constant] if field.type.value_type in LISTED and isinstance(constant, str) else constant
        value = field.type.normalise(held, field)
        read_title(studio, titles, field, value)
        return field.type.display(value, field, studio.reader, titles)
    except (TypeError, ValueError, ArithmeticError, AttributeError):
        return str(constant)  # it was meant for a field of another type


def read_title(studio: Studio, titles: Titles, field: Field, value: Any) -> None:
    """Read what a value of this field points to."""
    if not isinstance(value, int) or isinstance(value, bool):
        return
    if field.type.name == "member":
        titles.add_members([value])
    elif field.type.name == "department":
        titles.add_departments([value])
    elif field.type.name == "reference":
        form = lookup.form_if_any(studio.app, str(field.options.get("form")))
        if form is not None:
            titles.add_records(form, [value])
