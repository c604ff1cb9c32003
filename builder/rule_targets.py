"""What rules of a form act on: its fields, and its sections and tabs by the names that rules give these."""

from dataclasses import dataclass

from flask_babel import gettext as _

from builder.checks.references import WRITING
from builder.commands._fields import place_of
from builder.studio import Studio
from runtime.definitions import layout
from runtime.fields import Field
from runtime.text import Title


@dataclass(frozen=True)
class Named:
    """A field or column by key and title; a section or tab by its name in rules."""

    key: str
    title: str


def fields(studio: Studio) -> list[Named]:
    """The fields of the form."""
    return [Named(key, title(studio, key)) for key in studio.document["properties"]]


def parts(studio: Studio) -> list[Named]:
    """The sections and tabs of the form, as a sentence names them."""
    sections, tabs = _parts(studio)
    return [
        *(Named(f"section/{key}", _section(named)) for key, named in sections.items()),
        *(Named(f"tab/{key}", _tab(named)) for key, named in tabs.items()),
    ]


def tables(studio: Studio) -> list[Named]:
    """The sub-tables of the form that have columns, whose rows can have rules."""
    known = studio.context.fields(studio.target.key)
    return [each for each in fields(studio) if known[each.key].columns]


def columns(studio: Studio, table: str) -> list[Named]:
    """The columns of a sub-table, by the keys that commands know: `lines.price`."""
    known = studio.context.fields(studio.target.key)
    listed = known[table].columns.items() if table in known else ()
    return [Named(f"{table}.{key}", studio.text(column.title) or key) for key, column in listed]


def targets(studio: Studio, effect: str, table: str = "") -> list[Named]:
    """All that an effect can act on: in the form, or in the rows of one of its sub-tables."""
    found = columns(studio, table) if table else fields(studio)
    if effect in WRITING:
        return [each for each in found if _field(studio, each.key).type.writable]
    return [*found, *(parts(studio) if effect in layout.ON_PARTS and not table else ())]


def _field(studio: Studio, name: str) -> Field:
    table, dot, column = name.partition(".")
    known = studio.context.fields(studio.target.key)
    return known[table].columns[column] if dot else known[name]


def inner_fields(studio: Studio, name: str) -> frozenset[str]:
    """The fields of a section or tab; of a field, itself."""
    parts = layout.parts_of(studio.document.get("fw", {}), studio.document["properties"])
    return parts.get(name, frozenset((name,)))


def title(studio: Studio, name: str) -> str:
    """What a field, column, section or tab is called in a sentence; its key where it is gone."""
    kind, slash, key = name.partition("/")
    if not slash:
        holder, own = place_of(studio.document, name)
        found = holder["properties"].get(own)
        return (studio.text(found["fw"].get("title")) or own) if found else own
    sections, tabs = _parts(studio)
    if kind == "section":
        return _section(sections.get(key, key))
    return _tab(tabs.get(key, key))


def _parts(studio: Studio) -> tuple[dict[str, str], dict[str, str]]:
    """The titles of sections and tabs by key; a section without one is called by its place."""
    own = studio.document.get("fw", {})
    listed = layout.parse_layout(own, studio.document["properties"])
    sections = {each.key: _called(studio, each.title, at) for at, each in enumerate(listed, start=1)}
    return sections, {tab.key: studio.text(tab.title) or tab.key for tab in layout.parse_tabs(own)}


def _called(studio: Studio, named: Title, place: int) -> str:
    return studio.text(named) or str(place)


def _section(named: str) -> str:
    return str(_("the section “%(section)s”", section=named))


def _tab(named: str) -> str:
    return str(_("the tab “%(tab)s”", tab=named))
