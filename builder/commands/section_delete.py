"""Deletes a section."""

from collections.abc import Sequence

from flask_babel import gettext as _

from builder.commands import _layout, _sections
from builder.commands._base import Arguments, Done, closed, refuse, said
from builder.commands._fields import KEY
from builder.commands._workspace import Target, Workspace
from runtime.fields import N_


class DeleteSection:
    """Takes a section away; its fields go to the section before, those of the first to the next. The last
    section stays.
    """

    name = "section.delete"
    kinds = ("form",)
    merges = False
    arguments = closed("section", section=KEY)

    def touches(self, arguments: Arguments) -> Sequence[str]:
        return (f"section/{arguments['section']}",)

    def apply(self, work: Workspace, target: Target, arguments: Arguments) -> Done:
        sections = _layout.arrange(work.open(target))
        at = _layout.section_at(sections, arguments["section"])
        if len(sections) == 1:
            refuse("section", "last", _("A form needs at least one section."))
        section = sections.pop(at)
        heir = sections[max(at - 1, 0)]
        heir["rows"] = heir["rows"] + section["rows"] if at else section["rows"] + heir["rows"]
        words = said(N_("Deleted the section %(section)s"), section=_sections.called(section, at + 1, work))
        return Done(words, select=f"section/{heir['key']}")


plugin = DeleteSection()
