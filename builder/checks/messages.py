"""Messages that name what does not exist, or miss a language of the app."""

from builder.checks import Context
from runtime.definitions.documents import Document
from runtime.errors import Problem
from runtime.notifications import messages


class Messages:
    """Every variable and filter of a text exists, and there is a text in every language of the app."""

    name = "messages"
    kinds = ("message",)

    def check(self, document: Document, context: Context) -> list[Problem]:
        form = context.form(str(document.get("form", "")))
        if form is None and "form" in document:
            return []  # said by the check of references, or by those of the form
        known = messages.variables_for(form, context.fields, document)
        return messages.check(document, known, context.languages())


plugin = Messages()
