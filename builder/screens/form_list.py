"""How the list of a form's records looks at first: its columns in their order, and how it is sorted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import g
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from builder.panels import Control, Option
from builder.panels._controls import told
from builder.studio import Studio
from runtime.definitions.documents import DEFAULT_LIST_COLUMNS
from runtime.fields import Field

MOST = 100
_LIST = ("fw", "list")


@dataclass(frozen=True)
class Column:
    """A column, and the columns as they are after a move of it, or without it."""

    key: str
    title: str
    earlier: Sequence[str]
    later: Sequence[str]
    without: Sequence[str]


class FormList:
    """Tab “List”."""

    name = "form.list"
    kind = "form"
    tab = "list"
    title = _l("List")
    order = 60
    template = "builder/app/list.html"

    def count(self, studio: Studio) -> int | None:
        return None

    def context(self, studio: Studio) -> Mapping[str, Any]:
        """The columns, the fields that are none yet, and how the list is sorted."""
        fields = _fields(studio)
        listed = studio.document.get("fw", {}).get("list", {})
        chosen = [key for key in listed.get("columns", ()) if key in fields]
        keys = chosen or list(fields)[:DEFAULT_LIST_COLUMNS]
        left = {} if len(keys) >= MOST else {key: one for key, one in fields.items() if key not in keys}
        return {
            "columns": [_column(studio, fields, keys, at) for at in range(len(keys))],
            "own_columns": bool(chosen),
            "left": [(key, studio.text(one.title) or key, [*keys, key]) for key, one in left.items()],
            "sorting": _sorting(studio, fields, str(listed.get("sort", "-id"))),
        }


def _fields(studio: Studio) -> dict[str, Field]:
    """The fields that a list can show."""
    found = studio.context.fields(studio.target.key).items()
    return {key: one for key, one in found if one.type.stored}


def _column(studio: Studio, fields: Mapping[str, Field], keys: Sequence[str], at: int) -> Column:
    key = keys[at]
    return Column(
        key,
        studio.text(fields[key].title) or key,
        _swapped(keys, at - 1) if at > 0 else (),
        _swapped(keys, at) if at + 1 < len(keys) else (),
        [each for each in keys if each != key],
    )


def _swapped(keys: Sequence[str], at: int) -> list[str]:
    return [*keys[:at], keys[at + 1], keys[at], *keys[at + 2 :]]


def _sorting(studio: Studio, fields: Mapping[str, Field], sort: str) -> Control:
    """One control for field and direction."""
    known = {"-id": _("Newest first"), "id": _("Oldest first")}
    for key, one in fields.items():
        title = studio.text(one.title) or key
        known[key] = _("%(field)s, ascending", field=title)
        known[f"-{key}"] = _("%(field)s, descending", field=title)
    options = tuple(Option(value, label, value == sort) for value, label in known.items())
    plain = Control(
        "list-sort",
        "pick",
        _("Sorted by"),
        value=sort,
        options=options,
        send={"name": "form.set", "args": {"path": [*_LIST, "sort"]}},
        read={"as": "text"},
    )
    return told([plain], g.get("refused"))[0]


plugin = FormList()
