"""Definitions and packages over the API: save a draft, publish it, install an app, read the schemas."""

from flask import Blueprint, Response, request
from flask_babel import gettext as _
from flask_login import current_user

from builder import drafts, packages, publish
from runtime import access
from runtime.accounts.models import User
from runtime.api.body import PreconditionFailed, answer, expected_revision, read_object
from runtime.db import db
from runtime.definitions import schemas
from runtime.errors import Conflict, Invalid, NotFound, Problem

blueprint = plugin = Blueprint("builder_api", __name__, url_prefix="/api/v1")

DEPTH = 60  # deeper than any valid document, so that the check of the document can say what is wrong


def _user() -> User:
    return current_user._get_current_object()  # type: ignore[no-any-return]


def _require_design() -> None:
    # Not Forbidden: who may not design need not know what is there.
    if not access.can(_user(), "design", "platform"):
        raise NotFound(_("There is nothing here."))


def _problems(problems: list[Problem]) -> Response:
    listed = [{"path": list(p.path), "message": p.message} for p in problems]
    return answer({"problems": listed}, 422)


@blueprint.post("/packages")
def install_package() -> Response:
    """Install an app or upgrade it, all or nothing."""
    _require_design()
    document = read_object(max_depth=DEPTH)
    try:
        packages.install(_user(), document)
    except Invalid as error:
        db.session.rollback()
        return _problems(error.problems)
    db.session.commit()
    return answer({"app": document["app"], "version": document["version"]}, 201)


@blueprint.get("/schemas/<kind>")
def kind_schema(kind: str) -> Response:
    """The JSON Schema of a kind of definition."""
    if kind not in schemas.kinds():
        raise NotFound(_("There is no such kind of definition."))
    return answer(schemas.schema(kind))


@blueprint.put("/apps/<app>/<kind>/<key>")
def save_draft(app: str, kind: str, key: str) -> Response:
    """Save the document as the draft; with If-Match only over the revision that was read."""
    _require_design()
    document = read_object(max_depth=DEPTH)
    revision = expected_revision() if request.if_match else None
    try:
        saved = drafts.save_draft(_user(), app, kind, key, document, revision)
    except Invalid as error:
        db.session.rollback()
        return _problems(error.problems)
    except Conflict as error:
        raise PreconditionFailed(error.message) from error
    db.session.commit()
    return answer({"revision": saved}, revision=saved)


@blueprint.post("/apps/<app>/<kind>/<key>/publish")
def publish_draft(app: str, kind: str, key: str) -> Response:
    """Freeze the draft as the next version, or say why not; with If-Match only the revision that was read."""
    _require_design()
    revision = expected_revision() if request.if_match else None
    try:
        version = publish.publish(_user(), app, kind, key, revision=revision)
    except Conflict as error:
        raise PreconditionFailed(error.message) from error
    except Invalid as error:
        db.session.rollback()
        return _problems(error.problems)
    db.session.commit()
    return answer({"version": version.number})
