"""Says which fields a reference fills when a record is picked."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _

from builder.checks import Context
from builder.commands import _rules
from builder.commands._base import Arguments, Done, refuse, said
from builder.commands._fields import TEXT
from builder.commands._workspace import Target, Workspace
from runtime.fields import N_


class SetFill:
    """Lets the reference `field` fill `target` from the field `source` of the picked record; an empty source
    fills it no longer.
    """

    name = "reference.fill"
    kinds = ("form",)
    merges = False
    arguments: dict[str, Any] = {
        "type": "object",
        "properties": {"field": TEXT, "target": TEXT, "source": TEXT},
        "required": ["field", "target", "source"],
        "additionalProperties": False,
    }

    def touches(self, arguments: Arguments) -> Sequence[str]:
        return (f"field/{arguments['field']}/fill/{arguments['target']}",)

    def apply(self, work: Workspace, target: Target, arguments: Arguments) -> Done:
        form, filled, source = work.open(target), arguments["target"], arguments["source"]
        _rules.require_field(form, arguments["field"])
        own, title = form["properties"][arguments["field"]]["fw"], _rules.title_of(form, filled)
        fill = own.setdefault("fill", {})
        if source:
            _judge(_rules.context_of(work), target.key, own.get("form"), filled, source)
            fill[filled] = source
            return Done(said(N_("%(field)s is filled in"), field=title))
        fill.pop(filled, None)
        if not fill:
            del own["fill"]
        return Done(said(N_("%(field)s is filled in no longer"), field=title))


def _judge(context: Context, form: str, other: Any, filled: str, source: str) -> None:
    if filled not in context.fields(form) or source not in context.fields(str(other)):
        refuse("target", "unknown", _("There is no such field."))
    if not context.fields(form)[filled].type.writable:
        refuse("target", "not_writable", _("This field computes its value by itself."))
    if context.type_of(form, filled) != context.type_of(str(other), source):
        refuse("source", "wrong_type", _("The two fields hold different kinds of values."))


plugin = SetFill()
