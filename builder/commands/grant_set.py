"""Grants a role an action on the records of a form, or takes it back."""

from collections.abc import Sequence

from flask_babel import gettext as _

from builder import grants
from builder.commands._base import Arguments, Done, closed, refuse, said
from builder.commands._fields import KEY, SWITCH, is_on
from builder.commands._roles import role_in
from builder.commands._workspace import Target, Workspace
from runtime.fields import N_
from runtime.text import Title


class SetGrant:
    """Whether a role may do an action on the records of a form that lie in `scope`; creating has no scope."""

    name = "grant.set"
    kinds = ("app",)
    merges = False
    arguments = closed(
        "role",
        "form",
        "action",
        role=KEY,
        form=KEY,
        action={"enum": list(grants.ACTIONS)},
        scope={"enum": list(grants.SCOPES)},
        on=SWITCH,
    )

    def touches(self, arguments: Arguments) -> Sequence[str]:
        place = f"role/{arguments['role']}/grants/{arguments['form']}"
        return (f"{place}/{arguments['action']}/{arguments.get('scope', 'own')}",)

    def apply(self, work: Workspace, target: Target, arguments: Arguments) -> Done:
        app, form = work.open(target), arguments["form"]
        role = role_in(app, arguments["role"])
        on = is_on(arguments.get("on", False))
        if on and Target("form", form) not in work.targets("form"):
            refuse("form", "unknown", _("There is no such form."))
        scope = arguments.get("scope", "own")
        role["grants"] = grants.changed(role.get("grants", ()), form, arguments["action"], scope, on)
        named = {"role": role["title"], "form": _title(work, form)}
        words = N_("%(role)s may do more with %(form)s") if on else N_("%(role)s may do less with %(form)s")
        return Done(said(words, **named), select=f"role/{role['key']}")


def _title(work: Workspace, form: str) -> Title:
    target = Target("form", form)
    found: Title = work.read(target)["title"] if target in work.targets("form") else form
    return found


plugin = SetGrant()
