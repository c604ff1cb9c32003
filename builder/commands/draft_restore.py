"""Makes a draft what it was in a state that somebody named."""

from collections.abc import Sequence

from builder.commands._base import Arguments, Done, closed, said
from builder.commands._workspace import Target, Workspace
from runtime.fields import N_


class RestoreDraft:
    """Makes the draft this document, which was called so. It is about everything in the draft."""

    name = "draft.restore"
    kinds = ("form", "view", "automation", "message", "app")
    merges = False
    arguments = closed(
        "name",
        "document",
        name={"type": "string", "minLength": 1, "maxLength": 100},
        document={"type": "object"},
    )

    def touches(self, arguments: Arguments) -> Sequence[str]:
        return ("",)

    def apply(self, work: Workspace, target: Target, arguments: Arguments) -> Done:
        document = work.open(target)
        document.clear()
        document.update(arguments["document"])
        return Done(said(N_("Went back to “%(state)s”"), state=arguments["name"]))


plugin = RestoreDraft()
