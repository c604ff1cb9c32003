"""The settings of an app: what it is called, its zone and languages, its calendar, its saved groups of fields."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from builder.panels import Control
from builder.settings import app_panel, title_control
from builder.studio import Studio
from runtime.definitions.documents import Document
from runtime.i18n import zones


class AppSettings:
    """Tab “Settings”."""

    name = "app.settings"
    kind = "app"
    tab = "settings"
    title = _l("Settings")
    order = 30
    template = "builder/app/settings.html"

    def count(self, studio: Studio) -> int | None:
        return None

    def context(self, studio: Studio) -> Mapping[str, Any]:
        """The controls, the zones to pick from, the days of the calendar, the saved groups."""
        return {
            "panel": app_panel(studio),
            "zones": zones(),
            "holidays": studio.document.get("holidays", ()),
            "field_groups": [
                (each, _naming(studio, each)) for each in studio.document.get("field_groups", ())
            ],
        }


def _naming(studio: Studio, group: Document) -> Control:
    send = {"name": "group.title", "args": {"group": group["key"]}}
    return title_control(studio, f"group-title-{group['key']}", _("Title"), group.get("title", ""), send)


plugin = AppSettings()
