"""Ready-made apps that ship with the product, and the apps of this server."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from builder import definitions
from builder.models_packages import InstalledPackage
from runtime import documents, starters
from runtime.db import db
from runtime.definitions.models import App, Definition, Draft
from runtime.errors import Invalid, NotFound, Problem
from runtime.text import Title

DEPTH = 60  # deeper than any valid package, so that its check can say what is wrong


@dataclass(frozen=True)
class Ready:
    """A shipped package. `installed` is the version of it that is installed, "" for none."""

    name: str
    app: str
    version: str
    title: Title
    description: Title
    icon: str
    forms: tuple[Title, ...]
    samples: int
    installed: str = ""
    taken: bool = False


@dataclass(frozen=True)
class Own:
    """An app of this server; `version` is that of its package, "" for one made here."""

    key: str
    title: Title
    icon: str
    version: str
    live: bool
    offered: bool


@cache
def package(name: str) -> Any:
    """A shipped package, not to be changed; NotFound for an unknown name."""
    if name not in starters.names():
        raise NotFound(_("There is no such package."))
    return documents.loads(starters.read(name), max_depth=DEPTH)


def ready() -> list[Ready]:
    """The shipped packages, and which are installed."""
    known = {own.key: own for own in apps()}
    return [_ready(name, package(name), known) for name in starters.names()]


def _ready(name: str, found: Mapping[str, Any], known: Mapping[str, Own]) -> Ready:
    own, app = found["definitions"]["app"], str(found["app"])
    return Ready(
        name=name,
        app=app,
        version=found["version"],
        title=own["title"],
        description=own.get("description", ""),
        icon=own.get("icon", "apps"),
        forms=tuple(form["title"] for form in found["definitions"].get("forms", ())),
        samples=len(found.get("samples", ())),
        installed=known[app].version if app in known else "",
        taken=app in known,
    )


def apps() -> list[Own]:
    """The apps that have anything in force or in a draft, oldest first."""
    rows = db.session.execute(
        select(App.key, App.package_version, Definition.current_version_id, InstalledPackage.offered)
        .join(Definition, (Definition.app_id == App.id) & (Definition.kind == "app"))
        .outerjoin(Draft, Draft.definition_id == Definition.id)
        .outerjoin(InstalledPackage, InstalledPackage.app_id == App.id)
        .where(Definition.current_version_id.is_not(None) | Draft.definition_id.is_not(None))
        .order_by(App.id)
    )
    return [_own(key, version, live is not None, offered is not None) for key, version, live, offered in rows]


def _own(key: str, version: str, live: bool, offered: bool) -> Own:
    document = definitions.app_document(key)
    return Own(key, document.get("title", key), document.get("icon", "apps"), version, live, offered)


def read(raw: bytes) -> Any:
    """A package from a file that somebody sent; Invalid with what is wrong with the file."""
    try:
        return documents.loads(raw, max_depth=DEPTH)
    except (ValueError, RecursionError) as error:
        why = str(error)[:200]
        sentence = _(
            "This file is not a whole app package: it is cut off or something else. (%(why)s)", why=why
        )
        raise Invalid([Problem((), "not_json", sentence)]) from error
