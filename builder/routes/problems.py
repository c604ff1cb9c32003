"""The problems of a draft: each with the way to its place, and with its repair where there is a safe one."""

from dataclasses import replace

from flask import Blueprint, Response, flash, render_template, request

from builder import designing, history
from builder.commands import Target
from builder.problems import problems
from builder.routes import designer
from builder.routes.designer import BASE, require_designer, studio
from builder.studio import KINDS, PLURALS, address
from runtime.db import db, transaction
from runtime.errors import FormwrightError, NotFound
from runtime.htmx import go_to
from runtime.i18n import locale

blueprint = plugin = Blueprint("problems", __name__, url_prefix="/apps")


@blueprint.get(f"{BASE}/problems")
def show(app: str, kinds: str, key: str) -> str:
    """The problems of a draft, and the last thing that this person did to it."""
    now = studio(app, kinds, key, "problems")
    last = history.latest(now.user, now.draft, "done", 1)
    return render_template("builder/problems.html", studio=now, problems=problems(now), last=last)


@blueprint.get(f"{BASE}/problems/count")
def count(app: str, kinds: str, key: str) -> str:
    """How many problems there are, for the counter of the page."""
    now = studio(app, kinds, key)
    return render_template("builder/_problem_count.html", studio=now, problems=problems(now))


@blueprint.post(f"{BASE}/problems/fix")
def fix(app: str, kinds: str, key: str) -> Response:
    """Do the command of a repair, and show what problems are left where it was pressed."""
    require_designer()
    target = Target(KINDS[kinds], key)
    asked = replace(designer.asked_of(app, target, *designer.asked_for()), apart=True)
    try:
        with transaction():
            outcome = designing.run(asked)
            flash(outcome.say.tell(locale()) if outcome.say else "")
    except NotFound:
        raise
    except FormwrightError as error:
        db.session.rollback()
        flash(designer.sentence(error), "error")
    return go_to(address(app, _pressed_at() or target, "problems"))


def _pressed_at() -> Target | None:
    """The draft on whose page it was pressed, when that is another one."""
    kind, _slash, key = request.form.get("back", "").partition("/")
    return Target(kind, key) if kind in PLURALS and key else None
