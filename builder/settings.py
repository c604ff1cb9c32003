"""The controls of an app's settings, made like the panels of fields."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import g

from builder.commands.app_set import SETTINGS
from builder.panels import Control, Panel, Setting, panel
from builder.panels._controls import Command, told
from builder.panels._making import title
from builder.studio import Studio
from runtime.fields import N_
from runtime.i18n import LANGUAGES
from runtime.text import LOCALES, Title

_TITLE = {"type": ["string", "object"]}
# What can be set, as the panels read it; `schemas/app.schema.json` judges what is stored.
SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "required": ["title"],
    "properties": {
        "title": {**_TITLE, "title": SETTINGS["title"]},
        "description": {**_TITLE, "title": SETTINGS["description"]},
        "icon": {"type": "string", "title": SETTINGS["icon"]},
        "start": {
            "type": "string",
            "means": "form",
            "title": SETTINGS["start"],
            "description": N_("The form whose list opens first; without one, all forms are shown."),
        },
        "zone": {
            "type": "string",
            "title": SETTINGS["zone"],
            "description": N_("Dates and times of rules and reminders are meant in this zone."),
        },
        "languages": {"type": "array", "items": {"enum": list(LOCALES)}, "title": SETTINGS["languages"]},
        "default_locale": {
            "enum": list(LOCALES),
            "title": SETTINGS["default_locale"],
            "description": N_("Shown where a text in the reader’s language is missing."),
        },
        "review": {
            "type": "boolean",
            "default": False,
            "title": SETTINGS["review"],
            "description": N_("Somebody other than the author must approve a message before it is used."),
        },
    },
}


def app_panel(studio: Studio) -> Panel:
    """The settings of the app that have one value each."""
    found = panel(SCHEMA, _values(studio), _setting(studio), shown=len(SCHEMA["properties"]))
    return Panel(tuple(_spelled(control) for control in found))


def _spelled(control: Control) -> Control:
    """Languages by their own names."""
    if control.name not in ("app-languages", "app-default_locale"):
        return control
    options = [replace(each, label=LANGUAGES.get(each.value, "–")) for each in control.options if each.value]
    return replace(control, options=tuple(options))


def title_control(studio: Studio, name: str, label: str, stored: Title, send: Command) -> Control:
    """A title in the languages of the app; a change of it posts the command `send`."""
    setting = _setting(studio)
    plain = Control(name=name, kind="title", label=label, value=stored, send=send, required=True)
    return told([title(plain, setting)], setting.refused)[0]


def _values(studio: Studio) -> Mapping[str, Any]:
    own = studio.document
    return {"icon": "apps", "languages": studio.languages, "default_locale": studio.default_locale, **own}


def _setting(studio: Studio) -> Setting:
    return Setting(
        studio.context,
        command=lambda path: {"name": "app.set", "args": {"name": path[0]}},
        locale=studio.locale,
        default_locale=studio.default_locale,
        templates={"zone": "builder/app/_zone.html"},
        refused=g.get("refused"),
        prefix="app",
    )
