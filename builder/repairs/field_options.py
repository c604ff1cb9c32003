"""Options of a field that do not fit it: a default that cannot be chosen, a keyword of another type, a role."""

from flask_babel import gettext as _

from builder.checks import Context
from builder.repairs import Repair, dropping
from runtime.definitions.documents import Document
from runtime.errors import Problem


class FieldOptions:
    """Leaves the option out, which means what the type does by itself. Who may only read what nobody can change
    has then the right to see it, which is the same.
    """

    name = "field_options"
    kinds = ("form",)

    def repair(self, document: Document, problem: Problem, context: Context) -> Repair | None:
        match (problem.code, *problem.path):
            case ("bad_default", "properties", str(key), "default"):
                arguments = {"field": key, "path": ["default"], "remove": True}
                return Repair(_("Takes the default away."), "field.set", arguments)
            case ("unknown_keyword", "properties", str(key), str(name)):
                return dropping(name, "field.set", field=key, path=[name], remove=True)
            case (("unknown_role" | "not_writable"), "properties", str(key), "fw", "access", str(role)):
                return dropping(role, "field.set", field=key, path=["fw", "access", role], remove=True)
        return None


plugin = FieldOptions()
