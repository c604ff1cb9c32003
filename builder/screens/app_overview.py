"""What an app consists of: its forms, automations and messages, how they stand, and making new ones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l

from builder import switches
from builder.standing import Standing, standings
from builder.studio import PLURALS, Studio

ICONS = {"form": "forms", "automation": "bolt", "message": "message-2", "view": "bookmark"}


@dataclass(frozen=True)
class Row:
    """One definition as the overview shows it."""

    standing: Standing
    title: str
    icon: str
    url: str
    retire_url: str


@dataclass(frozen=True)
class Group:
    """The definitions of a kind; `new` is where a new one is made."""

    kind: str
    title: Any
    add: Any
    about: Any
    rows: Sequence[Row]


KINDS = {
    "form": (_l("Forms"), _l("New form"), _l("A form asks what you want to know and keeps the answers.")),
    "automation": (
        _l("Automations"),
        _l("New automation"),
        _l("When something happens or a date comes, do something: create records, write to people."),
    ),
    "message": (_l("Messages"), _l("New message"), _l("The texts that automations send, by language.")),
}


class AppOverview:
    """Tab “Overview”."""

    name = "app.overview"
    kind = "app"
    tab = "overview"
    title = _l("Overview")
    order = 10
    template = "builder/app/overview.html"

    def count(self, studio: Studio) -> int | None:
        return None

    def context(self, studio: Studio) -> Mapping[str, Any]:
        """The definitions by kind, and those that were retired."""
        found = standings(studio.app, studio.context)
        groups = [_group(studio, kind, found) for kind in KINDS]
        retired = [_row(studio, each) for each in found if each.retired and each.kind in ICONS]
        own = next((each for each in found if each.kind == "app"), None)
        off = switches.off_keys(studio.app)
        return {"groups": groups, "retired": retired, "own": own, "plurals": PLURALS, "off": off}


def _group(studio: Studio, kind: str, found: Sequence[Standing]) -> Group:
    title, add, about = KINDS[kind]
    rows = [_row(studio, each) for each in found if each.kind == kind and not each.retired]
    return Group(kind, title, add, about, rows)


def _row(studio: Studio, standing: Standing) -> Row:
    document = standing.document
    icon = document.get("fw", {}).get("icon") or ICONS[standing.kind]
    base = f"/apps/{studio.app}/{PLURALS[standing.kind]}/{standing.key}"
    title = studio.text(document.get("title")) or standing.key
    return Row(standing, title, icon, studio.to(standing.kind, standing.key), f"{base}/retire")


plugin = AppOverview()
