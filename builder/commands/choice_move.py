"""Moves an option of a choice."""

from collections.abc import Sequence

from builder.commands import _choices
from builder.commands._base import Arguments, Done, closed, said
from builder.commands._fields import AFTER, KEY, STEP, title_of
from builder.commands._workspace import Target, Workspace
from runtime.fields import N_


class MoveChoice:
    """Moves an option one place `by` up (-1) or down (1), or behind the option `after` ("" is in front)."""

    name = "choice.move"
    kinds = ("form",)
    merges = False
    arguments = closed("field", "value", field=KEY, value=KEY, by=STEP, after=AFTER)

    def touches(self, arguments: Arguments) -> Sequence[str]:
        return (f"field/{arguments['field']}/enum",)

    def apply(self, work: Workspace, target: Target, arguments: Arguments) -> Done:
        form, key, value = work.open(target), arguments["field"], arguments["value"]
        schema = _choices.choice_in(form, key)
        at = _choices.index_of(schema, value)
        values = schema["enum"]
        after = arguments.get("after")
        if after is None:
            to = min(max(at + int(arguments.get("by", 0)), 0), len(values) - 1)
            values.insert(to, values.pop(at))
        elif after != value:
            values.pop(at)
            values.insert(_choices.index_of(schema, after) + 1 if after else 0, value)
        words = said(
            N_("%(option)s moved to position %(position)s of %(count)s in %(field)s"),
            option=_choices.label_of(schema, value),
            position=values.index(value) + 1,
            count=len(values),
            field=title_of(form, key),
        )
        return Done(words, select=f"field/{key}")


plugin = MoveChoice()
