"""Naming the state of a draft, going back to it, and forgetting it."""

from collections.abc import Callable

from flask import Blueprint, Response, flash, request
from flask_babel import gettext as _

from builder import checkpoints, designing
from builder.commands import Target
from builder.routes.designer import BASE, answer, asked_of, require_designer
from builder.studio import KINDS, address
from builder.workspaces import draft_of
from runtime.accounts.sessions import signed_in_user
from runtime.db import db, transaction
from runtime.errors import Invalid
from runtime.htmx import go_to

blueprint = plugin = Blueprint("checkpoints", __name__, url_prefix="/apps")


@blueprint.post(f"{BASE}/checkpoints")
def add(app: str, kinds: str, key: str) -> Response:
    """Give the draft as it is a name."""
    require_designer()
    user, target = signed_in_user(), Target(KINDS[kinds], key)
    draft_of(app, target)
    name = request.form.get("name", "")
    return _told(app, target, lambda: _named(checkpoints.add(user, app, target, name).name))


def _named(name: str) -> str:
    return str(_("This state is kept as “%(name)s”.", name=name))


@blueprint.post(f"{BASE}/checkpoints/<int:number>/remove")
def remove(app: str, kinds: str, key: str, number: int) -> Response:
    """Forget a named state."""
    require_designer()
    user, target = signed_in_user(), Target(KINDS[kinds], key)
    return _told(app, target, lambda: _gone(checkpoints.remove(user, app, target, number)))


def _gone(name: str) -> str:
    return str(_("The state “%(name)s” is forgotten. The draft is as it was.", name=name))


@blueprint.post(f"{BASE}/checkpoints/<int:number>/restore")
def restore(app: str, kinds: str, key: str, number: int) -> Response:
    """Make the draft what it was then: one command, which can be undone."""
    require_designer()
    target = Target(KINDS[kinds], key)
    asked = asked_of(app, target, "draft.restore", {"state": number})
    return answer(app, target, lambda: designing.run(asked))


def _told(app: str, target: Target, work: Callable[[], str]) -> Response:
    """The tab of versions, with what became of it."""
    try:
        with transaction():
            told = work()
        flash(told)
    except Invalid as error:
        db.session.rollback()
        flash(" ".join(problem.message for problem in error.problems), "error")
    return go_to(address(app, target, "versions"))
