"""Moves a field elsewhere in the form."""

from collections.abc import Sequence

from flask_babel import gettext as _

from builder.commands import _layout, _sections
from builder.commands._base import Arguments, Done, closed, refuse, said
from builder.commands._fields import KEY, NUMBER, STEP, own_field, title_of
from builder.commands._layout import Sections
from builder.commands._workspace import Target, Workspace
from runtime.fields import N_


class MoveField:
    """Moves a field to the row `row` of `section` (into its cell `cell`, else on a row of its own), on a row
    after the field `after`, at the end of `tab` (in a new section if it has none), or one place `by` up (-1) or down
    (1). Places count without the field itself.

    One place is: past the next row for a field with a row of its own, at the end of a section into the next
    section; past its neighbour for a field in a shared row, at the end of the row onto a row of its own.
    """

    name = "field.move"
    kinds = ("form",)
    merges = False
    arguments = closed("field", field=KEY, section=KEY, row=NUMBER, cell=NUMBER, after=KEY, tab=KEY, by=STEP)

    def touches(self, arguments: Arguments) -> Sequence[str]:
        return (f"field/{arguments['field']}/place",)

    def apply(self, work: Workspace, target: Target, arguments: Arguments) -> Done:
        form, key = work.open(target), arguments["field"]
        own_field(form, key)
        if "after" in arguments:
            own_field(form, arguments["after"], "after")
        if "tab" in arguments:
            _move_to_tab(work, target, key, arguments["tab"])
        else:
            _move(_layout.arrange(form), key, arguments)
        return Done(
            said(N_("Moved %(field)s"), field=title_of(form, key)),
            said(
                N_("%(field)s moved to position %(position)s of %(count)s"),
                field=title_of(form, key),
                **_layout.position(form, key),
            ),
            select=f"field/{key}",
        )


def _move_to_tab(work: Workspace, target: Target, key: str, tab: str) -> None:
    sections = _layout.arrange(work.open(target))
    section = _sections.last_of_tab(work, target, tab)
    section["rows"].append([_layout.take_out(sections, key)])


def _move(sections: Sections, key: str, arguments: Arguments) -> None:
    if "section" in arguments:
        _layout.section_at(sections, arguments["section"])
        _layout.put_at(sections, _layout.take_out(sections, key), arguments)
    elif "after" in arguments:
        if arguments["after"] != key:
            _layout.put_after(sections, _layout.take_out(sections, key), arguments["after"])
    elif "by" in arguments:
        _layout.step(sections, key, int(arguments["by"]))
    else:
        refuse("field", "place", _("Say where the field should go."))


plugin = MoveField()
