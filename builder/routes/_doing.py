"""Doing a command whose refusal leaves on the page what was entered."""

from collections.abc import Mapping
from typing import Any

from flask import Response, flash, request

from builder import designing
from builder.designing import Touched
from builder.routes import designer
from builder.studio import PLURALS, Studio
from runtime.db import db, transaction
from runtime.errors import Conflict, FormwrightError, NotFound
from runtime.htmx import is_htmx, trigger


def studio(app: str, kinds: str, key: str, **asked: str) -> Studio:
    """The person at work on what a form of the page was posted from."""
    own = {name: text for name, text in request.form.items() if name.startswith("arg.") or name == "sel"}
    return designer.studio(app, kinds, key, request.form.get("tab", ""), **own, **asked)


def do(now: Studio, into: str, value: Any, entered: Mapping[str, str]) -> Response:
    """Do the command that a form carries, with one argument more; when it is refused, the page has what was
    `entered` still in it, and says why.
    """
    name, arguments = designer.asked_for()
    given = {**arguments, into: value}
    asked = designer.asked_of(now.app, now.target, name, given)
    try:
        with transaction():
            outcome = designing.run(asked)
    except NotFound:
        raise
    except FormwrightError as error:
        db.session.rollback()
        return _refused(now, error, entered)
    return designer.done(now.app, now.target, now.tab, outcome, now.selected)


def _refused(now: Studio, error: FormwrightError, entered: Mapping[str, str]) -> Response:
    if isinstance(error, Touched) and (asked := designer.choice(error)):
        return asked
    told = designer.sentence(error)
    if not is_htmx():
        flash(told, "error")
    again = studio(now.app, PLURALS[now.target.kind], now.target.key, **entered)
    response = designer.page(again, 409 if isinstance(error, Conflict) else 422)
    return trigger(response, {"fw:toast": {"text": told}})
