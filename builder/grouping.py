"""Which fields are saved as a group when somebody asks for it, and what it may be called."""

from collections.abc import Mapping
from dataclasses import dataclass

from builder.canvas import Canvas
from builder.commands._fields import own_title
from builder.studio import Studio


@dataclass(frozen=True)
class Grouped:
    """The keys of fields, what they are called, and a title in some languages to begin with."""

    keys: list[str]
    titles: list[str]
    title: Mapping[str, str]


def grouped(studio: Studio, drawn: Canvas) -> Grouped | None:
    """The fields that `fields` of the address names, else the selected field, or those of the selected section."""
    if studio.asked.get("ask") != "group":
        return None
    kind, _sep, key = studio.selected.partition("/")
    section = next((each for each in drawn.sections if (kind, key) == ("section", each.key)), None)
    chosen = studio.asked.get("fields", "").split(",") if studio.asked.get("fields") else [key]
    cells = [cell for each in drawn.sections for row in each.rows for cell in row]
    if section is not None and not studio.asked.get("fields"):
        cells = [cell for row in section.rows for cell in row]
        chosen = [cell.key for cell in cells]
    cells = [cell for cell in cells if cell.key in chosen]
    title = _title(studio, key) if section is not None else {}
    return Grouped([cell.key for cell in cells], [cell.title for cell in cells], title) if cells else None


def _title(studio: Studio, key: str) -> Mapping[str, str]:
    """The title of a section by language."""
    layout = studio.document.get("fw", {}).get("layout", ())
    titles = (each.get("section", "") for each in layout if each.get("key") == key)
    return own_title(next(titles, ""), studio.work)
