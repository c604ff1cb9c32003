"""Names a tab in one language."""

from collections.abc import Sequence

from flask_babel import gettext as _

from builder.commands import _sections
from builder.commands._base import Arguments, Done, closed, refuse, said
from builder.commands._fields import KEY, LOCALE, TEXT, retitled
from builder.commands._workspace import Target, Workspace
from runtime.fields import N_


class TitleTab:
    """Sets the title of a tab in one language; an empty text removes that language, but not the last one."""

    name = "tab.title"
    kinds = ("form",)
    merges = True
    arguments = closed("tab", "locale", "text", tab=KEY, locale=LOCALE, text=TEXT)

    def touches(self, arguments: Arguments) -> Sequence[str]:
        return (f"tab/{arguments['tab']}/title/{arguments['locale']}",)

    def apply(self, work: Workspace, target: Target, arguments: Arguments) -> Done:
        form = work.open(target)
        at = _sections.tab_at(form, arguments["tab"])
        tab = _sections.tabs_of(form)[at]
        title = retitled(tab["title"], work, arguments["locale"], arguments["text"])
        if title is None:
            refuse("text", "required", _("A tab needs a title."))
        tab["title"] = title
        return Done(said(N_("The tab is now called %(tab)s"), tab=title), select=f"tab/{tab['key']}")


plugin = TitleTab()
