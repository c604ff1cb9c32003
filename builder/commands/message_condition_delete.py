"""Takes a condition out of a message."""

from collections.abc import Sequence

from builder.commands import _messages
from builder.commands._base import Arguments, Done, closed, said
from builder.commands._fields import TEXT
from builder.commands._workspace import Target, Workspace
from runtime.fields import N_


class DeleteCondition:
    """Deletes it; texts that still name it have a problem then."""

    name = "message.condition.delete"
    kinds = ("message",)
    merges = False
    arguments = closed("condition", condition=TEXT)

    def touches(self, arguments: Arguments) -> Sequence[str]:
        return (f"condition/{arguments['condition']}",)

    def apply(self, work: Workspace, target: Target, arguments: Arguments) -> Done:
        message, key = work.open(target), arguments["condition"]
        message["conditions"].remove(_messages.condition_of(message, key))
        if not message["conditions"]:
            del message["conditions"]
        return Done(said(N_("Deleted the condition %(condition)s"), condition=key))


plugin = DeleteCondition()
