"""What every kind of view is, and what every one of them shows."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask_babel import gettext as _

from runtime import access
from runtime.accounts.models import User
from runtime.definitions.documents import Form
from runtime.errors import NotFound
from runtime.fields import N_, Field, Reader
from runtime.forms.lists.looks import FIELDS, Look
from runtime.forms.lists.places import Asked, Places
from runtime.records.rows import Record
from runtime.text import localized

Way = tuple[str, str, bool]
SORTABLE = "vendor/sortable-1.15.7.min.js"


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What every kind shows: how many records there are, and where its address leads."""

    count: str
    places: Places
    order: str
    address: str
    is_empty: bool
    switches: tuple["Switch", ...] = ()

    @property
    def asked(self) -> Asked:
        """What was asked for."""
        return self.places.asked


def fields_of(part: "Part", form: Form, hidden: frozenset[str]) -> list[str]:
    """The fields that fit and that the person may see."""
    return [key for key, one in form.fields.items() if key not in hidden and part.fits(one)]


@dataclass(frozen=True)
class Switch:
    """What the person can choose of a part: its label, and the fields, with nothing before them unless one is needed.
    `is_main` stands on the page, others wait behind a button.
    """

    label: str
    ways: tuple[Way, ...]
    is_main: bool


def switches(
    parts: Iterable["Part"], form: Form, places: Places, hidden: frozenset[str], reader: Reader
) -> tuple[Switch, ...]:
    """What can be chosen, of the parts where there is a choice."""
    found = []
    for part in parts:
        keys, now = fields_of(part, form, hidden), getattr(places.asked.look, part.name)
        titles = [(key, localized(form.fields[key].title, reader.locale)) for key in keys]
        offered = titles if part.needed else [("", _("nothing")), *titles]
        ways = tuple((title, places.to(**{part.name: key}), key == now) for key, title in offered)
        if len(ways) > 1:
            found.append(Switch(_(part.label), ways, part.needed))
    return tuple(found)


@dataclass(frozen=True)
class Part:
    """A part of a look that names a field: `name` as in `Look`, and which fields fit. One that is `needed` always names
    a field; without a fitting one, the form has no views of the kind.
    """

    name: str
    label: str
    fits: Callable[[Field], bool]
    needed: bool = False
    help: str = ""


COLOUR = "colour"
HUES = 8
"""Colours that are told from each other on light and dark."""


def colour_part() -> Part:
    """The choice by whose options records are coloured."""
    return Part(COLOUR, N_("Colour by"), of_types("choice"))


def of_types(*types: str) -> Callable[[Field], bool]:
    """Whether a field has one of these types."""
    return lambda one: one.type.name in types


class Kind(ABC):
    """One kind of view. A subclass per file; its instance is the file's `plugin`."""

    name: str
    label: str
    icon: str
    rank: int
    """Its place among the kinds that a page offers."""
    template: str
    """Draws what `draw` gives."""
    more: str = ""
    """Draws what htmx puts in the place of a button for more."""
    libraries: tuple[str, ...] = ()
    """Vendored scripts that its own scripts need."""
    scripts: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    """The fields that it uses."""

    def fits(self, form: Form, hidden: frozenset[str]) -> bool:
        """Whether the form has the fields, among those that the person may see, that this kind needs."""
        return all(fields_of(each, form, hidden) for each in self.parts if each.needed)

    def settled(self, form: Form, look: Look, hidden: frozenset[str]) -> Look:
        """The look with fields that fit, and without what this kind knows nothing of."""
        found = {each.name: self._field(each, form, look, hidden) for each in self.parts}
        fields: dict[str, Any] = {**dict.fromkeys(FIELDS, ""), **found}
        return replace(
            look, kind=self.name, limits="", period="", figures="", widths="", frozen=0, layer="", **fields
        )

    def _field(self, part: Part, form: Form, look: Look, hidden: frozenset[str]) -> str:
        now, offered = getattr(look, part.name), fields_of(part, form, hidden)
        if now in offered or not part.needed:
            return now if now in offered else ""
        return self.first(form, offered)

    def first(self, form: Form, offered: Sequence[str]) -> str:
        """Which of these fields it uses where nobody chose: one of the list, if it can."""
        return next(iter([*(key for key in form.list_columns if key in offered), *offered]))

    def order(self, form: Form, look: Look, hidden: frozenset[str]) -> str:
        """In which order the records follow each other."""
        return look.sort or form.sort

    def condition(self, look: Look) -> access.Document | None:
        """Which records are shown."""
        return look.condition  # type: ignore[no-any-return]

    def goes_on(self, asked: Asked) -> bool:
        """Whether `more` can draw what comes after the cursor."""
        return bool(self.more)

    @abstractmethod
    def draw(self, user: User, form: Form, asked: Asked, reader: Reader) -> Shown:
        """What was asked for, as its template draws it."""

    def moved(self, form: Form, look: Look, record: Record, to: str, reader: Reader) -> Mapping[str, Any]:
        """The values that put a record where a person wants it; NotFound for no such place."""
        raise NotFound(_("Records cannot be moved here."))
