"""Moves several fields at once."""

from collections.abc import Sequence

from builder.commands import _layout
from builder.commands._base import Arguments, Done, closed, said
from builder.commands._fields import KEYS, STEP, own_field
from builder.commands._workspace import Target, Workspace
from runtime.fields import N_


class MoveFields:
    """Moves fields one place `by` up (-1) or down (1), one after the other. When the foremost of them cannot
    go on, all stay, so that they keep their order.
    """

    name = "fields.move"
    kinds = ("form",)
    merges = False
    arguments = closed("fields", "by", fields=KEYS, by=STEP)

    def touches(self, arguments: Arguments) -> Sequence[str]:
        return [f"field/{key}/place" for key in arguments["fields"]]

    def apply(self, work: Workspace, target: Target, arguments: Arguments) -> Done:
        form, by = work.open(target), int(arguments["by"])
        for key in arguments["fields"]:
            own_field(form, key, "fields")
        sections = _layout.arrange(form)
        asked = set(arguments["fields"])
        chosen = [key for key in _layout.order(sections) if key in asked]
        for key in chosen if by < 0 else reversed(chosen):
            before = [{**each, "rows": [[*row] for row in each["rows"]]} for each in sections]
            if not _layout.step(sections, key, by):
                break
            if [each for each in _layout.order(sections) if each in asked] != chosen:
                sections[:] = before  # it would have passed another one, out of the row that they share
        words = said(
            N_("Moved %(number)s fields to position %(position)s of %(count)s"),
            number=len(chosen),
            **_layout.position(form, chosen[0]),
        )
        return Done(words, select=f"field/{chosen[0]}")


plugin = MoveFields()
