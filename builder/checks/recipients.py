"""Recipients of messages that cannot be found."""

from builder.checks import Context
from runtime.definitions.documents import Document
from runtime.errors import Problem
from runtime.notifications import recipients


class Recipients:
    """Whoever a `notify` action writes to is a member field, a manager, a role of the app, or the starter."""

    name = "recipients"
    kinds = ("automation",)

    def check(self, document: Document, context: Context) -> list[Problem]:
        form = context.form(str(document["trigger"].get("form")))
        if form is None:
            return []  # said by the check of references, or by those of the form
        roles = [role["key"] for role in context.documents.get(("app", context.app), {}).get("roles", ())]
        return [
            Problem(("actions", index, "to", *problem.path), problem.code, problem.message)
            for index, action in enumerate(document["actions"])
            if "to" in action
            for problem in recipients.check_specs(action["to"], form, roles)
        ]


plugin = Recipients()
