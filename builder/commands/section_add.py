"""Adds a section."""

from collections.abc import Sequence

from builder.commands import _layout, _sections
from builder.commands._base import Arguments, Done, closed, said
from builder.commands._fields import KEY, LOCALE, TITLE, known_text, own_title
from builder.commands._layout import Sections
from builder.commands._workspace import Target, Workspace
from runtime.fields import N_


class AddSection:
    """Adds an empty section behind the section `after` or before another, else at the end of `tab`, else of
    the form. A plain text as `title` is in `locale`; without a title its number names it.
    """

    name = "section.add"
    kinds = ("form",)
    merges = False
    arguments = closed(title=TITLE, locale=LOCALE, after=KEY, before=KEY, tab=KEY)

    def touches(self, arguments: Arguments) -> Sequence[str]:
        return ()

    def apply(self, work: Workspace, target: Target, arguments: Arguments) -> Done:
        form = work.open(target)
        sections = _layout.arrange(form)
        at = _place(sections, arguments)
        if arguments.get("tab"):
            _sections.tab_at(form, arguments["tab"])
        own = own_title(arguments.get("title", ""), work, arguments.get("locale", ""))
        title = own or known_text(_sections.SECTION, work, number=len(sections) + 1)
        beside = sections[at] if arguments.get("before") else sections[at - 1]
        tab = arguments.get("tab") or beside.get("tab", "")
        section = _sections.new_section(work, target, title, tab)
        sections.insert(at, section)
        _layout.arrange(form)
        words = said(
            N_("Added the section %(section)s, %(position)s of %(count)s"),
            section=title,
            position=sections.index(section) + 1,
            count=len(sections),
        )
        return Done(words, select=f"section/{section['key']}")


def _place(sections: Sections, arguments: Arguments) -> int:
    if arguments.get("after"):
        return _layout.section_at(sections, arguments["after"], "after") + 1
    if arguments.get("before"):
        return _layout.section_at(sections, arguments["before"], "before")
    return len(sections)


plugin = AddSection()
