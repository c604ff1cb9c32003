"""What Ctrl+K offers beside a designer: the screens of the app, and the fields of the form at hand."""

from collections.abc import Iterator
from typing import Any

from flask_babel import gettext as _

from builder.commands import Target
from builder.screens import screens
from builder.studio import PLURALS, address
from builder.workspaces import workspace
from runtime import access
from runtime.accounts.models import User
from runtime.going import Spot
from runtime.going import Target as Place
from runtime.i18n import locale
from runtime.text import localized


def offer(user: User, spot: Spot) -> Iterator[Place]:
    """Where a designer may go in the app that is being designed; nowhere for other people."""
    if not spot.designs or not access.can(user, "design", "platform"):
        return
    documents = workspace(spot.app).documents
    for target in documents:
        if target.kind in PLURALS:
            document = documents[target]
            title = localized(document.get("title", ""), locale()) or target.key
            yield from _screens(spot.app, target, title)
            if target.kind == "form" and (spot.kinds, spot.key) == ("forms", target.key):
                yield from _fields(spot.app, target, title, document)


def _screens(app: str, target: Target, title: str) -> Iterator[Place]:
    for screen in screens(target.kind):
        name = _("%(title)s: %(screen)s", title=title, screen=screen.title)
        yield Place(address(app, target, screen.tab), "tools", name, within=_("Design"))


def _fields(app: str, target: Target, title: str, document: Any) -> Iterator[Place]:
    for key, schema in document.get("properties", {}).items():
        name = localized(schema.get("fw", {}).get("title", ""), locale()) or key
        yield Place(address(app, target, "fields", sel=f"field/{key}"), "forms", name, within=title)
