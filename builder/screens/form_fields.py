"""The canvas of a form: its fields in their layout, and the properties of what is selected."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

from builder.canvas import Canvas, Cell, canvas
from builder.commands import Target
from builder.keymap import keymap
from builder.palette import palette
from builder.studio import Studio
from runtime.text import search_key


class FormFields:
    """Tab “Form”."""

    name = "form.fields"
    kind = "form"
    tab = "fields"
    title = _l("Form")
    order = 10
    template = "builder/form/fields.html"
    script = ("designer-canvas.js", "designer-drag.js")
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
            "chosen": (kind, key),
            "place": _place(drawn, kind, key),
            "follows": cell is not None and _follows(studio, cell),
            "search_key": search_key,
            "keymap": keymap() if studio.asked.get("ask") == "keys" else [],
        }


def _place(drawn: Canvas, kind: str, key: str) -> dict[str, str]:
    """Where something new goes: after the selected field, to the end of the selected section, or to the end."""
    if kind == "field" and drawn.cell(key):
        return {"after": key}
    if kind == "section" and any(section.key == key for section in drawn.sections):
        return {"section": key}
    return {}


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
