"""What commands on fields share: schemas of arguments, finding a field, its key and its title."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from copy import deepcopy
from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _

from builder.checks.keys import RESERVED
from builder.commands._base import MAX_STEM, free_key, refuse
from builder.commands._workspace import Target, Workspace
from runtime.fields import N_
from runtime.text import Title, localized, spelled

Form = dict[str, Any]

TEXT: Mapping[str, Any] = {"type": "string", "maxLength": 2000}
KEY: Mapping[str, Any] = {"type": "string", "minLength": 1, "maxLength": 100}
AFTER: Mapping[str, Any] = {"type": "string", "maxLength": 100}  # "" is nothing in particular
KEYS: Mapping[str, Any] = {"type": "array", "items": KEY, "minItems": 1, "maxItems": 500}
LOCALE: Mapping[str, Any] = {"enum": ["en", "zh"]}
TITLE: Mapping[str, Any] = {
    "anyOf": [
        TEXT,
        {"type": "object", "properties": {"en": TEXT, "zh": TEXT}, "additionalProperties": False},
    ]
}
# Controls of plain HTML send texts, so a number may come as its digits and a switch as a word.
NUMBER: Mapping[str, Any] = {"type": ["integer", "string"], "minimum": 0, "pattern": "^[0-9]{1,4}$"}
STEP: Mapping[str, Any] = {"enum": [-1, 1, "-1", "1"]}
STEPS: Mapping[str, Any] = {"type": "integer", "minimum": -100, "maximum": 100}
SWITCH: Mapping[str, Any] = {"type": ["boolean", "string"]}


def is_on(switch: bool | str) -> bool:
    """Whether a switch is on."""
    return switch if isinstance(switch, bool) else switch not in ("", "0", "false", "off")


def field_in(form: Form, key: str, argument: str = "field") -> dict[str, Any]:
    """A field of the form, or a column of a sub-table (`lines.price`); refused when there is none."""
    holder, name = place_of(form, key)
    if name not in holder["properties"]:
        refuse(argument, "unknown", _("There is no such field."))
    found: dict[str, Any] = holder["properties"][name]
    return found


def own_field(form: Form, key: str, argument: str = "field") -> dict[str, Any]:
    """A field of the form itself, which has a place on the canvas; refused for a column as for what is not there."""
    if key not in form["properties"]:
        refuse(argument, "unknown", _("There is no such field."))
    found: dict[str, Any] = form["properties"][key]
    return found


def place_of(form: Any, key: str) -> tuple[Any, str]:
    """What holds a field, and its name there: the form, or of a column the rows of its sub-table."""
    table, _dot, column = key.partition(".")
    rows = form["properties"].get(table, {}).get("items") if column else None
    return (form, key) if rows is None else (rows, column)


def title_of(form: Form, key: str) -> Title:
    """What a field is called."""
    holder, name = place_of(form, key)
    schema = holder["properties"][name]
    title: Title = schema["fw"].get("title") or schema.get("title") or name
    return title


def copy_of(schema: Mapping[str, Any]) -> Form:
    """A field for another place. Only the original takes over what an earlier field holds."""
    copy = deepcopy(dict(schema))
    copy["fw"].pop("converted_from", None)
    return copy


def copied_title(form: Form, key: str, work: Workspace) -> dict[str, str]:
    """What a copy of a field is called beside it."""
    title = title_of(form, key)
    return {
        locale: str(known_text(N_("%(title)s (copy)"), work, title=localized(title, locale))[locale])
        for locale in languages(work)
    }


def languages(work: Workspace) -> list[str]:
    """The languages of the app, the one of plain texts first."""
    app = _app(work)
    spoken = list(app.get("languages", ("en",)))
    first = app.get("default_locale") or spoken[0]
    return [first, *(each for each in spoken if each != first)]


def _app(work: Workspace) -> Mapping[str, Any]:
    target = Target("app", work.app)
    found: Mapping[str, Any] = work.read(target) if target in work.targets("app") else {}
    return found


def known_text(text: str, work: Workspace, **params: object) -> dict[str, str]:
    """A text of the catalogues in every language of the app."""
    told = {}
    for locale in languages(work):
        with force_locale(locale):
            told[locale] = str(_(text, **params))
    return told


def own_title(given: Title, work: Workspace, locale: str = "") -> dict[str, str]:
    """A title as somebody typed it: a plain text is in `locale`, else in the app's first language. Empty when
    nothing was typed.
    """
    texts = {locale or languages(work)[0]: given} if isinstance(given, str) else given
    return {each: text.strip() for each, text in texts.items() if text.strip()}


def retitled(title: Title | None, work: Workspace, locale: str, text: str) -> Title | None:
    """A title with its text in one language changed; without a text that language goes."""
    texts = {languages(work)[0]: title} if isinstance(title, str) else dict(title or {})
    if text.strip():
        return {**texts, locale: text.strip()}
    texts.pop(locale, None)
    return texts or None


def proposed_key(title: Title, taken: Iterable[str], stem: str = "field") -> str:
    """A key made of a title: new, not reserved, Chinese in pinyin."""
    plain = unicodedata.normalize("NFKD", spelled(localized(title, "en")))
    words = re.sub(r"[^a-z0-9]+", "_", plain.encode("ascii", "ignore").decode()).strip("_")
    words = words if re.match("[a-z]", words) else f"{stem}_{words}".rstrip("_")
    words = words[:MAX_STEM].rstrip("_")
    return free_key(words, {*taken, *RESERVED})


def taken_keys(work: Workspace, target: Target) -> set[str]:
    """Keys that a new field of a form may not have: those it has now, and those it was published with."""
    published = work.in_force[target]["properties"] if work.is_in_force(target) else {}
    return {*work.read(target)["properties"], *published}
