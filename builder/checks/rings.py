"""Values and visibility that wait for each other."""

from flask_babel import gettext as _

from builder.checks import Context, _dependencies, _places
from runtime.definitions import dependencies
from runtime.definitions.dependencies import RingError
from runtime.definitions.documents import Document
from runtime.errors import Problem


class Rings:
    """Fills, look-ups, formulas and rules of one form must not lead back to where they began: there would be
    no order to work them out in. What a rule shows, hides or sets depends on what its condition reads.
    """

    name = "rings"
    kinds = ("form",)

    def check(self, document: Document, context: Context) -> list[Problem]:
        fields = context.fields(_places.form_key(document))
        try:
            dependencies.order(_dependencies.sources(document, fields), fields)
        except _dependencies.UNREADABLE:
            return []  # said by the checks of formulas and conditions
        except RingError as error:
            ring = " → ".join(error.ring)
            sentence = _("These fields wait for each other: %(ring)s. Break the ring.", ring=ring)
            return [Problem(("properties", error.ring[0]), "ring", sentence)]
        return []


plugin = Rings()
