"""Sets a property of a field."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _

from builder.commands import _settings
from builder.commands._base import Arguments, Done, closed, refuse, said
from builder.commands._fields import KEY, field_in, known_text, languages, title_of
from builder.commands._workspace import Target, Workspace
from runtime import problems
from runtime.definitions import schemas
from runtime.definitions.documents import parse_field
from runtime.errors import Problem
from runtime.fields import FIELD_TYPES, N_, FieldError, FieldType, Reader
from runtime.records import wording

# What JSON Schema's own keywords and the options of all types are called; types name their own options.
LABELS: Mapping[str, str] = {
    "help": N_("Help"),
    "print": N_("Print"),
    "initial": N_("First value"),
    "default": N_("Default"),
    "enum": N_("Options"),
    "minLength": N_("Shortest"),
    "maxLength": N_("Longest"),
    "minimum": N_("Least"),
    "maximum": N_("Greatest"),
}


class SetField:
    """Sets the value at `path` in the schema of a field, such as ["fw", "help", "en"], or removes it. The
    type of a field is no property: it has a command of its own.
    """

    name = "field.set"
    kinds = ("form",)
    merges = True
    arguments = closed(
        "field", "path", field=KEY, path=_settings.PATH, value=_settings.ANY, remove={"const": True}
    )

    def touches(self, arguments: Arguments) -> Sequence[str]:
        return ("/".join(["field", arguments["field"], *arguments["path"]]),)

    def apply(self, work: Workspace, target: Target, arguments: Arguments) -> Done:
        form, key, path = work.open(target), arguments["field"], arguments["path"]
        schema = field_in(form, key)
        if path in (["type"], ["fw"], ["fw", "type"]):
            refuse("path", "type", _("The type of a field cannot be set."))
        if arguments.get("remove"):
            _settings.remove(schema, path)
        else:
            value = _typed(key, schema, path, arguments.get("value"))
            _settings.put(schema, path, value, _faults, languages(work)[0])
        words = said(
            N_("Changed %(what)s of %(field)s"),
            what=known_text(_label(schema, path), work),
            field=title_of(form, key),
        )
        return Done(words, select=f"field/{key}")


def _faults(schema: dict[str, Any]) -> list[Problem]:
    return schemas.validate_part("form", "field", schema)


def _typed(key: str, schema: dict[str, Any], path: Sequence[str], value: Any) -> Any:
    """A default or a limit that somebody typed, as the value that its field reads it as."""
    field_type = FIELD_TYPES.get(schema["fw"]["type"])
    if not isinstance(value, str) or field_type is None or not _is_typed(field_type, path):
        return value
    field = parse_field(key, schema)
    try:
        return field_type.parse(value, field, Reader("en", "UTC"))
    except FieldError as error:
        sentence = problems.sentence(error.code, error.params, wording.said(field.title))
        refuse("value", error.code, sentence)


def _is_typed(field_type: FieldType, path: Sequence[str]) -> bool:
    return path == ["default"] or (field_type.limits_are_typed and path[0] in field_type.keywords)


def _label(schema: dict[str, Any], path: Sequence[str]) -> str:
    name = path[1] if path[0] == "fw" else path[0]
    field_type = FIELD_TYPES.get(schema["fw"]["type"])
    own = field_type.options.get("properties", {}) if field_type else {}
    return str(own[name]["title"]) if name in own else LABELS.get(name, name)


plugin = SetField()
