"""How many roles of the app see a field of a draft, and how many may change it: counted from `runtime.access`."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from flask_babel import gettext as _
from flask_babel import ngettext

from builder import grants
from builder.studio import Studio
from runtime import access
from runtime.definitions.documents import Form, parse_form
from runtime.errors import FormwrightError


class Seen(NamedTuple):
    """The number of roles that read a field, and of those that may also change it; None where nobody can."""

    read: int
    changed: int | None

    @property
    def told(self) -> str:
        """The same in words."""
        if not self.read:
            return str(_("Visible to administrators only"))
        seen = ngettext("Visible to %(num)d role", "Visible to %(num)d roles", self.read)
        if self.changed is None:
            return str(seen)
        return str(_("%(seen)s, editable by %(count)s", seen=seen, count=self.changed))


def who_sees(studio: Studio, key: str) -> Seen | None:
    """Of a field, or a column as commands call it; None for one that cannot be read yet."""
    try:
        form = _with_field(studio, key)
        rights = {role["key"]: access.fields_as(role["key"], form) for role in _readers(studio)}
    except (KeyError, TypeError, ValueError, FormwrightError):
        return None
    own = form.fields[key.partition(".")[0]]
    field = own.columns[key.partition(".")[2]] if "." in key else own
    readers = [role for role in _readers(studio) if not _hides(rights[role["key"]].hidden, key)]
    changing = [
        role
        for role in readers
        if _may(studio, role, "update", "create") and not _hides(rights[role["key"]].closed, key)
    ]
    return Seen(len(readers), len(changing) if field.type.writable else None)


def _hides(names: frozenset[str], key: str) -> bool:
    """Whether a field is among them, or the sub-table whose column it is."""
    return key in names or key.partition(".")[0] in names


def _readers(studio: Studio) -> list[Mapping[str, Any]]:
    return [role for role in studio.app_document.get("roles", ()) if _may(studio, role, "read")]


def _may(studio: Studio, role: Mapping[str, Any], *actions: str) -> bool:
    """Whether the role of the draft may do one of these with records of the form."""
    form = studio.target.key
    return any(grants.scopes(role.get("grants", ()), form, action) for action in actions)


def _with_field(studio: Studio, key: str) -> Form:
    """The form with no more than the field and what it is shown through: all that its rights depend on."""
    properties, name = studio.document["properties"], key.partition(".")[0]
    needed = (name, str(properties[name]["fw"].get("through", "")))
    document = {
        "$id": studio.document["$id"],
        "title": studio.target.key,
        "properties": {each: _plain(properties[each]) for each in needed if each in properties},
    }
    named: dict[str, Any] = {"app": studio.app, "table_name": "", "zone": studio.zone}
    return parse_form(document, definition_id=0, version_id=0, number=0, **named)


def _plain(schema: Mapping[str, Any]) -> dict[str, Any]:
    """A field without what decides its value alone, which may be broken while somebody works on it."""
    own = {name: value for name, value in schema["fw"].items() if name not in ("initial", "offer", "formula")}
    plain = {**schema, "fw": own}
    if "items" in schema:
        columns = {name: _plain(each) for name, each in schema["items"]["properties"].items()}
        plain["items"] = {**schema["items"], "properties": columns, "fw": {}}
    return plain
