"""Who may do what: the roles of an app, and for each a matrix form × action × whose records."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from builder import grants
from builder.properties import used_in
from builder.settings import title_control
from builder.studio import Studio
from runtime import access
from runtime.accounts.models import UserRole
from runtime.db import db
from runtime.definitions.documents import Document
from runtime.fields import N_

ACTIONS = {"create": N_("Create"), "read": N_("Read"), "update": N_("Change"), "delete": N_("Delete")}
SCOPES = {
    "own": N_("their own"),
    "department": N_("of their department"),
    "department_below": N_("of departments below too"),
    "unowned": N_("nobody’s"),
    "all": N_("all"),
}


@dataclass(frozen=True)
class Cell:
    """An action on the records of a form: the scopes in which the role has it."""

    action: str
    label: str
    scopes: Sequence[str]
    told: str


@dataclass(frozen=True)
class Row:
    """A form and what a role may do with its records."""

    form: str
    title: str
    cells: Sequence[Cell]


class AppRoles:
    """Tab “Roles”."""

    name = "app.roles"
    kind = "app"
    tab = "roles"
    title = _l("Roles")
    order = 20
    template = "builder/app/roles.html"

    def count(self, studio: Studio) -> int | None:
        """How many roles there are."""
        return len(studio.document.get("roles", ()))

    def context(self, studio: Studio) -> Mapping[str, Any]:
        """The roles, and of the selected one, else the first, the matrix and its uses."""
        roles = list(studio.document.get("roles", ()))
        kind, _sep, key = studio.selected.partition("/")
        chosen = next((role for role in roles if kind == "role" and role["key"] == key), None)
        role = chosen or next(iter(roles), None)
        own = {} if role is None else _of(studio, role)
        return {"roles": roles, "role": role, "scopes": {key: _(text) for key, text in SCOPES.items()}, **own}


def _of(studio: Studio, role: Document) -> dict[str, Any]:
    return {
        "rows": [_row(studio, role, key, document) for key, document in studio.context.of("form").items()],
        "naming": title_control(studio, f"role-{role['key']}", _("Title"), role["title"], _renaming(role)),
        "people": _people(studio.app, role["key"]),
        "uses": used_in(studio, "role", role["key"]),
        "administers": access.can(studio.user, "administer", "platform"),
    }


def _renaming(role: Document) -> dict[str, Any]:
    return {"name": "role.title", "args": {"role": role["key"]}}


def _row(studio: Studio, role: Document, form: str, document: Document) -> Row:
    held = role.get("grants", ())
    cells = []
    for action, label in ACTIONS.items():
        scopes = grants.scopes(held, form, action)
        counted = ["all"] if "all" in scopes else scopes
        cells.append(Cell(action, _(label), scopes, ", ".join(_(SCOPES[scope]) for scope in counted)))
    return Row(form, studio.text(document.get("title")) or form, cells)


def _people(app: str, role: str) -> int:
    rows = select(func.count(UserRole.id)).where(UserRole.app == app, UserRole.role == role)
    return db.session.scalar(rows) or 0


plugin = AppRoles()
