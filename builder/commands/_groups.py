"""What commands on saved groups of fields share."""

from typing import Any

from flask_babel import gettext as _

from builder.commands._base import refuse

Group = dict[str, Any]


def group_in(app: Group, key: str) -> Group:
    """A saved group of the app's document; refused when there is none."""
    groups: list[Group] = app.get("field_groups", [])
    found = next((group for group in groups if group["key"] == key), None)
    if found is None:
        refuse("group", "unknown", _("There is no such group."))
    return found
