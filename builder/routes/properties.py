"""What the controls of property panels post: what was entered is read, then it is a command like any other.

A refused entry stores nothing. The page comes back as it is stored, with the reason at the control and what
was typed still in it.
"""

from functools import cache
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, abort, g, request

from builder import designing
from builder.commands import Target
from builder.designing import Outcome, Touched
from builder.panels import Incomplete, Refused, arguments
from builder.properties import Properties, properties
from builder.routes.designer import (
    BASE,
    asked_for,
    asked_of,
    choice,
    done,
    is_search,
    page,
    require_designer,
    sentence,
    studio,
)
from builder.studio import KINDS, Studio
from runtime import config, documents
from runtime.db import db, transaction
from runtime.errors import FormwrightError, NotFound
from runtime.htmx import trigger

blueprint = plugin = Blueprint("properties", __name__, url_prefix="/apps")
INPUT = "in."  # what the names of a control's inputs begin with


@blueprint.app_template_global()
def refused() -> Refused | None:
    """What was entered with this request and could not be stored."""
    found: Refused | None = g.get("refused")
    return found


@blueprint.app_template_global()
def properties_of(now: Studio) -> Properties:
    """What the panel of a form shows."""
    return properties(now, refused())


@blueprint.app_template_global()
def icon_names() -> list[str]:
    """Every icon that a form can have."""
    return _icon_names()


@cache
def _icon_names() -> list[str]:
    return (Path(config.ROOT) / "static" / "vendor" / "icons.txt").read_text("utf-8").split()


@blueprint.post(f"{BASE}/properties")
def change(app: str, kinds: str, key: str) -> Response:
    """Do the command in `do` with what was entered in the inputs `in.…`, read in the way that `read` says."""
    require_designer()
    target = Target(KINDS[kinds], key)
    if is_search():
        return _again(app, kinds, key, "")
    try:
        with transaction():
            outcome = _run(app, target)
    except Incomplete:
        return _again(app, kinds, key, "")
    except NotFound:
        raise
    except FormwrightError as error:
        db.session.rollback()
        if isinstance(error, Touched) and (asked := choice(error)):
            return asked
        return _again(app, kinds, key, sentence(error))
    return done(app, target, request.form.get("tab", ""), outcome, request.form.get("sel", ""))


def _run(app: str, target: Target) -> Outcome:
    name, known = asked_for()
    entered = _entered()
    return designing.run(asked_of(app, target, name, {**known, **entered}))


def _entered() -> dict[str, Any]:
    """What the control adds to its command. How it is read comes from the page, so that may be forged."""
    try:
        return arguments(dict(documents.loads(request.form.get("read", ""))), _typed())
    except (ValueError, KeyError, TypeError, IndexError, AttributeError):
        abort(400)


def _typed() -> dict[str, list[str]]:
    return {name[len(INPUT) :]: texts for name, texts in request.form.lists() if name.startswith(INPUT)}


def _again(app: str, kinds: str, key: str, why: str) -> Response:
    """The page with what was typed; without a reason it is only not complete yet."""
    g.refused = Refused(request.form.get("at", ""), why, _typed())
    now = studio(app, kinds, key, request.form.get("tab", ""), sel=request.form.get("sel", ""))
    response = page(now, 422 if why else 200)
    return trigger(response, {"fw:say": {"text": why}}) if why else response
