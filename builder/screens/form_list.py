"""How the list of a form's records looks at first: its columns in their order, and how it is sorted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import g
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from builder.commands import Target
from builder.commands.list_move import listed, may_be_listed
from builder.commands.list_view_move import views_of
from builder.panels import Control, Option
from builder.panels._controls import told
from builder.studio import Studio
from runtime.fields import Field
from runtime.forms.lists.kinds import KINDS, LIST, Kind

MOST = 100
_LIST = ("fw", "list")


@dataclass(frozen=True)
class Column:
    """A column, and the columns as they are without it."""

    key: str
    title: str
    without: Sequence[str]


@dataclass(frozen=True)
class View:
    """A view of the form, whether it is in force, whether its draft differs, and for which roles it is."""

    key: str
    title: str
    kind: Kind
    roles: str
    live: bool
    changed: bool


class FormList:
    """Tab “List”."""

    name = "form.list"
    kind = "form"
    tab = "list"
    title = _l("List")
    order = 60
    template = "builder/app/list.html"
    script = ("designer-lift.js", "designer-lists.js")

    def count(self, studio: Studio) -> int | None:
        return None

    def context(self, studio: Studio) -> Mapping[str, Any]:
        """The columns, the fields that are none yet, and how the list is sorted."""
        fields = _fields(studio)
        own = studio.document.get("fw", {}).get("list", {})
        keys = listed(studio.document)
        left = {} if len(keys) >= MOST else {key: one for key, one in fields.items() if key not in keys}
        return {
            "columns": [_column(studio, fields, keys, key) for key in keys],
            "own_columns": any(key in fields for key in own.get("columns", ())),
            "left": [(key, studio.text(one.title) or key, [*keys, key]) for key, one in left.items()],
            "views": _views(studio),
            "sorting": _sorting(studio, fields, str(own.get("sort", "-id"))),
        }


def _views(studio: Studio) -> list[View]:
    """The views of the form in their order."""
    keys = views_of(studio.work, studio.target.key, studio.document)
    return [_view(studio, Target("view", key)) for key in keys]


def _view(studio: Studio, target: Target) -> View:
    document, live = studio.work.read(target), studio.work.in_force.get(target)
    known = {each["key"]: studio.text(each.get("title")) for each in studio.app_document.get("roles", ())}
    roles = ", ".join(known.get(key) or key for key in document.get("roles", ()))
    kind = KINDS.get(str(document.get("kind")), KINDS[LIST])
    title = studio.text(document.get("title")) or target.key
    return View(target.key, title, kind, roles, live is not None, live not in (None, document))


def _fields(studio: Studio) -> dict[str, Field]:
    """The fields that a list can show."""
    found = studio.context.fields(studio.target.key).items()
    return {key: one for key, one in found if may_be_listed(studio.document, key)}


def _column(studio: Studio, fields: Mapping[str, Field], keys: Sequence[str], key: str) -> Column:
    without = [each for each in keys if each != key]
    return Column(key, studio.text(fields[key].title) or key, without)


def _sorting(studio: Studio, fields: Mapping[str, Field], sort: str) -> Control:
    """One control for field and direction."""
    known = {"-id": _("Newest first"), "id": _("Oldest first")}
    for key, one in fields.items():
        if not one.type.stored:
            continue
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
