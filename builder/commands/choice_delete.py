"""Deletes an option of a choice."""

from collections.abc import Sequence

from flask_babel import gettext as _

from builder.commands import _choices
from builder.commands._base import Arguments, Done, closed, refuse, said
from builder.commands._fields import KEY, title_of
from builder.commands._workspace import Target, Workspace
from runtime.fields import N_


class DeleteChoice:
    """Takes an option out; records that hold it keep it, and its label when it was published. The last stays."""

    name = "choice.delete"
    kinds = ("form",)
    merges = False
    arguments = closed("field", "value", field=KEY, value=KEY)

    def touches(self, arguments: Arguments) -> Sequence[str]:
        field, value = arguments["field"], arguments["value"]
        return (f"field/{field}/enum", f"field/{field}/labels/{value}")

    def apply(self, work: Workspace, target: Target, arguments: Arguments) -> Done:
        form, key, value = work.open(target), arguments["field"], arguments["value"]
        schema = _choices.choice_in(form, key)
        _choices.index_of(schema, value)
        if len(schema["enum"]) == 1:
            refuse("value", "last", _("A choice needs at least one option."))
        label = _choices.label_of(schema, value)
        _choices.drop(work, target, key, schema, value)
        words = said(
            N_("Deleted the option %(option)s of %(field)s"), option=label, field=title_of(form, key)
        )
        return Done(words, select=f"field/{key}")


plugin = DeleteChoice()
