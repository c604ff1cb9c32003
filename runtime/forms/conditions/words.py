"""Conditions and what they compare with, in the words of whoever looks at them."""

from collections.abc import Mapping
from typing import Any, Protocol

from flask_babel import gettext as _

from runtime import conditions
from runtime.accounts.models import User
from runtime.conditions import ConditionError
from runtime.definitions import lookup
from runtime.fields import LISTED, Field, Reader
from runtime.forms.conditions.sights import ASKED, Sight
from runtime.forms.names import Titles


class Looker(Protocol):
    """Whoever looks at a condition or edits it, and where."""

    @property
    def user(self) -> User: ...
    @property
    def app(self) -> str: ...
    @property
    def reader(self) -> Reader: ...
    @property
    def asked(self) -> Mapping[str, str]:
        """What the address says, the searches of pickers among it."""

    @property
    def scripted(self) -> bool:
        """Whether a script is known to run, so that lists for browsers without one are left out."""

    def picks_from(self, field: Field) -> str:
        """The address that a picker of this field searches."""


def condition(looker: Looker, document: Any, seen: Sight) -> str:
    """The condition in words; a plain remark for a document that is none."""
    teller = Teller(looker, seen)
    try:
        return conditions.phrase(document, teller.name, teller.value, looker.reader.locale)
    except ConditionError:
        return str(_("something that cannot be read"))


class Teller:
    """Says paths and constants as people know them; titles that are pointed to are read when needed."""

    def __init__(self, looker: Looker, seen: Sight) -> None:
        self._looker, self._sight = looker, seen
        self._titles = Titles(looker.user)

    def name(self, path: str) -> str:
        """The title of a source or fact."""
        return self._sight.title(path)

    def value(self, path: str, constant: Any, asks: str = "", /) -> str:
        """A constant as the field shows it, or what an operator asks for instead."""
        source = self._sight.sources.get(path)
        if source is None and not asks:
            return str(constant)
        field = ASKED[asks] if asks or source is None else source.field
        return told(self._looker, field, constant, self._titles)


def told(looker: Looker, field: Field, constant: Any, titles: Titles) -> str:
    """A constant as its field shows it to this person."""
    try:
        # Conditions compare with what a list holds.
        held = [constant] if field.type.value_type in LISTED and isinstance(constant, str) else constant
        value = field.type.normalise(held, field)
        read_title(looker, titles, field, value)
        return field.type.display(value, field, looker.reader, titles)
    except (TypeError, ValueError, ArithmeticError, AttributeError):
        return str(constant)  # it was meant for a field of another type


def read_title(looker: Looker, titles: Titles, field: Field, value: Any) -> None:
    """Read what a value of this field points to."""
    if not isinstance(value, int) or isinstance(value, bool):
        return
    if field.type.name == "member":
        titles.add_members([value])
    elif field.type.name == "department":
        titles.add_departments([value])
    elif field.type.name == "reference":
        form = lookup.form_if_any(looker.app, str(field.options.get("form")))
        if form is not None:
            titles.add_records(form, [value])
