"""Gives a field a section of its own."""

from collections.abc import Sequence

from builder.commands import _layout, _sections
from builder.commands._base import Arguments, Done, closed, said
from builder.commands._fields import KEY, known_text, own_field, title_of
from builder.commands._workspace import Target, Workspace
from runtime.fields import N_


class WrapSection:
    """Makes a new section of the row in which a field stands. It follows the section that the row was in, or
    stands before it when the row was its first.
    """

    name = "section.wrap"
    kinds = ("form",)
    merges = False
    arguments = closed("field", field=KEY)

    def touches(self, arguments: Arguments) -> Sequence[str]:
        return (f"field/{arguments['field']}/place",)

    def apply(self, work: Workspace, target: Target, arguments: Arguments) -> Done:
        form, key = work.open(target), arguments["field"]
        own_field(form, key)
        sections = _layout.arrange(form)
        place = _layout.find(sections, key)
        outer = sections[place.section]
        title = known_text(_sections.SECTION, work, number=len(sections) + 1)
        section = _sections.new_section(work, target, title, outer.get("tab", ""))
        section["rows"] = [outer["rows"].pop(place.row)]
        first = place.row == 0 and bool(outer["rows"])
        sections.insert(place.section + (not first), section)
        words = said(
            N_("%(field)s is now in the section %(section)s"), field=title_of(form, key), section=title
        )
        return Done(words, select=f"section/{section['key']}")


plugin = WrapSection()
