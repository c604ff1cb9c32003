"""Upgrading an app to a newer package without losing what was changed here.

Three documents each: the package's as it was installed last (base), ours in force (mine), and the newer
package's (theirs). Where only one side changed, that side counts; where both did, somebody chooses.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from builder import drafts, merging, packages, publish
from builder.merging import Clash
from builder.models_packages import InstalledPackage
from builder.publish import Change
from runtime.accounts.models import User
from runtime.db import db
from runtime.definitions.models import App, Definition, Version
from runtime.documents import same
from runtime.errors import NotFound

Name = tuple[str, str]


@dataclass(frozen=True)
class Part:
    """One definition in an upgrade. `after` is what it will be, None when it goes; its clashes are ours there.

    `path` is where it stands in the package.
    """

    kind: str
    key: str
    mine: Any
    theirs: Any
    after: Any
    clashes: tuple[Clash, ...] = ()
    path: tuple[str | int, ...] = ()

    @property
    def changes(self) -> bool:
        """Whether the upgrade changes it, or asks."""
        return bool(self.clashes) or not same(self.mine, self.after)

    def name_of(self, clash: Clash) -> str:
        """How a choice about a clash is named in a form."""
        return "/".join((self.kind, self.key, *clash.path))


def offer(user: User | None, package: Any) -> str:
    """Keep a package that fits this release as the one to upgrade its app to; the app's key. Invalid else."""
    drafts.require_designer(user)
    packages.judge(package)
    found = packages.installed(str(package["app"]))
    found.offered = package
    db.session.flush()
    return str(package["app"])


def offered(app: str) -> Any:
    """The package that an app may be upgraded to; NotFound when there is none."""
    package = db.session.scalar(
        select(InstalledPackage.offered).join(App, App.id == InstalledPackage.app_id).where(App.key == app)
    )
    if package is None:
        raise NotFound(_("There is nothing to upgrade to."))
    return package


def plan(app: str, package: Any) -> list[Part]:
    """What the upgrade does to every definition, in the order in which documents come into force."""
    known = packages.installed(app).definitions
    base = packages.documents_of(app, known) if known else _noted(app)
    mine = publish.documents_in_force(app)
    theirs = {(change.kind, change.key): change for change in packages.changes_of(package)}
    parts = [_part(name, base.get(name), mine.get(name), change) for name, change in theirs.items()]
    gone = [name for name in mine if name in base and name not in theirs]
    return [*parts, *(_gone(name, base[name], mine[name]) for name in gone)]


def _noted(app: str) -> dict[Name, Any]:
    """What a package brought that was installed before packages were kept: its versions say so."""
    rows = db.session.execute(
        select(Definition.kind, Definition.key, Version.document)
        .join(Definition, Definition.id == Version.definition_id)
        .join(App, App.id == Definition.app_id)
        .where(App.key == app, App.package_version != "", Version.note.startswith("Package "))
        .order_by(Version.id)
    )
    return {(kind, key): document for kind, key, document in rows}


def _part(name: Name, base: Any, mine: Any, change: Change) -> Part:
    theirs = change.document
    part = Part(*name, mine, theirs, theirs, path=change.path)
    if mine is None:
        back = base is not None and not same(base, theirs)  # it was retired here, and they changed it
        stays = base is not None
        return replace(
            part, after=None if stays else theirs, clashes=(Clash((), [], [theirs]),) if back else ()
        )
    if same(mine, theirs):
        return part
    if base is None:
        return replace(part, after=mine, clashes=(Clash((), [mine], [theirs]),))
    merged = merging.merge(base, mine, theirs)
    return replace(part, after=merged.document, clashes=merged.clashes)


def _gone(name: Name, base: Any, mine: Any) -> Part:
    """The newer package has it no more: it goes, unless it was changed here."""
    if same(base, mine):
        return Part(*name, mine, None, None)
    return Part(*name, mine, None, mine, (Clash((), [mine], []),))


def chosen(part: Part, theirs: Collection[str]) -> Any:
    """The document after the upgrade, with their side of the clashes that are named; None for none."""
    document = part.after
    for clash in part.clashes:
        if part.name_of(clash) not in theirs:
            continue
        if not clash.path:
            return part.theirs
        document = merging.take(document, clash)
    return document


def upgrade(
    user: User | None, app: str, theirs: Collection[str], *, judge_cases: bool = True
) -> packages.Result:
    """Bring the offered package into force, keeping what was changed here; Invalid with every problem.

    `theirs` names the clashes in which the package wins. Golden cases were written for the package as it is:
    whoever changed it may leave them out.
    """
    drafts.require_designer(user)
    drafts.lock(app)
    package = offered(app)
    parts = [(part, chosen(part, theirs)) for part in plan(app, package)]
    changes = [Change(part.kind, part.key, after, part.path) for part, after in parts if after is not None]
    retired = [part for part, after in parts if after is None and part.mine is not None]
    listed = package if judge_cases else {**package, "cases": []}
    return packages.bring(user, listed, changes, retired=[(part.kind, part.key) for part in retired])


def summary(parts: Collection[Part]) -> Mapping[str, int]:
    """How many definitions are new, change, go, and how many choices there are."""
    return {
        "new": sum(part.mine is None and part.after is not None for part in parts),
        "changed": sum(part.mine is not None and part.after is not None and part.changes for part in parts),
        "gone": sum(part.mine is not None and part.after is None for part in parts),
        "choices": sum(len(part.clashes) for part in parts),
    }


def kept(parts: Collection[Part]) -> Iterator[Part]:
    """The parts that are not as the package has them even after the upgrade: local changes that stay."""
    for part in parts:
        if part.after is not None and part.theirs is not None and not same(part.after, part.theirs):
            yield part
