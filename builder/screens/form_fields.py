"""The canvas of a form: its fields in their layout, and the properties of what is selected."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from flask_babel import lazy_gettext as _l

from builder.canvas import Canvas, Cell, canvas
from builder.commands import Target
from builder.grouping import grouped
from builder.kept import Sending
from builder.keymap import keymap
from builder.palette import Item, palette
from builder.studio import Studio
from runtime.text import search_key

Places = Mapping[str, Mapping[str, str]]
# The canvas comes first: the others begin with what it offers them.
SUBJECTS = (
    "canvas",
    "titles",
    "adding",
    "asking",
    "several",
    "clipboard",
    "lift",
    "drag",
    "lists",
    "panes",
    "suggest",
    "formula",
)


class FormFields:
    """Tab “Form”."""

    name = "form.fields"
    kind = "form"
    tab = "fields"
    title = _l("Form")
    order = 10
    template = "builder/form/fields.html"
    script = tuple(f"designer-{subject}.js" for subject in SUBJECTS)
    panes = True
    """The template brings its own `main`, with panes beside it."""

    def count(self, studio: Studio) -> int | None:
        """How many fields there are."""
        return len(studio.document["properties"])

    def context(self, studio: Studio) -> Mapping[str, Any]:
        """The canvas, the palette, and what is selected."""
        drawn = canvas(studio)
        kind, _sep, key = studio.selected.partition("/")
        cell = drawn.cell(key) if kind == "field" else None
        return {
            "canvas": drawn,
            "palette": palette(studio),
            "cell": cell,
            "sent": Sending(studio),
            "chosen": (kind, key),
            "adding": partial(_adding, _places(drawn, kind, key), _beside_column(studio, kind, key)),
            "follows": cell is not None and _follows(studio, cell),
            "grouped": grouped(studio, drawn),
            "search_key": search_key,
            "keymap": keymap() if studio.asked.get("ask") == "keys" else [],
        }


def _adding(places: Places, beside: Mapping[str, Any], item: Item) -> dict[str, Any]:
    """The command of an item of the palette."""
    if beside and item.column:
        return {"name": "column.add", "args": {**item.arguments, **beside}}
    return {"name": item.name, "args": {**item.arguments, **places[item.name]}}


def _beside_column(studio: Studio, kind: str, key: str) -> dict[str, Any]:
    """Behind which column of a sub-table something new goes, when one is selected."""
    table, _dot, column = key.partition(".")
    own = studio.document["properties"].get(table, {}).get("items", {}).get("properties", ())
    if kind != "field" or column not in own:
        return {}
    return {"field": table, "at": list(own).index(column) + 1}


def _places(drawn: Canvas, kind: str, key: str) -> Places:
    """Where something new goes, by command: behind what is selected, or to the end of it; else to the end."""
    nothing: dict[str, str] = {}
    field = key.partition(".")[0]  # of a column its sub-table
    places = dict.fromkeys(("field.add", "group.add", "section.add", "tab.add"), nothing)
    for tab in drawn.tabs:
        for section in tab.sections:
            keys = [cell.key for row in section.rows for cell in row]
            if kind == "field" and field in keys:
                after = {"after": field}
                return {
                    **places,
                    "field.add": after,
                    "group.add": after,
                    "section.add": {"after": section.key},
                }
            if (kind, key) == ("section", section.key):
                return {**places, **_in_section(key), "section.add": {"after": key}}
        if tab.key and (kind, key) == ("tab", tab.key):
            inside = {"tab": key}
            return {
                "field.add": inside,
                "group.add": inside,
                "section.add": inside,
                "tab.add": {"after": key},
            }
    return places


def _in_section(key: str) -> dict[str, dict[str, str]]:
    inside = {"section": key}
    return {"field.add": inside, "group.add": inside}


def _follows(studio: Studio, cell: Cell) -> bool:
    """Whether the key of a field still follows its title: nobody chose it, and no version has it."""
    kept = studio.work.in_force.get(Target("form", studio.target.key), {})
    if cell.key in kept.get("properties", {}):
        return False
    own = studio.document["properties"][cell.key]["fw"]
    title = own.get("title", "")
    texts = [title] if isinstance(title, str) else [*title.values()]
    stem = cell.key.rstrip("0123456789").rstrip("_")
    return stem == own.get("type") or any(stem in _slugs(text) for text in texts)


def _slugs(text: str) -> set[str]:
    """How a key made of this title may begin."""
    words = search_key(text).lower()
    return {
        "".join(c if c.isascii() and c.isalnum() else "_" for c in part).strip("_")
        for part in (text.lower(), *words.split(" "))
    }


plugin = FormFields()
