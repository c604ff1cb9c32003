"""What commands on automations share."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _
from jsonschema import Draft202012Validator

from builder.commands._base import free_key, refuse
from runtime import documents
from runtime.automations.actions import ACTIONS
from runtime.definitions.documents import Document
from runtime.notifications.recipients import KINDS, STARTER
from runtime.text import LOCALES, Title

MOST_ACTIONS = 50
KEY = {"type": "string", "maxLength": 60}
TEXT = {"type": "string", "maxLength": 2000}
STEP = {"type": ["string", "integer"], "maxLength": 60, "minimum": 0, "maximum": 1000}
PATH = {"type": "array", "items": STEP, "minItems": 1, "maxItems": 6}
VALUE: Mapping[str, Any] = {
    "path": PATH,
    "value": {},
    "remove": {"type": "boolean"},
}

WHO = {"type": "string", "maxLength": 400}

Path = Sequence[str | int]


def titled(plug_in: Any) -> Title:
    """What a trigger or an action is called, in every language."""
    found = {}
    for locale in LOCALES:
        with force_locale(locale):
            found[locale] = str(plug_in.label)
    return found


def index_of(document: Document, action: str) -> int:
    """Where an action stands: named by its key, or by its place where it has none."""
    found = (i for i, each in enumerate(document["actions"]) if action == each.get("key", str(i)))
    index = next(found, None)
    if index is None:
        refuse("action", "unknown", _("There is no such action."))
    return index


def opened(document: Any, action: str) -> dict[str, Any]:
    """The action, with a key from now on."""
    found: dict[str, Any] = document["actions"][index_of(document, action)]
    if "key" not in found:
        found["key"] = fresh_key(document, str(found["type"]))
    return found


def fresh_key(document: Document, stem: str) -> str:
    """A key that no action of the automation has."""
    taken = {str(each.get("key")) for each in document["actions"]}
    return free_key(re.sub(r"_[0-9]+$", "", stem), taken)


def name_of(action: Document) -> Title:
    """What kind of action it is, in words; the name itself for one that is not known."""
    known = ACTIONS.get(str(action.get("type")))
    return titled(known) if known else str(action.get("type"))


def who_of(spec: Mapping[str, Any]) -> str:
    """How commands name a recipient, whether for a copy or not: `starter`, `manager_of:owner`; what is none of these as
    it stands.
    """
    own = {name: value for name, value in spec.items() if name != "as"}
    if own == {STARTER: True}:
        return STARTER
    (kind, named), *more = own.items() or [("", None)]
    known = kind in KINDS and kind != STARTER and isinstance(named, str) and not more
    return f"{kind}:{named}" if known else documents.dumps(own)


def span_of(arguments: Mapping[str, Any]) -> str:
    """The offset that a `number` of `unit`s on one `side` means; 0 is the moment itself."""
    number = arguments["number"].strip()
    if not (number.isascii() and number.isdecimal() and len(number) <= 3):
        refuse("number", "number", _("Enter a whole number from 0 to 999."))
    sign = "" if int(number) == 0 else "-" if arguments.get("side") == "before" else "+"
    return f"{sign}{int(number)}{arguments.get('unit', 'd')}"


def put(holder: Any, path: Path, arguments: Mapping[str, Any], schema: Mapping[str, Any]) -> None:
    """Set or remove the value at a path of options, which their schema must allow."""
    if arguments.get("remove") or "value" not in arguments:
        _remove(holder, list(path))
        return
    _judge(path, arguments["value"], schema)
    *outer, last = path
    for step in outer:
        holder = _inside(holder, step)
    known = isinstance(holder, dict) if isinstance(last, str) else last < len(holder)
    if not known:
        refuse("path", "unknown", _("There is no such option."))
    holder[last] = arguments["value"]


def _inside(holder: Any, step: str | int) -> Any:
    if isinstance(holder, dict) and isinstance(step, str):
        return holder.setdefault(step, {})
    if not isinstance(holder, list) or not isinstance(step, int) or step >= len(holder):
        refuse("path", "unknown", _("There is no such option."))
    return holder[step]


def _remove(holder: Any, path: list[str | int]) -> None:
    """Take the value away, and an object around it that is empty then."""
    first, *rest = path
    if isinstance(holder, list):
        if not isinstance(first, int) or first >= len(holder):
            return
    elif not isinstance(holder, dict) or first not in holder:
        return
    if rest:
        _remove(holder[first], rest)
        if holder[first] == {}:
            del holder[first]
        return
    del holder[first]


def _judge(path: Path, value: Any, schema: Mapping[str, Any]) -> None:
    """Invalid for an option that there is not, or a value that does not fit it."""
    found: Mapping[str, Any] | None = schema
    for step in path:
        found = _below(found or {}, step)
    if found is None or "const" in found:
        refuse("path", "unknown", _("There is no such option."))
    if not Draft202012Validator(dict(found)).is_valid(value):
        about = str(_(found["description"])) if "description" in found else ""
        refuse("value", "unfit", _("This does not fit here. %(about)s", about=about))


def _below(schema: Mapping[str, Any], step: str | int) -> Mapping[str, Any] | None:
    if isinstance(step, int):
        items: Mapping[str, Any] | None = schema.get("items")
        return items
    if schema.get("type", "object") != "object":
        return None
    own = schema.get("properties", {}).get(step)
    if own is None and schema.get("additionalProperties", True) is not False:
        return {}
    return own  # type: ignore[no-any-return]
