"""The one mutable draft of each definition; a stale revision is a conflict."""

import re
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select, update

from runtime import access
from runtime.accounts.models import User
from runtime.db import db
from runtime.definitions import schemas
from runtime.definitions.lookup import KINDS
from runtime.definitions.models import App, Definition, Draft
from runtime.errors import Conflict, Forbidden, Invalid, NotFound, Problem
from runtime.times import now

_KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")


def require_designer(user: User | None) -> None:
    """Forbidden unless the user may change definitions; no user is the product itself (command line)."""
    if user is not None and not access.can(user, "design", "platform"):
        raise Forbidden(_("You may not change definitions."))


def save_draft(
    user: User | None, app: str, kind: str, key: str, document: Any, revision: int | None = None
) -> int:
    """Store the document as the draft and return its new revision; the caller commits.

    `revision` is the one that the change was made on (0: there was no draft); None writes over any.
    A draft may be incomplete: publishing judges it. It must only be of fit size and name itself rightly.
    """
    require_designer(user)
    _check_envelope(app, kind, key, document)
    definition = get_or_create(app, kind, key)
    draft = db.session.get(Draft, definition.id, populate_existing=True)
    if draft is None:
        return _create(user, definition, document, revision)
    return _replace(user, draft, document, revision)


def _create(user: User | None, definition: Definition, document: Any, revision: int | None) -> int:
    if revision:
        raise stale()
    draft = Draft(definition_id=definition.id, document=document, updated_by=user and user.id)
    db.session.add(draft)
    db.session.flush()
    return draft.revision


def _replace(user: User | None, draft: Draft, document: Any, revision: int | None) -> int:
    read = draft.revision if revision is None else revision
    done = db.session.execute(
        update(Draft)
        .where(Draft.definition_id == draft.definition_id, Draft.revision == read)
        .values(document=document, revision=read + 1, updated_by=user and user.id, updated_at=now())
        .execution_options(synchronize_session=False)
    )
    if done.rowcount != 1:  # type: ignore[attr-defined]
        raise stale()
    db.session.expire(draft)
    return read + 1


def stale() -> Conflict:
    """What is said of a revision that is no longer the newest."""
    return Conflict(
        _("Somebody changed this draft meanwhile. Reload it and repeat your change."), code="stale"
    )


def _check_envelope(app: str, kind: str, key: str, document: Any) -> None:
    if kind not in KINDS:
        raise NotFound(_("There is no such kind of definition."))
    problem = schemas.too_big(kind, document) or _name_problem(app, kind, key, document)
    if problem:
        raise Invalid([problem])


def _name_problem(app: str, kind: str, key: str, document: Any) -> Problem | None:
    """A document must say the name under which it is stored."""
    if not _KEY.fullmatch(app) or not _KEY.fullmatch(key):
        return Problem(
            (), "key", _("A key begins with a letter a-z, then letters, digits and _, at most 40.")
        )
    if not isinstance(document, dict):
        return Problem((), "type", _("A definition is a JSON object."))
    if kind == "form" and document.get("$id") != f"urn:formwright:{app}:{key}":
        return Problem(("$id",), "key", _("This must be %(value)s.", value=f"urn:formwright:{app}:{key}"))
    if kind == "app" and key != app:
        return Problem(("key",), "key", _("This must be %(value)s.", value=app))
    if kind != "form" and document.get("key") != key:
        return Problem(("key",), "key", _("This must be %(value)s.", value=key))
    return None


def get_or_create(app: str, kind: str, key: str) -> Definition:
    """The row of a definition, and of its app, made when there is none."""
    owner = db.session.scalar(select(App).where(App.key == app))
    if owner is None:
        owner = App(key=app)
        db.session.add(owner)
        db.session.flush()
    definition = find(app, kind, key)
    if definition is None:
        definition = Definition(app_id=owner.id, kind=kind, key=key)
        db.session.add(definition)
        db.session.flush()
    return definition


def app_id(app: str) -> int:
    """The id of an app; NotFound for one that there is not."""
    found = db.session.scalar(select(App.id).where(App.key == app))
    if found is None:
        raise NotFound(_("There is no such app."))
    return found


def lock(app: str) -> None:
    """Whoever changes or publishes drafts of one app takes turns, for each is judged against the others."""
    db.session.execute(select(App.id).where(App.key == app).with_for_update())


def find(app: str, kind: str, key: str) -> Definition | None:
    """The row of a definition."""
    return db.session.scalar(
        select(Definition)
        .join(App, App.id == Definition.app_id)
        .where(App.key == app, Definition.kind == kind, Definition.key == key)
    )


def read_draft(app: str, kind: str, key: str) -> Draft:
    """The draft; NotFound when there is none."""
    draft = db.session.scalar(
        select(Draft)
        .join(Definition, Definition.id == Draft.definition_id)
        .join(App, App.id == Definition.app_id)
        .where(App.key == app, Definition.kind == kind, Definition.key == key)
    )
    if draft is None:
        raise NotFound(_("There is no draft."))
    return draft
