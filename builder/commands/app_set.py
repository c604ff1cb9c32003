"""Changes a setting of the app."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _

from builder.commands._base import Arguments, Done, closed, refuse, said
from builder.commands._fields import LOCALE, TITLE, own_title
from builder.commands._workspace import Target, Workspace
from runtime.definitions import schemas
from runtime.fields import N_
from runtime.i18n import zones
from runtime.text import LOCALES

SETTINGS = {
    "title": N_("Title"),
    "description": N_("What it is for"),
    "icon": N_("Icon"),
    "zone": N_("Time zone"),
    "languages": N_("Languages"),
    "default_locale": N_("First language"),
    "start": N_("Start page"),
    "review": N_("Messages need review"),
}


class SetApp:
    """Gives a setting another value; `remove` leaves it to its default. A plain title is in the app's first
    language.
    """

    name = "app.set"
    kinds = ("app",)
    merges = True
    arguments = closed(
        "name",
        name={"enum": list(SETTINGS)},
        value={
            "anyOf": [TITLE, {"type": "boolean"}, {"type": "array", "items": LOCALE, "uniqueItems": True}]
        },
        remove={"const": True},
    )

    def touches(self, arguments: Arguments) -> Sequence[str]:
        return (f"app/{arguments['name']}",)

    def apply(self, work: Workspace, target: Target, arguments: Arguments) -> Done:
        app, name, value = work.open(target), arguments["name"], arguments.get("value")
        if value in (None, "", False, [], {}):
            if name in ("title", "languages"):
                refuse("value", "empty", _("This must not be empty."))
            app.pop(name, None)
        else:
            app[name] = _fit(work, name, value)
        _keep_first_language(app, name)
        wrong = [each for each in schemas.validate("app", app) if each.path[:1] == (name,)]
        if wrong:
            refuse("value", wrong[0].code, wrong[0].message)
        return Done(said(N_("Changed: %(setting)s"), setting=_both(SETTINGS[name])))


def _fit(work: Workspace, name: str, value: Any) -> Any:
    if name in ("title", "description"):
        return own_title(value, work)
    if name == "zone" and value not in zones():
        refuse("value", "unknown", _("There is no such time zone. Pick one of the list, like Asia/Shanghai."))
    if name == "start" and Target("form", value) not in work.targets("form"):
        refuse("value", "unknown", _("There is no such form."))
    return value


def _keep_first_language(app: dict[str, Any], name: str) -> None:
    """The first language is one of the app's, and these come in its order."""
    spoken = list(app.get("languages", ["en"]))
    first = app.get("default_locale", spoken[0])
    if first not in spoken and name == "default_locale":
        app["languages"] = [*spoken, first]
    elif first not in spoken:
        app["default_locale"] = spoken[0]


def _both(text: str) -> Mapping[str, str]:
    told = {}
    for locale in LOCALES:
        with force_locale(locale):
            told[locale] = str(_(text))
    return told


plugin = SetApp()
