"""Makes a draft what it was in a state that somebody named."""

from collections.abc import Sequence

from builder import checkpoints
from builder.commands._base import Arguments, Done, closed, said
from builder.commands._workspace import Target, Workspace
from runtime.fields import N_


class RestoreDraft:
    """Makes the draft the named state with this number. It is about everything in the draft."""

    name = "draft.restore"
    kinds = ("form", "view", "automation", "message", "app")
    merges = False
    arguments = closed("state", state={"type": "integer", "minimum": 1, "maximum": 2**31 - 1})

    def touches(self, arguments: Arguments) -> Sequence[str]:
        return ("",)

    def apply(self, work: Workspace, target: Target, arguments: Arguments) -> Done:
        found = checkpoints.find(work.app, target, arguments["state"])
        document = work.open(target)
        document.clear()
        document.update(found.document)
        return Done(said(N_("Went back to “%(state)s”"), state=found.name))


plugin = RestoreDraft()
