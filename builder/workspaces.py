"""The documents of an app as its designers see them, read from the database one by one when looked at."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from builder import drafts, shapes
from builder.checks import Context
from builder.commands import Target, Workspace
from runtime.db import db
from runtime.definitions.models import App, Definition, Draft, Version
from runtime.errors import NotFound

Row = tuple[Target, int | None, int | None]  # ids of the version in force and of the draft


class Documents(Mapping[Target, Any]):
    """The drafts of an app, or where there is none that can be drawn the version in force; of versions in force
    only, if so asked.
    """

    def __init__(self, app: str, rows: Iterable[Row], *, in_force: bool = False) -> None:
        self._app, self._drafts = app, not in_force
        self._read: dict[Target, Any] = {}
        self._rows = {
            target: (version, draft)
            for target, version, draft in rows
            if version is not None or (draft is not None and self._drafts)
        }

    def __getitem__(self, target: Target) -> Any:
        if target not in self._read:
            self._read[target] = self._document(Target(*target))  # checks name documents by plain pairs
        return self._read[target]

    def _document(self, target: Target) -> Any:
        version, draft = self._rows[target]
        if self._drafts and draft is not None:
            document = db.session.get_one(Draft, draft).document
            if shapes.fits(target.kind, document):
                return document
        if version is None:
            return shapes.blank(target.kind, self._app, target.key)
        return db.session.get_one(Version, version).document

    def __contains__(self, target: object) -> bool:
        return target in self._rows

    def __iter__(self) -> Iterator[Target]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)


def workspace(app: str) -> Workspace:
    """The app as its designers see it now."""
    rows = _rows(app)
    return Workspace(app, Documents(app, rows), Documents(app, rows, in_force=True))


def _rows(app: str) -> list[Row]:
    found = db.session.execute(
        select(Definition.kind, Definition.key, Definition.current_version_id, Draft.definition_id)
        .join(App, App.id == Definition.app_id)
        .outerjoin(Draft, Draft.definition_id == Definition.id)
        .where(App.key == app)
        .order_by(Definition.id)
    )
    return [(Target(kind, key), version, draft) for kind, key, version, draft in found]


def context_of(app: str, documents: Mapping[Target, Any]) -> Context:
    """Documents of an app as publish checks see them."""
    return Context(app, {(target.kind, target.key): document for target, document in documents.items()})


def draft_of(app: str, target: Target) -> Draft:
    """The draft of a definition. NotFound when there is neither a draft nor a version in force.

    Without a draft it is the version in force as revision 0, not stored: looking writes nothing, the first
    command does.
    """
    definition = drafts.find(app, *target)
    if definition is None:
        raise NotFound(_("There is nothing here."))
    draft = db.session.get(Draft, definition.id, populate_existing=True)
    if draft is not None:
        return draft
    version = db.session.get(Version, definition.current_version_id or 0)
    if version is None:
        raise NotFound(_("There is nothing here."))
    return Draft(
        definition_id=definition.id, revision=0, document=version.document, updated_at=version.published_at
    )
