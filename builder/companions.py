"""What comes into force together with a form that is published for the first time: the app's own document,
and the grants on the form. Without them nobody could use it.
"""

from collections.abc import Collection, Mapping
from typing import Any

from builder import drafts
from runtime.db import db
from runtime.definitions.documents import Document
from runtime.definitions.models import Draft

Documents = Mapping[tuple[str, str], Any]


def app_with(app: str, forms: Collection[str], in_force: Documents) -> Document | None:
    """The app's document that must come into force with these forms; None when it need not change.

    Of the app's draft only what these forms need is taken, once the app is in force: other changes wait until
    somebody publishes the app.
    """
    draft = _draft(app)
    if draft is None:
        return None
    current = in_force.get(("app", app))
    if current is None:
        return draft
    new = [form for form in forms if ("form", form) not in in_force]
    own = {role["key"]: role for role in draft.get("roles", ())}
    roles = [_granted(role, own.get(role["key"], {}), new) for role in current.get("roles", ())]
    return None if roles == list(current.get("roles", ())) else {**current, "roles": roles}


def _draft(app: str) -> Document | None:
    definition = drafts.find(app, "app", app)
    draft = definition and db.session.get(Draft, definition.id, populate_existing=True)
    return draft.document if draft else None


def _granted(role: Document, drafted: Document, forms: Collection[str]) -> Document:
    """The role with the draft's grants on these forms, on which it has none yet."""
    known = {grant["form"] for grant in role.get("grants", ())}
    wanted = [
        grant for grant in drafted.get("grants", ()) if grant["form"] in forms and grant["form"] not in known
    ]
    return {**role, "grants": [*role.get("grants", ()), *wanted]} if wanted else role
