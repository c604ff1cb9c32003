"""Adds a tab."""

from collections.abc import Sequence

from builder.commands import _layout, _sections
from builder.commands._base import Arguments, Done, closed, said
from builder.commands._fields import KEY, LOCALE, TITLE, Form
from builder.commands._workspace import Target, Workspace
from runtime.fields import N_


class AddTab:
    """Adds a tab with an empty section behind the tab `after`, before another, or at the end. In a form that
    had no tabs all that is there goes into a first one.
    """

    name = "tab.add"
    kinds = ("form",)
    merges = False
    arguments = closed(title=TITLE, locale=LOCALE, after=KEY, before=KEY)

    def touches(self, arguments: Arguments) -> Sequence[str]:
        return ()

    def apply(self, work: Workspace, target: Target, arguments: Arguments) -> Done:
        form = work.open(target)
        sections = _layout.arrange(form)
        tabs = form["fw"].setdefault("tabs", [])
        if not tabs:
            tabs.append(_sections.new_tab(work, target, "", ""))
        at = _place(form, arguments)
        tab = _sections.new_tab(work, target, arguments.get("title", ""), arguments.get("locale", ""))
        tabs.insert(at, tab)
        sections.append(_sections.new_section(work, target, None, tab["key"]))
        _layout.arrange(form)
        words = said(
            N_("Added the tab %(tab)s, %(position)s of %(count)s"),
            tab=tab["title"],
            position=at + 1,
            count=len(tabs),
        )
        return Done(words, select=f"tab/{tab['key']}")


def _place(form: Form, arguments: Arguments) -> int:
    if arguments.get("after"):
        return _sections.tab_at(form, arguments["after"], "after") + 1
    if arguments.get("before"):
        return _sections.tab_at(form, arguments["before"], "before")
    return len(form["fw"]["tabs"])


plugin = AddTab()
