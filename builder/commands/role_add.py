"""Adds a role."""

from collections.abc import Sequence

from flask_babel import gettext as _

from builder.commands._base import Arguments, Done, closed, refuse, said
from builder.commands._fields import LOCALE, TEXT, own_title, proposed_key
from builder.commands._workspace import Target, Workspace
from runtime.fields import N_

MOST = 100


class AddRole:
    """Puts a role without any rights behind the others. `locale` is the language of the title."""

    name = "role.add"
    kinds = ("app",)
    merges = False
    arguments = closed("title", title=TEXT, locale=LOCALE)

    def touches(self, arguments: Arguments) -> Sequence[str]:
        return ()

    def apply(self, work: Workspace, target: Target, arguments: Arguments) -> Done:
        app, text = work.open(target), arguments["title"].strip()
        if not text:
            refuse("title", "empty", _("Give the role a title."))
        roles = app.setdefault("roles", [])
        if len(roles) >= MOST:
            refuse("title", "too_many", _("An app may have at most %(most)s roles.", most=MOST))
        title = own_title(text, work, arguments.get("locale", ""))
        key = proposed_key(title, [role["key"] for role in roles], "role")
        roles.append({"key": key, "title": title, "grants": []})
        return Done(said(N_("Added the role %(role)s"), role=title), select=f"role/{key}")


plugin = AddRole()
