"""Forms that nobody may use."""

from flask_babel import gettext as _

from builder.checks import Context
from builder.checks._places import form_key
from runtime.definitions.documents import Document
from runtime.errors import Problem


class NobodyMay:
    """A form on which no role has a right is seen by administrators only."""

    name = "nobody_may"
    kinds = ("form",)

    def check(self, document: Document, context: Context) -> list[Problem]:
        app = context.documents.get(("app", context.app), {})
        granted = {grant["form"] for role in app.get("roles", ()) for grant in role.get("grants", ())}
        if form_key(document) in granted:
            return []
        return [Problem((), "nobody", _("No role has a right on this form: only administrators see it."))]


plugin = NobodyMay()
