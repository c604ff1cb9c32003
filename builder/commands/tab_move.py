"""Moves a tab."""

from collections.abc import Sequence

from builder.commands import _layout, _sections
from builder.commands._base import Arguments, Done, closed, said
from builder.commands._fields import KEY, STEP
from builder.commands._workspace import Target, Workspace
from runtime.fields import N_


class MoveTab:
    """Moves a tab with its sections one place `by` to the front (-1) or to the end (1)."""

    name = "tab.move"
    kinds = ("form",)
    merges = False
    arguments = closed("tab", "by", tab=KEY, by=STEP)

    def touches(self, arguments: Arguments) -> Sequence[str]:
        return (f"tab/{arguments['tab']}/place",)

    def apply(self, work: Workspace, target: Target, arguments: Arguments) -> Done:
        form = work.open(target)
        at = _sections.tab_at(form, arguments["tab"])
        tabs = _sections.tabs_of(form)
        tab = tabs[at]
        _sections.move_in(tabs, at, int(arguments["by"]))
        _layout.arrange(form)
        words = said(
            N_("The tab %(tab)s moved to position %(position)s of %(count)s"),
            tab=tab["title"],
            position=tabs.index(tab) + 1,
            count=len(tabs),
        )
        return Done(words, select=f"tab/{tab['key']}")


plugin = MoveTab()
