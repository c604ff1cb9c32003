"""What commands on sections and tabs share."""

from typing import Any

from flask_babel import gettext as _

from builder.commands import _layout
from builder.commands._base import refuse
from builder.commands._fields import Form, known_text, own_title
from builder.commands._layout import Sections
from builder.commands._workspace import Workspace
from runtime.fields import N_
from runtime.text import Title

Section = dict[str, Any]
Tab = dict[str, Any]
SECTION = N_("Section %(number)s")
TAB = N_("Tab %(number)s")
MAX_SECTIONS, MAX_TABS = 100, 20


def called(part: Section | Tab, number: int, work: Workspace) -> Title:
    """What a section is called in sentences: its title, else its number."""
    title: Title = part.get("section") or part.get("title") or known_text(SECTION, work, number=number)
    return title


def new_section(sections: Sections, title: Title | None, tab: str = "") -> Section:
    """A section without fields, not in the layout yet; refused when there are too many."""
    if len(sections) >= MAX_SECTIONS:
        refuse("title", "limit", _("A form may have at most %(limit)s sections.", limit=MAX_SECTIONS))
    key = _layout.next_key("section", (section["key"] for section in sections))
    return {"key": key, **({"section": title} if title else {}), **({"tab": tab} if tab else {}), "rows": []}


def tabs_of(form: Form) -> list[Tab]:
    """The tabs of a form, as the document lists them."""
    tabs: list[Tab] = form.get("fw", {}).get("tabs", [])
    return tabs


def tab_at(form: Form, key: str, argument: str = "tab") -> int:
    """The index of a tab; refused when there is none."""
    keys = [tab["key"] for tab in tabs_of(form)]
    if key not in keys:
        refuse(argument, "unknown", _("There is no such tab."))
    return keys.index(key)


def last_of_tab(form: Form, tab: str) -> Section:
    """The last section of a tab; where it has none a new one, without a title."""
    key = tabs_of(form)[tab_at(form, tab)]["key"]
    sections: Sections = form["fw"]["layout"]
    own = [section for section in sections if section["tab"] == key]
    if own:
        return own[-1]
    made = new_section(sections, None, key)
    before = [each["key"] for each in tabs_of(form)[: tab_at(form, tab)]]
    sections.insert(sum(section["tab"] in before for section in sections), made)
    return made


def new_tab(form: Form, title: Title, work: Workspace, locale: str) -> Tab:
    """A tab, not in the form yet, named by its number unless it has a title."""
    tabs = tabs_of(form)
    if len(tabs) >= MAX_TABS:
        refuse("title", "limit", _("A form may have at most %(limit)s tabs.", limit=MAX_TABS))
    key = _layout.next_key("tab", (tab["key"] for tab in tabs))
    named = own_title(title, work, locale) or known_text(TAB, work, number=len(tabs) + 1)
    return {"key": key, "title": named}


def move_in(items: list[Any], at: int, by: int) -> None:
    """Move one thing of a list; at the edge it stays."""
    if 0 <= at + by < len(items):
        items.insert(at + by, items.pop(at))
