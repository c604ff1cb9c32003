"""What commands on roles share."""

from typing import Any

from flask_babel import gettext as _

from builder.commands._base import refuse


def role_in(app: dict[str, Any], key: str) -> dict[str, Any]:
    """A role of the app; refused when there is none."""
    for role in app.get("roles", ()):
        if role["key"] == key:
            found: dict[str, Any] = role
            return found
    refuse("role", "unknown", _("There is no such role."))
