"""References that fill a field from one that is gone, or of another kind."""

from builder.checks import Context
from builder.repairs import Repair, dropping
from runtime.definitions.documents import Document
from runtime.errors import Problem


class Fills:
    """The reference no longer fills this field; people fill it themselves."""

    name = "fills"
    kinds = ("form",)

    def repair(self, document: Document, problem: Problem, context: Context) -> Repair | None:
        match problem.path:
            case ("properties", str(key), "fw", "fill", str(filled)):
                return dropping(filled, "reference.fill", field=key, target=filled, source="")
        return None


plugin = Fills()
