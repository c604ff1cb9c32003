"""App packages: an app as one JSON file, installed wholly or not at all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from builder import cases, drafts, publish
from builder.publish import Change
from runtime.accounts.models import User
from runtime.db import db
from runtime.definitions import documents, lookup, schemas
from runtime.definitions.models import App, Draft, Version
from runtime.errors import Invalid, NotFound, Problem

SCHEMA = "urn:formwright:package:1"
MOST = 500  # definitions in one package
# The lists of a package, in the order in which their documents come into force.
LISTS = {
    "forms": "form",
    "messages": "message",
    "automations": "automation",
    "processes": "process",
    "views": "view",
    "dashboards": "dashboard",
}


@dataclass(frozen=True)
class Result:
    """What an install did: the app, the versions in force by kind and key, how many samples it wrote."""

    app: str
    versions: Mapping[tuple[str, str], int]
    samples: int


def install(user: User | None, package: Any, samples: bool = True) -> Result:
    """Install an app, or upgrade it: definitions, golden cases, sample records (at the first install).

    Runs in the caller's transaction and never commits. Raises Invalid with every problem, Forbidden.
    """
    drafts.require_designer(user)
    refuse(_header(package) or schemas.validate("package", package) or _names(package))
    app, changes = str(package["app"]), _changes(package)
    drafts.lock(app)
    refuse(publish.problems(app, changes, whole_package=True))
    first = lookup.catalogue().by_name.get((app, "app", app)) is None
    before = publish.documents_in_force(app)
    versions = publish.apply(user, app, changes, f"Package {package['version']}")
    _carry_drafts(app, changes, before)
    db.session.execute(select(App).where(App.key == app)).scalar_one().package_version = package["version"]
    db.session.flush()
    listed = package.get("samples", [])
    refuse(cases.run(app, listed, package.get("cases", [])))
    written = cases.save_samples(app, listed) if samples and first else {}
    numbers = {(c.kind, c.key): v.number for c, v in zip(changes, versions, strict=True)}
    return Result(app, numbers, len(written))


def refuse(problems: Sequence[Problem]) -> None:
    """Raise Invalid when there are problems."""
    if problems:
        raise Invalid(list(problems))


def _header(package: Any) -> list[Problem]:
    """Whether this release can read the package at all."""
    if not isinstance(package, Mapping):
        return [Problem((), "type", _("A package is a JSON object."))]
    schema = str(package.get("$schema", ""))
    if schema != SCHEMA and schema.startswith("urn:formwright:package:"):
        sentence = _("This package has a format of a newer release of Formwright. Upgrade first.")
        return [Problem(("$schema",), "newer_format", sentence)]
    own = package.get("definitions")
    listed = own.values() if isinstance(own, Mapping) else ()
    if sum(len(each) for each in listed if isinstance(each, list)) > MOST:  # before anything is judged
        sentence = _("A package may have at most %(most)s definitions.", most=MOST)
        return [Problem(("definitions",), "too_many", sentence)]
    needed = package.get("requires", ">=0")
    if isinstance(needed, str) and _numbers(needed.removeprefix(">=")) > _numbers(
        metadata.version("formwright")
    ):
        sentence = _("This package needs Formwright %(version)s. Upgrade first.", version=needed)
        return [Problem(("requires",), "newer_release", sentence)]
    return []


def _numbers(version: str) -> tuple[int, ...]:
    parts = [int(part) if part.isdecimal() else 0 for part in version[:40].split(".")[:3]]
    return (*parts, *(0 for _missing in range(3 - len(parts))))


def _changes(package: Mapping[str, Any]) -> list[Change]:
    own = package["definitions"]
    changes = [Change("app", package["app"], own["app"], ("definitions", "app"))]
    for name, kind in LISTS.items():
        for index, document in enumerate(own.get(name, ())):
            key = documents.key_of(kind, document)
            changes.append(Change(kind, key, document, ("definitions", name, index)))
    return changes


def _names(package: Mapping[str, Any]) -> list[Problem]:
    """Documents of another app, and two of one name."""
    app, found = package["app"], []
    seen: set[tuple[str, str]] = set()
    for change in _changes(package):
        stated = change.document.get("$id", f"urn:formwright:{app}:{change.key}")
        if stated != f"urn:formwright:{app}:{change.key}" or (change.kind == "app" and _other(change, app)):
            found.append(
                Problem(change.path, "other_app", _("This belongs to another app than “%(app)s”.", app=app))
            )
        if (change.kind, change.key) in seen:
            found.append(
                Problem(change.path, "key_twice", _("The key “%(key)s” stands here twice.", key=change.key))
            )
        seen.add((change.kind, change.key))
    return found


def _other(change: Change, app: str) -> bool:
    return bool(change.document["key"] != app)


def _carry_drafts(app: str, changes: Sequence[Change], before: Mapping[tuple[str, str], Any]) -> None:
    """A draft without changes of its own follows the upgrade; one with changes stays."""
    for change in changes:
        definition = drafts.find(app, change.kind, change.key)
        draft = None if definition is None else db.session.get(Draft, definition.id)
        if draft is not None and draft.document == before.get((change.kind, change.key)):
            draft.document, draft.revision = change.document, draft.revision + 1


def export(app: str) -> dict[str, Any]:
    """The app as it is in force, as a package; installed elsewhere it gives equal documents."""
    found = lookup.catalogue()
    if (app, "app", app) not in found.by_name:
        raise NotFound(_("There is no such app."))
    by_kind = {name: [_document(current) for current in found.of(kind, app)] for name, kind in LISTS.items()}
    version = db.session.scalar(select(App.package_version).where(App.key == app))
    return {
        "$schema": SCHEMA,
        "app": app,
        "version": version or "1.0.0",
        "requires": ">=" + ".".join(metadata.version("formwright").split(".")[:2]),
        "definitions": {"app": _document(found.by_name[app, "app", app]), **by_kind},
    }


def _document(current: lookup.Current) -> Any:
    return db.session.scalar(select(Version.document).where(Version.id == current.version_id))
