"""What commands on sections and tabs share."""

from typing import Any

from flask_babel import gettext as _

from builder.commands._base import refuse
from builder.commands._fields import Form, known_text, own_title
from builder.commands._layout import Sections
from builder.commands._workspace import Target, Workspace
from runtime.definitions.layout import ON_PARTS, next_key, parse_layout, parse_tabs, parts
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


def new_section(work: Workspace, target: Target, title: Title | None, tab: str = "") -> Section:
    """A section without fields, not in the layout yet; refused when there are too many."""
    sections: Sections = work.open(target)["fw"]["layout"]
    if len(sections) >= MAX_SECTIONS:
        refuse("title", "limit", _("A form may have at most %(limit)s sections.", limit=MAX_SECTIONS))
    key = next_key("section", _taken(work, target, "section"))
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


def _taken(work: Workspace, target: Target, kind: str) -> set[str]:
    """The keys that no new section or tab may have: those of this form and of its version in force, and those that
    rules name, which would act on it unasked.
    """
    own = work.open(target)["fw"]
    named = {
        name for rule in own.get("rules", ()) for effect in ON_PARTS for name in rule["then"].get(effect, ())
    }
    for form in (own, work.in_force.get(target, {}).get("fw", {})):
        named |= parts(parse_layout(form, ()), parse_tabs(form)).keys()
    return {key for of, _slash, key in (name.partition("/") for name in named) if of == kind}


def last_of_tab(work: Workspace, target: Target, tab: str) -> Section:
    """The last section of a tab; where it has none a new one, without a title."""
    form = work.open(target)
    key = tabs_of(form)[tab_at(form, tab)]["key"]
    sections: Sections = form["fw"]["layout"]
    own = [section for section in sections if section["tab"] == key]
    if own:
        return own[-1]
    made = new_section(work, target, None, key)
    before = [each["key"] for each in tabs_of(form)[: tab_at(form, tab)]]
    sections.insert(sum(section["tab"] in before for section in sections), made)
    return made


def new_tab(work: Workspace, target: Target, title: Title, locale: str) -> Tab:
    """A tab, not in the form yet, named by its number unless it has a title."""
    tabs = tabs_of(work.open(target))
    if len(tabs) >= MAX_TABS:
        refuse("title", "limit", _("A form may have at most %(limit)s tabs.", limit=MAX_TABS))
    key = next_key("tab", _taken(work, target, "tab"))
    named = own_title(title, work, locale) or known_text(TAB, work, number=len(tabs) + 1)
    return {"key": key, "title": named}


def move_in(items: list[Any], at: int, by: int) -> None:
    """Move one thing of a list; at the edge it stays."""
    if 0 <= at + by < len(items):
        items.insert(at + by, items.pop(at))
