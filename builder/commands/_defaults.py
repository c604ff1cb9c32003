"""The first sensible options of a new field whose type cannot do without."""

from collections.abc import Callable, Mapping
from typing import Any

from builder.commands._fields import known_text
from builder.commands._workspace import Target, Workspace
from runtime.fields import FIELD_TYPES, N_, ValueType
from runtime.text import Title

Schema = dict[str, Any]
OPTIONS = 3
OPTION = N_("Option %(number)s")


def complete(schema: Schema, work: Workspace, target: Target) -> None:
    """Give a new field what its type needs; what the app cannot offer yet stays open."""
    by_type: Mapping[str, Callable[[Schema, Workspace, Target], None]] = {
        "reference": _reference,
        "references": _reference,
        "lookup": _lookup,
        "formula": _formula,
        "roll_up": _roll_up,
        "serial": _serial,
        "note": _note,
        "sub_table": _sub_table,
    }
    name = schema["fw"]["type"]
    if offers_values(schema) and "enum" not in schema:
        _options(schema, work)
    if name in by_type:
        by_type[name](schema, work, target)


def offers_values(schema: Schema) -> bool:
    """Whether it is a field whose values are listed."""
    field_type = FIELD_TYPES.get(schema["fw"]["type"])
    return field_type is not None and "enum" in field_type.keywords


def _options(schema: Schema, work: Workspace) -> None:
    titles = [known_text(OPTION, work, number=number) for number in range(1, OPTIONS + 1)]
    set_options(schema, {f"option_{number}": title for number, title in enumerate(titles, start=1)})


def has_first_options(schema: Schema, work: Workspace) -> bool:
    """Whether a choice still offers what it began with, in any of the app's words."""
    first: Schema = {"fw": {}}
    _options(first, work)
    return bool(schema["enum"] == first["enum"] and schema["fw"].get("labels") == first["fw"]["labels"])


def set_options(schema: Schema, options: Mapping[str, Title]) -> None:
    """Let a choice offer these values, with their labels."""
    schema["enum"] = list(options)
    schema["fw"]["labels"] = dict(options)


def _reference(schema: Schema, work: Workspace, target: Target) -> None:
    others = [each.key for each in work.targets("form") if each != target]
    schema["fw"].setdefault("form", others[0] if others else target.key)


def _lookup(schema: Schema, work: Workspace, target: Target) -> None:
    fields = work.read(target)["properties"]
    through = next((key for key, each in fields.items() if each["fw"]["type"] == "reference"), None)
    shown = _first_shown(fields[through]["fw"].get("form"), work) if through else None
    if shown:
        schema["fw"].setdefault("through", through)
        schema["fw"].setdefault("field", shown)


def _first_shown(form: str | None, work: Workspace) -> str | None:
    """The field that a look-up shows at first: not the title, which the reference shows itself."""
    target = Target("form", str(form))
    if target not in work.targets("form"):
        return None
    document = work.read(target)
    stored = [key for key, each in document["properties"].items() if _is_stored(each)]
    title = document.get("fw", {}).get("title_field") or next(iter(stored), None)
    return next((key for key in stored if key != title), title)


def _is_stored(schema: Schema) -> bool:
    field_type = FIELD_TYPES.get(schema["fw"]["type"])
    return field_type is not None and field_type.stored


def _formula(schema: Schema, work: Workspace, target: Target) -> None:
    fields = work.read(target)["properties"]
    numbers = (key for key, each in fields.items() if _is_number(each))
    schema["fw"].setdefault("formula", next(numbers, "0"))


def _is_number(schema: Schema) -> bool:
    field_type = FIELD_TYPES.get(schema["fw"]["type"])
    plain = field_type is not None and field_type.writable and field_type.value_type is ValueType.NUMBER
    return plain and schema["fw"]["type"] in ("number", "money")


def _roll_up(schema: Schema, work: Workspace, target: Target) -> None:
    """Count the records of the first form that refers to this one."""
    schema["fw"].setdefault("function", "count")
    for other in work.targets("form"):
        for key, each in work.read(other)["properties"].items():
            if each["fw"]["type"] == "reference" and each["fw"].get("form") == target.key:
                schema["fw"].setdefault("form", other.key)
                schema["fw"].setdefault("reference", key)
                return


def _serial(schema: Schema, work: Workspace, target: Target) -> None:
    schema["fw"].setdefault("pattern", "{n:4}")


def _sub_table(schema: Schema, work: Workspace, target: Target) -> None:
    column = {"fw": {"type": "text", "title": known_text(N_("Item"), work)}}
    schema.setdefault("items", {"type": "object", "properties": {"item": column}})


def _note(schema: Schema, work: Workspace, target: Target) -> None:
    schema["fw"].setdefault("text", known_text(N_("Write your note here."), work))
