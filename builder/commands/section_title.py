"""Names a section in one language."""

from collections.abc import Sequence

from builder.commands import _layout, _sections
from builder.commands._base import Arguments, Done, closed, said
from builder.commands._fields import KEY, LOCALE, TEXT, retitled
from builder.commands._workspace import Target, Workspace
from runtime.fields import N_


class TitleSection:
    """Sets the title of a section in one language; an empty text removes that language."""

    name = "section.title"
    kinds = ("form",)
    merges = True
    arguments = closed("section", "locale", "text", section=KEY, locale=LOCALE, text=TEXT)

    def touches(self, arguments: Arguments) -> Sequence[str]:
        return (f"section/{arguments['section']}/title/{arguments['locale']}",)

    def apply(self, work: Workspace, target: Target, arguments: Arguments) -> Done:
        sections = _layout.arrange(work.open(target))
        at = _layout.section_at(sections, arguments["section"])
        section = sections[at]
        title = retitled(section.get("section"), work, arguments["locale"], arguments["text"])
        section.pop("section", None) if title is None else section.update(section=title)
        words = said(
            N_("The section is now called %(section)s"), section=_sections.called(section, at + 1, work)
        )
        return Done(words, select=f"section/{section['key']}")


plugin = TitleSection()
