"""Makes a recipient of a message one who gets a copy, or takes the recipient out."""

from collections.abc import Sequence

from flask_babel import gettext as _

from builder.commands._automations import KEY, WHO, name_of, opened, who_of
from builder.commands._base import Arguments, Done, closed, refuse, said
from builder.commands._workspace import Target, Workspace
from runtime.definitions.documents import Document
from runtime.fields import N_


class SetRecipient:
    """Lets `who`, as `who_of` names recipients, get the message itself (`part` to) or a copy (cc), or with `remove` not
    get it. By name and not by place: somebody else may have taken out another one meanwhile.
    """

    name = "recipient.set"
    kinds = ("automation",)
    merges = False
    arguments = closed(
        "action", "who", action=KEY, who=WHO, part={"enum": ["to", "cc"]}, remove={"type": "boolean"}
    )

    def touches(self, arguments: Arguments) -> Sequence[str]:
        return (f"action/{arguments['action']}/to/{arguments['who']}",)

    def apply(self, work: Workspace, target: Target, arguments: Arguments) -> Done:
        action = opened(work.open(target), arguments["action"])
        meant = [spec for spec in action.get("to", ()) if who_of(spec) == arguments["who"]]
        if not meant:
            refuse("who", "unknown", _("This recipient is no longer there."))
        if arguments.get("remove"):
            action["to"] = [spec for spec in action["to"] if spec not in meant]
            return _done(action, N_("Took out a recipient: %(action)s"))
        for spec in meant:
            spec.pop("as", None)
            spec.update({"as": "cc"} if arguments.get("part") == "cc" else {})
        return _done(action, N_("Changed a recipient: %(action)s"))


def _done(action: Document, words: str) -> Done:
    return Done(said(words, action=name_of(action)), select=f"action/{action['key']}")


plugin = SetRecipient()
