"""The editor of conditions: takes its lines, and once all are complete does the command of its place.

Until then nothing is stored: the answer is the page with the lines as they are and a word on what is missing.
"""

from dataclasses import replace

from flask import Blueprint, Response, request

from builder import condition_posts, condition_rows, designing
from builder.condition_editor import reader_of, sight_of
from builder.condition_rows import Block
from builder.routes import designer
from builder.studio import Studio
from runtime.accounts.sessions import signed_in_user

blueprint = plugin = Blueprint("design_conditions", __name__, url_prefix="/apps")


@blueprint.post(f"{designer.BASE}/condition")
def change(app: str, kinds: str, key: str) -> Response:
    """Store a condition, or keep lines that are not complete on the page."""
    now = _studio(app, kinds, key)
    seen, reader = sight_of(now, request.form.get("sight", "")), reader_of(now)
    posted = condition_posts.acted(condition_posts.read(request.form), request.form.get("act", ""))
    lines = condition_posts.with_defaults(posted, seen)
    found = condition_rows.finished(lines, seen, reader)
    if found.faults or (lines.items and not found.document):
        return designer.page(_waiting(now, lines))
    response = _store(now, found.document)
    if condition_posts.has_blank(lines) and response.status_code < 400:
        return designer.page(_waiting(_studio(app, kinds, key), lines))
    return response


def _studio(app: str, kinds: str, key: str) -> Studio:
    return designer.studio(app, kinds, key, request.form.get("tab", ""), sel=request.form.get("sel", ""))


def _waiting(now: Studio, lines: Block) -> Studio:
    """The page with these lines instead of those stored."""
    asked = {"rows_of": request.form.get("place", ""), "rows": condition_posts.as_text(lines)}
    return replace(now, asked={**now.asked, **asked})


def _store(now: Studio, document: object) -> Response:
    name, arguments = designer.asked_for()
    given = {**arguments, request.form.get("into", "when"): document}
    asked = designing.Request(signed_in_user(), now.app, now.target, name, given, designer.revision_read())
    return designer.answer(now.app, now.target, lambda: designing.run(asked))
