"""Sets what a view is called, how it looks, and whom it is for."""

from collections.abc import Sequence

from flask_babel import gettext as _

from builder.commands import _settings
from builder.commands._base import Arguments, Done, closed, refuse, said
from builder.commands._fields import languages
from builder.commands._views import NAMES, named
from builder.commands._workspace import Target, Workspace
from runtime.definitions import schemas
from runtime.errors import Problem
from runtime.fields import N_
from runtime.forms.lists.kinds import KINDS
from runtime.forms.lists.looks import FIELDS

OWN = {"board": ("limits",), "list": ("period", "figures", "widths", "frozen"), "calendar": ("layer",)}
"""What only views of one kind know, beside fields."""


class SetView:
    """Sets the value at `path`, such as ["kind"], ["title", "en"] or ["limits", "doing"], or removes it. Another kind
    takes away what only the one before knew.
    """

    name = "view.set"
    kinds = ("view",)
    merges = True
    arguments = closed("path", path=_settings.PATH, value=_settings.ANY, remove={"const": True})

    def touches(self, arguments: Arguments) -> Sequence[str]:
        return ("/".join(arguments["path"]),)

    def apply(self, work: Workspace, target: Target, arguments: Arguments) -> Done:
        view, path = work.open(target), arguments["path"]
        name = path[0]
        if name not in NAMES:
            refuse("path", "unknown", _("There is no such setting."))
        part = {name: view[name]} if name in view else {}

        def faults(changed: dict[str, object]) -> list[Problem]:
            return [
                each for each in schemas.validate("view", {**view, **changed}) if each.path[:1] == (name,)
            ]

        if arguments.get("remove"):
            _settings.remove(part, path)
        else:
            _settings.put(part, path, arguments.get("value"), faults, languages(work)[0])
        if name in part:
            view[name] = part[name]
        elif name in ("title", "kind"):
            refuse("value", "required", _("This must not be empty."))
        else:
            view.pop(name, None)
        if name == "kind":
            _forget_others(view)
        return Done(said(N_("Changed %(what)s of the view"), what=named(name)))


def _forget_others(view: dict[str, object]) -> None:
    known = {part.name for part in KINDS[str(view["kind"])].parts}
    for name in FIELDS:
        if name not in known:
            view.pop(name, None)
    for kind, names in OWN.items():
        for name in names if kind != view["kind"] else ():
            view.pop(name, None)


plugin = SetView()
