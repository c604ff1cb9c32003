"""Puts a field beside another."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _

from builder.commands import _layout
from builder.commands._base import Arguments, Done, closed, refuse, said
from builder.commands._fields import KEY, own_field, title_of
from builder.commands._workspace import Target, Workspace
from runtime.fields import N_

SIDE: dict[str, Any] = {"enum": ["left", "right"]}


class PlaceField:
    """Puts a field into the row of the field `beside`, on its left or right side."""

    name = "field.place"
    kinds = ("form",)
    merges = False
    arguments = closed("field", "beside", field=KEY, beside=KEY, side=SIDE)

    def touches(self, arguments: Arguments) -> Sequence[str]:
        return (f"field/{arguments['field']}/place",)

    def apply(self, work: Workspace, target: Target, arguments: Arguments) -> Done:
        form, key, beside = work.open(target), arguments["field"], arguments["beside"]
        own_field(form, key)
        own_field(form, beside, "beside")
        if key == beside:
            refuse("beside", "same", _("A field cannot stand beside itself."))
        sections = _layout.arrange(form)
        _layout.take_out(sections, key)
        _layout.put_beside(sections, key, beside, arguments.get("side", "right"))
        place = _layout.find(sections, key)
        named = {"field": title_of(form, key), "other": title_of(form, beside)}
        return Done(
            said(N_("Placed %(field)s beside %(other)s"), **named),
            said(
                N_("%(field)s is now beside %(other)s, in %(columns)s columns"),
                columns=len(sections[place.section]["rows"][place.row]),
                **named,
            ),
            select=f"field/{key}",
        )


plugin = PlaceField()
