"""What a list tells of its numbers: which figures an address may ask for, and how they read."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from babel.numbers import format_decimal
from flask_babel import gettext as _

from runtime import documents
from runtime.accounts.models import User
from runtime.definitions.documents import Form
from runtime.fields import N_, NOBODY, Reader
from runtime.fields._numbers import rounded
from runtime.forms.lists import looks
from runtime.forms.lists.columns import is_number
from runtime.forms.lists.places import Asked
from runtime.forms.names import kind_of
from runtime.records import figures, lookups
from runtime.records.figures import Number, Tally
from runtime.text import localized

FUNCTIONS = {"sum": N_("Sum"), "average": N_("Average"), "min": N_("Least"), "max": N_("Greatest")}
NONE = Number()


@dataclass(frozen=True)
class Figure:
    """What is told of a number: what it is, and how much."""

    title: str
    text: str


def settled(form: Form, text: str, hidden: frozenset[str]) -> str:
    """The figures that an address names, of numbers that the person may see, as canonical JSON."""
    known = {
        key: how
        for key, how in looks.read(text).items()
        if may_tell(form, key, hidden) and how in list(FUNCTIONS)
    }
    return documents.dumps(known) if known else ""


def may_tell(form: Form, key: str, hidden: frozenset[str]) -> bool:
    """Whether figures of this field can be told."""
    return (
        key in form.fields
        and key not in hidden
        and form.fields[key].type.stored
        and is_number(form.fields[key])
    )


def totals(user: User, form: Form, asked: Asked, reader: Reader) -> tuple[Figure, ...]:
    """The figures of all records of the list; none on a further page, and where none are told."""
    told = asked.look.told
    if not told or asked.after:
        return ()
    tally = figures.of_all(user, form, list(told), condition=asked.look.condition, search=asked.search)
    return figures_of(form, told, tally, reader)


def figures_of(form: Form, told: Any, tally: Tally, reader: Reader) -> tuple[Figure, ...]:
    """What is told of these numbers."""
    return tuple(
        Figure(_figure_title(form, key, how, reader), _text(form, key, value, how, reader))
        for key, how in told.items()
        if (value := tally.numbers.get(key, NONE).of(how)) is not None
    )


def _figure_title(form: Form, key: str, how: str, reader: Reader) -> str:
    title = localized(form.fields[key].title, reader.locale)
    said = {
        "sum": _("Sum of %(field)s", field=title),
        "average": _("Average of %(field)s", field=title),
        "min": _("Least %(field)s", field=title),
        "max": _("Greatest %(field)s", field=title),
    }
    return str(said[how])


def _text(form: Form, key: str, value: Decimal, how: str, reader: Reader) -> str:
    _home, one = lookups.origin(form, form.fields[key])
    decimals = getattr(one.type.column(one), "decimals", 0)
    if kind_of(one) in ("money", "percent"):
        return one.type.display(rounded(value, decimals), one, reader, NOBODY)
    value = rounded(value, decimals + (2 if how == "average" else 0))
    return str(format_decimal(value, locale=reader.locale, decimal_quantization=False))
