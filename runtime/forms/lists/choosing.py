"""Choosing the columns of a list: boxes in the order of the columns, and what the buttons do to them."""

from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from runtime import documents
from runtime.definitions.documents import Form
from runtime.fields import Reader
from runtime.forms.lists import columns, grouping, stretches, totals
from runtime.forms.lists.looks import Look
from runtime.text import localized, search_key


@dataclass(frozen=True)
class Box:
    """A field that can be a column. `first` and `last` among those that are."""

    key: str
    title: str
    chosen: bool
    first: bool = False
    last: bool = False
    figure: str | None = None
    """What is told of its numbers, empty for nothing; None where it holds no numbers."""

    @property
    def find(self) -> str:
        """The words by which it is found."""
        return search_key(self.title)


def boxes(form: Form, look: Look, hidden: frozenset[str], reader: Reader) -> list[Box]:
    """Every field that can be a column, those that are ones first."""
    now = look.columns
    titles = {one.key: localized(one.title, reader.locale) for one in columns.offered(form, hidden)}
    chosen = [key for key in now if key in titles]
    ends = (chosen[:1], chosen[-1:])
    own = [
        Box(key, titles[key], True, [key] == ends[0], [key] == ends[1], _figure(form, look, hidden, key))
        for key in chosen
    ]
    return own + [Box(key, title, False) for key, title in titles.items() if key not in chosen]


def chosen(form: Form, sent: Any, hidden: frozenset[str]) -> tuple[str, ...]:
    """The columns that a request chooses, in order; those of the form where it asks for these, or chooses none."""
    wanted = [key for key in dict.fromkeys(sent.getlist("col")) if columns.may_show(form, key, hidden)]
    act, _colon, key = sent.get("act", "").partition(":")
    if act == "usual" or not wanted:
        return form.list_columns
    if act in ("up", "down") and key in wanted:
        place = wanted.index(key)
        wanted.insert(max(0, place + (-1 if act == "up" else 1)), wanted.pop(place))
    return tuple(wanted)


def _figure(form: Form, look: Look, hidden: frozenset[str], key: str) -> str | None:
    return look.told.get(key, "") if totals.may_tell(form, key, hidden) else None


def figures(form: Form, sent: Any, columns: tuple[str, ...], hidden: frozenset[str]) -> str:
    """What a request wants to be told of the numbers in these columns."""
    asked = {key: how for key in columns if (how := sent.get(f"figure.{key}", ""))}
    return totals.settled(form, documents.dumps(asked), hidden)


@dataclass(frozen=True)
class Grouped:
    """By what the list can be grouped: the fields, and the stretches of time where it is by a date."""

    by: tuple[tuple[str, str, bool], ...]
    periods: tuple[tuple[str, str, bool], ...]
    functions: tuple[tuple[str, str], ...]
    colours: tuple[tuple[str, str, bool], ...]
    """The choices by which records can be coloured."""


def grouped(form: Form, look: Look, hidden: frozenset[str], reader: Reader) -> Grouped:
    """What can be chosen, each with its title and whether it is chosen."""
    fields = [(key, one) for key, one in form.fields.items() if key not in hidden and grouping.fits(one)]
    by = [(key, localized(one.title, reader.locale), key == look.group_by) for key, one in fields]
    colours = [
        (key, localized(one.title, reader.locale), key == look.colour)
        for key, one in fields
        if one.type.name == "choice"
    ]
    periods = stretches.PERIODS.items() if look.period else ()
    return Grouped(
        (("", str(_("nothing")), not look.group_by), *by),
        tuple((name, str(_(title)), name == look.period) for name, title in periods),
        tuple((name, str(_(title))) for name, title in totals.FUNCTIONS.items()),
        (("", str(_("nothing")), not look.colour), *colours),
    )
