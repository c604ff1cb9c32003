"""Sets a property of a form."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _

from builder.commands import _settings
from builder.commands._base import Arguments, Done, closed, refuse, said
from builder.commands._fields import known_text, languages
from builder.commands._workspace import Target, Workspace
from runtime.definitions import schemas
from runtime.errors import Problem
from runtime.fields import N_

LABELS: Mapping[str, str] = {
    "title": N_("Title"),
    "description": N_("Description"),
    "icon": N_("Icon"),
    "title_field": N_("Title field"),
    "owner_field": N_("Owner field"),
    "list": N_("List"),
    "unique": N_("Unique"),
    "duplicates": N_("Alike"),
    "duplicates_refused": N_("Refuse alike records"),
}
PLAIN = ("title", "description")  # these stand beside `fw`, the others in it


class SetForm:
    """Sets the value at `path`, such as ["title", "en"] or ["list", "sort"], or removes it. The first step is
    one of title, description, icon, title_field, owner_field, list, unique, duplicates and
    duplicates_refused.
    """

    name = "form.set"
    kinds = ("form",)
    merges = True
    arguments = closed("path", path=_settings.PATH, value=_settings.ANY, remove={"const": True})

    def touches(self, arguments: Arguments) -> Sequence[str]:
        return ("/".join(["form", *_inner(arguments["path"])]),)

    def apply(self, work: Workspace, target: Target, arguments: Arguments) -> Done:
        form, path = work.open(target), _inner(arguments["path"])
        name = path[0]
        if name not in LABELS:
            refuse("path", "unknown", _("There is no such setting."))
        holder = form if name in PLAIN else form.setdefault("fw", {})
        part = {name: holder[name]} if name in holder else {}
        if arguments.get("remove"):
            _settings.remove(part, path)
        else:
            _settings.put(part, path, arguments.get("value"), _faults, languages(work)[0])
        if name in part:
            holder[name] = part[name]
        elif name == "title":
            refuse("value", "required", _("A form needs a title."))
        else:
            holder.pop(name, None)
        return Done(said(N_("Changed %(what)s of the form"), what=known_text(LABELS[name], work)))


def _inner(path: Sequence[str]) -> list[str]:
    """The path without a leading `fw`, which may be written or not."""
    return list(path[1:] if path[0] == "fw" and len(path) > 1 else path)


def _faults(part: dict[str, Any]) -> list[Problem]:
    for name in PLAIN:
        if name in part:
            return schemas.validate_part("common", "title", part[name])
    return schemas.validate_part("form", "own", part)


plugin = SetForm()
