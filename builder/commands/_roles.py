"""What commands on roles share."""

from typing import Any

from flask_babel import gettext as _

from builder.commands._base import refuse


def role_in(app: dict[str, Any], key: str) -> dict[str, Any]:
    """A role of the app; refused when there is none."""
    found: dict[str, Any] | None = next((role for role in app.get("roles", ()) if role["key"] == key), None)
    if found is None:
        refuse("role", "unknown", _("There is no such role."))
    return found
