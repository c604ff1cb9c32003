"""Addresses of other systems to which no request may go."""

from flask_babel import gettext as _

from builder.checks import Context
from runtime import http
from runtime.definitions.documents import Document
from runtime.errors import Problem


class Webhooks:
    """A request goes to an https address without a name and password in it."""

    name = "webhooks"
    kinds = ("automation",)

    def check(self, document: Document, context: Context) -> list[Problem]:
        sentence = _("Enter an address that begins with https://, without a name or password in it.")
        return [
            Problem(("actions", index, "url"), "not_https", str(sentence))
            for index, action in enumerate(document["actions"])
            if "url" in action and not http.host_of(str(action["url"]))
        ]


plugin = Webhooks()
