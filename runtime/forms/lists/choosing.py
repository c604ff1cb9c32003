"""Choosing the columns of a list: boxes in the order of the columns, and what the buttons do to them."""

from dataclasses import dataclass
from typing import Any

from runtime.definitions.documents import Form
from runtime.fields import Reader
from runtime.forms.lists import columns
from runtime.text import localized


@dataclass(frozen=True)
class Box:
    """A field that can be a column. `first` and `last` among those that are."""

    key: str
    title: str
    chosen: bool
    first: bool = False
    last: bool = False


def boxes(form: Form, now: tuple[str, ...], hidden: frozenset[str], reader: Reader) -> list[Box]:
    """Every field that can be a column, those that are ones first."""
    titles = {one.key: localized(one.title, reader.locale) for one in columns.offered(form, hidden)}
    chosen = [key for key in now if key in titles]
    ends = (chosen[:1], chosen[-1:])
    own = [Box(key, titles[key], True, [key] == ends[0], [key] == ends[1]) for key in chosen]
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
