"""The columns of a sub-table: finding them, and taking one out. Pure."""

from typing import Any

from flask_babel import gettext as _

from builder.commands._base import refuse
from builder.commands._fields import Form, field_in, place_of
from builder.commands._workspace import Target, Workspace

MAX_COLUMNS = 100


def columns_in(form: Form, key: str) -> dict[str, Any]:
    """The columns of a sub-table; refused for any other field."""
    schema = field_in(form, key)
    if schema["fw"]["type"] != "sub_table":
        refuse("field", "unknown", _("This field has no columns."))
    rows = schema.setdefault("items", {"type": "object", "properties": {}})
    found: dict[str, Any] = rows["properties"]
    return found


def rows_of(form: Form, key: str) -> tuple[Form, str]:
    """The rows that have this column, and its key there; refused for what is no column."""
    field_in(form, key)
    holder, name = place_of(form, key)
    if holder is form:
        refuse("field", "unknown", _("There is no such column."))
    return holder, name


def taken_columns(work: Workspace, target: Target, key: str) -> set[str]:
    """Keys that a new column may not have: those of now, and those it was published with."""
    published = work.in_force[target]["properties"] if work.is_in_force(target) else {}
    known = (work.read(target)["properties"], published)
    return {name for fields in known for name in fields.get(key, {}).get("items", {}).get("properties", ())}
