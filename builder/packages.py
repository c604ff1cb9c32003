"""App packages: an app as one JSON file, installed wholly or not at all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import exists, select

from builder import cases, checks, definitions, drafts, merging, publish, sampling
from builder.checks import Context
from builder.models_packages import InstalledPackage
from builder.publish import Change
from runtime.accounts.models import User
from runtime.db import db
from runtime.definitions import documents, lookup, schemas
from runtime.definitions.models import App, Definition, Draft, Version
from runtime.errors import Invalid, NotFound, Problem
from runtime.times import now

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
    """Install an app, or put a package over it: definitions, golden cases, sample records (at the first install).

    Runs in the caller's transaction and never commits. Raises Invalid with every problem, Forbidden.
    """
    drafts.require_designer(user)
    judge(package)
    drafts.lock(str(package["app"]))
    return bring(user, package, changes_of(package), samples=samples)


def judge(package: Any) -> None:
    """Invalid with what is wrong with a package by itself, before it meets the app."""
    refuse(_header(package) or schemas.validate("package", package) or _names(package))


def bring(
    user: User | None,
    package: Mapping[str, Any],
    changes: Sequence[Change],
    *,
    samples: bool = False,
    retired: Sequence[tuple[str, str]] = (),
) -> Result:
    """Bring the documents of a judged package into force, as they are or merged with what was changed here."""
    app = str(package["app"])
    before = publish.documents_in_force(app)
    if retired:
        definitions.take_out([found for name in retired if (found := drafts.find(app, *name))])
    refuse(publish.problems(app, changes, whole_package=True))
    first = lookup.catalogue().by_name.get((app, "app", app)) is None and not _has_records(app)
    versions = publish.apply(user, app, changes, f"Package {package['version']}")
    refuse(_broken(app, before) if retired else [])
    _carry_drafts(changes, app, before)
    _remember(user, package)
    listed = package.get("samples", [])
    refuse(cases.run(app, listed, package.get("cases", [])))
    written = cases.save_samples(app, listed) if samples and first else {}
    numbers = {(c.kind, c.key): v.number for c, v in zip(changes, versions, strict=True)}
    return Result(app, numbers, len(written))


def _broken(app: str, before: Mapping[tuple[str, str], Any]) -> list[Problem]:
    """What documents of somebody else get for problems because others of the app are gone."""
    after = publish.documents_in_force(app)
    old, new = Context(app, before), Context(app, after)
    found = []
    for (kind, key), document in after.items():
        known = {problem.message for problem in checks.run(kind, document, old)}
        for problem in checks.run(kind, document, new):
            if problem.message not in known:
                sentence = _("%(kind)s “%(key)s”: %(message)s", kind=kind, key=key, message=problem.message)
                found.append(Problem((), problem.code, sentence))
    return found


def _has_records(app: str) -> bool:
    """Whether forms of the app have tables already: it was installed before, and its records are still there."""
    return bool(
        db.session.scalar(
            select(
                exists()
                .where(App.key == app, Definition.app_id == App.id, Definition.table_name.is_not(None))
                .correlate_except(App, Definition)
            )
        )
    )


def installed(app: str) -> InstalledPackage:
    """What is known of the package that an app came from; without `definitions` it came from none."""
    owner = db.session.scalar(select(App).where(App.key == app))
    if owner is None:
        raise NotFound(_("There is no such app."))
    found = db.session.get(InstalledPackage, owner.id)
    if found is None:
        found = InstalledPackage(app_id=owner.id, version="")
        db.session.add(found)
    return found


def _remember(user: User | None, package: Mapping[str, Any]) -> None:
    found = installed(str(package["app"]))
    found.version, found.definitions, found.offered = package["version"], package["definitions"], None
    found.installed_by, found.installed_at = user and user.id, now()
    owner = db.session.get_one(App, found.app_id)
    owner.package_version = package["version"]
    db.session.flush()


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


def changes_of(package: Mapping[str, Any]) -> list[Change]:
    """The documents of a package, each with where it stands there."""
    own = package["definitions"]
    changes = [Change("app", package["app"], own["app"], ("definitions", "app"))]
    for name, kind in LISTS.items():
        for index, document in enumerate(own.get(name, ())):
            key = documents.key_of(kind, document)
            changes.append(Change(kind, key, document, ("definitions", name, index)))
    return changes


def documents_of(app: str, definitions: Mapping[str, Any]) -> dict[tuple[str, str], Any]:
    """The documents of the definitions of a package, by kind and key."""
    listed = changes_of({"app": app, "definitions": definitions})
    return {(change.kind, change.key): change.document for change in listed}


def _names(package: Mapping[str, Any]) -> list[Problem]:
    """Documents of another app, and two of one name."""
    app, found = package["app"], []
    seen: set[tuple[str, str]] = set()
    for change in changes_of(package):
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


def _carry_drafts(changes: Sequence[Change], app: str, before: Mapping[tuple[str, str], Any]) -> None:
    """Drafts follow: what was changed in one and is not published yet stays as it was changed."""
    for change in changes:
        definition = drafts.find(app, change.kind, change.key)
        draft = None if definition is None else db.session.get(Draft, definition.id)
        old = before.get((change.kind, change.key))
        if draft is not None and old is not None:
            draft.document = merging.merge(old, draft.document, change.document).document
            draft.revision += 1


def export(app: str, *, samples: bool = False, user: User | None = None) -> dict[str, Any]:
    """The app as it is in force, as a package; installed elsewhere it gives equal documents. With `samples`
    it carries the records of its small forms, as far as the user may see their fields.
    """
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
        **({"samples": sampling.samples(app, user)} if samples else {}),
    }


def _document(current: lookup.Current) -> Any:
    return db.session.scalar(select(Version.document).where(Version.id == current.version_id))
