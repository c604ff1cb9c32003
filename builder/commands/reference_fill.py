"""Says which fields a reference fills when a record is picked."""

from collections.abc import Mapping, Sequence

from flask_babel import gettext as _

from builder.checks import Context
from builder.commands import _rules
from builder.commands._base import Arguments, Done, closed, refuse, said
from builder.commands._fields import TEXT, field_in
from builder.commands._workspace import Target, Workspace
from builder.sights import sight
from runtime.fields import N_
from runtime.forms.conditions.sights import Source, fits
from runtime.text import localized


class SetFill:
    """Lets the reference `field` fill `target` from the field `source` of the picked record; an empty source
    fills it no longer, none at all means the likeliest field. A column (`lines.product`) fills columns of its row.
    """

    name = "reference.fill"
    kinds = ("form",)
    merges = False
    arguments = closed("field", "target", field=TEXT, target=TEXT, source=TEXT)

    def touches(self, arguments: Arguments) -> Sequence[str]:
        return (f"field/{arguments['field']}/fill/{arguments['target']}",)

    def apply(self, work: Workspace, target: Target, arguments: Arguments) -> Done:
        form, filled = work.open(target), arguments["target"]
        if not filled:  # the list of fields before one is chosen
            return Done(said(N_("Choose a field")))
        own, title = field_in(form, arguments["field"])["fw"], _rules.title_of(form, filled)
        source, name = arguments.get("source"), _own_name(arguments["field"], filled)
        fill = own.setdefault("fill", {})
        if source != "":
            holder = _rules.rows_form(target, arguments["field"])
            fill[name] = _source(_rules.context_of(work), holder, str(own.get("form")), name, source)
            return Done(said(N_("%(field)s is filled in"), field=title))
        fill.pop(name, None)
        if not fill:
            del own["fill"]
        return Done(said(N_("%(field)s is filled in no longer"), field=title))


def _own_name(field: str, filled: str) -> str:
    """What the reference calls the field that it fills: a column of its row by the column's own key."""
    if _rules.table_of(field) != _rules.table_of(filled):
        refuse("target", "unknown", _("A column fills columns of its own row, a field fields of the form."))
    return filled.rpartition(".")[2]


def _source(context: Context, form: str, other: str, filled: str, source: str | None) -> str:
    """The source if it fits; without one the likeliest: of the same key, of the same title, the first."""
    if filled not in context.fields(form) or (source and source not in context.fields(other)):
        refuse("target", "unknown", _("There is no such field."))
    if not context.fields(form)[filled].type.writable:
        refuse("target", "not_writable", _("This field computes its value by itself."))
    own, theirs = _sources(context, form), _sources(context, other)
    fitting = [each for each in theirs.values() if filled in own and fits(own[filled], each)]
    known = {each.path for each in fitting}
    if not fitting or (source and source not in known):
        refuse("source", "wrong_type", _("The two fields hold different kinds of values."))
    same_title = [each.path for each in fitting if each.title == own[filled].title]
    return source or next(iter([*({filled} & known), *same_title, fitting[0].path]))


def _sources(context: Context, form: str) -> Mapping[str, Source]:
    return sight(context, f"own:{form}", lambda title: localized(title, "en")).sources


plugin = SetFill()
