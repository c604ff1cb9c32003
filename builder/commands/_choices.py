"""What commands on the options of a choice share."""

from typing import Any

from flask_babel import gettext as _

from builder.commands._adding import MAX_OPTIONS
from builder.commands._base import refuse
from builder.commands._defaults import offers_values
from builder.commands._fields import Form, field_in
from builder.commands._workspace import Target, Workspace
from runtime.text import Title

Schema = dict[str, Any]


def choice_in(form: Form, key: str) -> Schema:
    """The schema of a field whose values are listed; refused when there is none."""
    schema = field_in(form, key)
    if not offers_values(schema):
        refuse("field", "no_options", _("This field has no options."))
    schema.setdefault("enum", [])
    return schema


def index_of(schema: Schema, value: str) -> int:
    """The place of an option; refused when there is none."""
    values: list[str] = schema["enum"]
    if value not in values:
        refuse("value", "unknown", _("There is no such option."))
    return values.index(value)


def label_of(schema: Schema, value: str) -> Title:
    """What an option is called."""
    label: Title = schema["fw"].get("labels", {}).get(value, value)
    return label


def set_label(schema: Schema, value: str, label: Title | None) -> None:
    """Call an option so; without a label it is shown as its value."""
    labels = {**schema["fw"].get("labels", {})}
    labels.pop(value, None) if label is None else labels.update({value: label})
    schema["fw"].pop("labels", None) if not labels else schema["fw"].update(labels=labels)


def is_published(work: Workspace, target: Target, key: str, value: str) -> bool:
    """Whether the form in force has the option, or had it, so that records may hold its value."""
    published = work.in_force[target]["properties"] if work.is_in_force(target) else {}
    schema = published.get(key, {})
    return value in (*schema.get("enum", ()), *schema.get("fw", {}).get("labels", ()))


def drop(work: Workspace, target: Target, key: str, schema: Schema, value: str) -> None:
    """Offer an option no more. Its label stays while records may hold it; a default goes with it."""
    schema["enum"].remove(value)
    _leave_default(schema, value)
    _leave_tree(schema, value)
    if not is_published(work, target, key, value):
        set_label(schema, value, None)


def _leave_default(schema: Schema, value: str) -> None:
    default = schema.get("default")
    if isinstance(default, list) and value in default and len(default) > 1:
        default.remove(value)
    elif default == value or default == [value]:
        schema.pop("default")


def _leave_tree(schema: Schema, value: str) -> None:
    """What lay below an option lies below the one above it."""
    parents = schema["fw"].get("parents", {})
    above = parents.pop(value, "")
    for key in [key for key, parent in parents.items() if parent == value]:
        put_below(schema, key, above)
    if not parents:
        schema["fw"].pop("parents", None)


def put_below(schema: Schema, value: str, above: str) -> None:
    """Let an option lie below another one, or at the top."""
    parents = schema["fw"].setdefault("parents", {})
    parents.pop(value, None)
    if above:
        parents[value] = above
    if not parents:
        schema["fw"].pop("parents")


def refuse_too_many(schema: Schema) -> None:
    """Refused when there are more options than a form may have."""
    if len(schema["enum"]) > MAX_OPTIONS:
        refuse("field", "limit", _("A field may have at most %(limit)s options.", limit=MAX_OPTIONS))
