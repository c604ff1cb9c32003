"""Moves a section."""

from collections.abc import Sequence

from flask_babel import gettext as _

from builder.commands import _layout, _sections
from builder.commands._base import Arguments, Done, closed, refuse, said
from builder.commands._fields import KEY, STEP, Form
from builder.commands._workspace import Target, Workspace
from runtime.fields import N_


class MoveSection:
    """Moves a section one place `by` up (-1) or down (1), behind the section `after`, or to the end of `tab`.
    One place at the edge of a tab is into the tab beside it.
    """

    name = "section.move"
    kinds = ("form",)
    merges = False
    arguments = closed("section", section=KEY, by=STEP, after=KEY, tab=KEY)

    def touches(self, arguments: Arguments) -> Sequence[str]:
        return (f"section/{arguments['section']}/place",)

    def apply(self, work: Workspace, target: Target, arguments: Arguments) -> Done:
        form = work.open(target)
        sections = _layout.arrange(form)
        section = sections[_layout.section_at(sections, arguments["section"])]
        _move(form, section, arguments)
        sections = _layout.arrange(form)
        at = sections.index(section)
        words = said(
            N_("The section %(section)s moved to position %(position)s of %(count)s"),
            section=_sections.called(section, at + 1, work),
            position=at + 1,
            count=len(sections),
        )
        return Done(words, select=f"section/{section['key']}")


def _move(form: Form, section: _sections.Section, arguments: Arguments) -> None:
    sections = form["fw"]["layout"]
    if arguments.get("tab"):
        section["tab"] = _sections.tabs_of(form)[_sections.tab_at(form, arguments["tab"])]["key"]
        sections.append(sections.pop(sections.index(section)))
    elif arguments.get("after"):
        other = sections[_layout.section_at(sections, arguments["after"], "after")]
        if other is not section:
            sections.remove(section)
            sections.insert(sections.index(other) + 1, section)
            _join_tab(section, other.get("tab"))
    elif "by" in arguments:
        _step(form, section, int(arguments["by"]))
    else:
        refuse("section", "place", _("Say where the section should go."))


def _step(form: Form, section: _sections.Section, by: int) -> None:
    sections, tabs = form["fw"]["layout"], [tab["key"] for tab in _sections.tabs_of(form)]
    at = sections.index(section)
    neighbour = sections[at + by] if 0 <= at + by < len(sections) else None
    if neighbour is not None and neighbour.get("tab") == section.get("tab"):
        _sections.move_in(sections, at, by)
    elif tabs and 0 <= tabs.index(section["tab"]) + by < len(tabs):
        # The end of the tab before is right before this section, the beginning of the next right behind it.
        _join_tab(section, tabs[tabs.index(section["tab"]) + by])


def _join_tab(section: _sections.Section, tab: str | None) -> None:
    section.pop("tab", None) if tab is None else section.update(tab=tab)


plugin = MoveSection()
