"""The editor of conditions: takes its lines, and once all are complete does the command of its place.

Until then nothing is stored: the answer is the page with the lines as they are and a word on what is missing.
"""

from flask import Blueprint, Response, request

from builder.condition_editor import sight_of
from builder.field_rules import fill_of, offer_of, rules_of_field
from builder.routes import designer
from builder.routes._doing import do, studio
from runtime.forms.conditions import lines, posts

blueprint = plugin = Blueprint("design_conditions", __name__, url_prefix="/apps")
for own in (rules_of_field, offer_of, fill_of):  # what the panel of a field draws
    blueprint.add_app_template_global(own)


@blueprint.post(f"{designer.BASE}/condition")
def change(app: str, kinds: str, key: str) -> Response:
    """Store a condition, or keep lines that are not complete on the page."""
    now = studio(app, kinds, key)
    seen, reader = sight_of(now, request.form.get("sight", "")), now.reader
    posted = posts.acted(posts.read(request.form), request.form.get("act", ""))
    typed = posts.with_defaults(posted, seen)
    found = lines.finished(typed, seen, reader)
    entered = {"rows_of": request.form.get("place", ""), "rows": posts.as_text(typed)}
    if designer.is_search() or found.faults or (typed.items and not found.document):
        return designer.page(studio(app, kinds, key, **entered))
    response = do(now, request.form.get("into", "when"), found.document, entered)
    if posts.has_blank(typed) and response.status_code < 400:
        return designer.page(studio(app, kinds, key, **entered))
    return response
