"""A field that must be filled and is always hidden."""

from flask_babel import gettext as _

from builder.checks import Context
from builder.repairs import Repair
from runtime.definitions.documents import Document
from runtime.errors import Problem


class Required:
    """What nobody can ever see need not be filled. What a rule requires is mended in the rule."""

    name = "required"
    kinds = ("form",)

    def repair(self, document: Document, problem: Problem, context: Context) -> Repair | None:
        if problem.code != "hidden_required" or problem.path != ("required",):
            return None
        arguments = {"field": problem.params["key"], "on": False}
        return Repair(_("It need not be filled any more."), "field.required", arguments)


plugin = Required()
