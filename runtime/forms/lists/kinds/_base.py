"""What every kind of view is, and what every one of them shows."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask_babel import gettext as _

from runtime.accounts.models import User
from runtime.definitions.documents import Form
from runtime.errors import NotFound
from runtime.fields import Reader
from runtime.forms.lists.looks import Look
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

    @property
    def asked(self) -> Asked:
        """What was asked for."""
        return self.places.asked


def fields_of(types: Collection[str], form: Form, hidden: frozenset[str]) -> list[str]:
    """The fields of these types that the person may see."""
    return [key for key, one in form.fields.items() if one.type.name in types and key not in hidden]


def ways(
    form: Form, keys: Iterable[str], now: str, reader: Reader, to: Callable[[str], str]
) -> tuple[Way, ...]:
    """The fields by which records can be placed: title, address, whether it is this one."""
    return tuple((localized(form.fields[key].title, reader.locale), to(key), key == now) for key in keys)


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

    def fits(self, form: Form, hidden: frozenset[str]) -> bool:
        """Whether the form has the fields, among those that the person may see, that this kind needs."""
        return True

    def settled(self, form: Form, look: Look, hidden: frozenset[str]) -> Look:
        """The look with fields that this kind can place records by, and without what it knows nothing of."""
        return replace(look, kind=self.name, group_by="", date_field="")

    def goes_on(self, asked: Asked) -> bool:
        """Whether `more` can draw what comes after the cursor."""
        return bool(self.more)

    @abstractmethod
    def draw(self, user: User, form: Form, asked: Asked, reader: Reader) -> Shown:
        """What was asked for, as its template draws it."""

    def moved(self, form: Form, look: Look, record: Record, to: str, reader: Reader) -> Mapping[str, Any]:
        """The values that put a record where a person wants it; NotFound for no such place."""
        raise NotFound(_("Records cannot be moved here."))
