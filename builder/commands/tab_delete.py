"""Deletes a tab."""

from collections.abc import Sequence

from builder.commands import _layout, _sections
from builder.commands._base import Arguments, Done, closed, said
from builder.commands._fields import KEY, Form
from builder.commands._workspace import Target, Workspace
from runtime.fields import N_


class DeleteTab:
    """Takes a tab away; its sections go to the tab before, those of the first to the next. Without its last
    tab a form has none.
    """

    name = "tab.delete"
    kinds = ("form",)
    merges = False
    arguments = closed("tab", tab=KEY)

    def touches(self, arguments: Arguments) -> Sequence[str]:
        return (f"tab/{arguments['tab']}",)

    def apply(self, work: Workspace, target: Target, arguments: Arguments) -> Done:
        form = work.open(target)
        _layout.arrange(form)
        at = _sections.tab_at(form, arguments["tab"])
        tabs = _sections.tabs_of(form)
        gone = tabs.pop(at)
        heir = tabs[max(at - 1, 0)]["key"] if tabs else ""
        _hand_over(form, gone["key"], heir)
        if not tabs:
            form["fw"].pop("tabs")
        _layout.arrange(form)
        return Done(
            said(N_("Deleted the tab %(tab)s"), tab=gone["title"]), select=f"tab/{heir}" if heir else ""
        )


def _hand_over(form: Form, gone: str, heir: str) -> None:
    """Give the sections to another tab; one that is empty and has no title was only there for its tab."""
    sections = form["fw"]["layout"]
    for section in [each for each in sections if each["tab"] == gone]:
        section["tab"] = heir
        if not section["rows"] and "section" not in section and len(sections) > 1:
            sections.remove(section)


plugin = DeleteTab()
