"""How large a form may be (semantics: default limits)."""

from flask_babel import gettext as _

from builder.checks import Context
from runtime.definitions.documents import Document
from runtime.errors import Problem

MAX_RULES, MAX_SUB_TABLES = 200, 20


class Limits:
    """200 rules, 20 sub-tables in one form; the schema holds it to 500 fields."""

    name = "limits"
    kinds = ("form",)

    def check(self, document: Document, context: Context) -> list[Problem]:
        fields = document["properties"].values()
        counted = (
            (("fw", "rules"), len(document.get("fw", {}).get("rules", ())), MAX_RULES, _("rules")),
            (
                ("properties",),
                sum(f["fw"]["type"] == "sub_table" for f in fields),
                MAX_SUB_TABLES,
                _("sub-tables"),
            ),
        )
        return [
            Problem(
                path, "limit", _("A form may have at most %(limit)s %(things)s.", limit=limit, things=things)
            )
            for path, count, limit, things in counted
            if count > limit
        ]


plugin = Limits()
