"""The documents of an app as its designers see them, read from the database one by one when looked at.

What was read once is kept in the process: a version never changes, a draft has a new revision and time then.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Literal, NamedTuple

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import select

from builder import drafts, shapes
from builder.checks import Context
from builder.commands import Target, Workspace
from runtime.db import db
from runtime.definitions.models import App, Definition, Draft, Version
from runtime.errors import NotFound

KEPT = 500  # documents: of each draft its newest state


_DOCUMENT = {"draft": select(Draft.document), "version": select(Version.document)}
_ID = {"draft": Draft.definition_id, "version": Version.id}


class Stored(NamedTuple):
    """Where a document stands: the id of its row, and which state of it. After a roll-back a number may come again."""

    table: Literal["draft", "version"]
    id: int
    number: int
    at: datetime


Row = tuple[Target, Stored | None, Stored | None]  # the version in force and the draft


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
            document = _read(draft)
            if shapes.fits(target.kind, document):
                return document
        if version is None:
            return shapes.blank(target.kind, self._app, target.key)
        return _read(version)

    def __contains__(self, target: object) -> bool:
        return target in self._rows

    def __iter__(self) -> Iterator[Target]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)


def workspace(app: str) -> Workspace:
    """The app as its designers see it now."""
    rows = list(_rows(app))
    return Workspace(app, Documents(app, rows), Documents(app, rows, in_force=True))


def _read(stored: Stored) -> Any:
    known: dict[Any, tuple[Stored, Any]] = current_app.extensions.setdefault("designed_documents", {})
    place = (stored.table, stored.id)
    found = known.get(place)
    if found is None or found[0] != stored:
        for oldest in list(known)[: -KEPT + 1]:
            known.pop(oldest, None)
        own = _DOCUMENT[stored.table].where(_ID[stored.table] == stored.id)
        found = known[place] = (stored, db.session.scalars(own).one())
    return found[1]


_ROWS = (
    select(
        Definition.kind,
        Definition.key,
        Version.id,
        Version.number,
        Version.published_at,
        Draft.definition_id,
        Draft.revision,
        Draft.updated_at,
    )
    .join(App, App.id == Definition.app_id)
    .outerjoin(Version, Version.id == Definition.current_version_id)
    .outerjoin(Draft, Draft.definition_id == Definition.id)
    .order_by(Definition.id)
)


def _rows(app: str) -> Iterator[Row]:
    for row in db.session.execute(_ROWS.where(App.key == app)):
        kind, key, version, number, published_at, draft, revision, updated_at = row
        yield (
            Target(kind, key),
            None if version is None else Stored("version", version, number, published_at),
            None if draft is None else Stored("draft", draft, revision, updated_at),
        )


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
