"""The layout of a form document, changed in place: where a field stands, taking it out, putting it in.

A layout command begins with `arrange`, which writes down what a form leaves unsaid: keys of sections, places
of all fields, sections in the order of their tabs. Positions count without the field that moves.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from flask_babel import gettext as _

from builder.commands._base import refuse
from runtime.definitions.layout import COLUMNS, MAX_CELLS, SPANS, even, section_keys, spans

Form = dict[str, Any]
Sections = list[dict[str, Any]]


class Place(NamedTuple):
    """Where a field stands: indexes of its section, row and cell."""

    section: int
    row: int
    cell: int


def arrange(form: Form) -> Sections:
    """The sections of a form, every field of it in exactly one cell."""
    own = form.setdefault("fw", {})
    sections: Sections = own.setdefault("layout", [])
    if not sections:
        sections.append({"rows": []})
    for section, key in zip(sections, section_keys(sections), strict=True):
        _settle_key(section, key)
    _settle_tabs(sections, [tab["key"] for tab in own.get("tabs", ())])
    _settle_fields(sections, form["properties"])
    return sections


def _settle_key(section: dict[str, Any], key: str) -> None:
    if "key" in section:
        return
    content = dict(section)
    section.clear()
    section.update({"key": key, **content})


def _settle_tabs(sections: Sections, tabs: list[str]) -> None:
    for section in sections:
        if not tabs:
            section.pop("tab", None)
        elif section.get("tab") not in tabs:
            section["tab"] = tabs[0]
    sections.sort(key=lambda section: tabs.index(section["tab"]) if tabs else 0)


def _settle_fields(sections: Sections, known: Iterable[str]) -> None:
    waiting = dict.fromkeys(known, True)
    for section in sections:
        rows = [
            [cell for cell in row if waiting.pop(field_of(cell), False)] for row in section.get("rows", ())
        ]
        section["rows"] = [row for row in rows if row]
    sections[-1]["rows"] += [[key] for key in waiting]


def field_of(cell: Any) -> str:
    """The field of a cell."""
    return str(cell["field"] if isinstance(cell, dict) else cell)


def span_of(cell: Any) -> int | None:
    """The width that a cell was given."""
    return cell.get("span") if isinstance(cell, dict) else None


def order(sections: Sections) -> list[str]:
    """The fields as they are read."""
    return [field_of(cell) for section in sections for row in section["rows"] for cell in row]


def find(sections: Sections, key: str) -> Place:
    """Where a field stands; an arranged layout has a place for each."""
    return next(
        Place(number, index, at)
        for number, section in enumerate(sections)
        for index, row in enumerate(section["rows"])
        for at, cell in enumerate(row)
        if field_of(cell) == key
    )


def position(form: Form, key: str) -> dict[str, int]:
    """Where a field stands among all, for a sentence: `position` of `count`."""
    keys = order(arrange(form))
    return {"position": keys.index(key) + 1, "count": len(keys)}


def section_at(sections: Sections, key: str, argument: str = "section") -> int:
    """The index of a section; refused when there is none."""
    keys = [section["key"] for section in sections]
    if key not in keys:
        refuse(argument, "unknown", _("There is no such section."))
    return keys.index(key)


def take_out(sections: Sections, key: str) -> Any:
    """Take a field out of its row; its cell, which keeps a width that it had alone in a row."""
    place = find(sections, key)
    rows = sections[place.section]["rows"]
    if len(rows[place.row]) == 1:
        return rows.pop(place.row)[0]
    rows[place.row].pop(place.cell)
    share(rows[place.row])
    return key


def put_row(section: dict[str, Any], row: int, *cells: Any) -> None:
    """Give cells a row of their own; beyond the last row is at the end."""
    section["rows"].insert(row, list(cells))


def put_cell(section: dict[str, Any], row: int, cell: int, key: str) -> None:
    """Put a field into a row, which is then shared evenly; refused when the row is full."""
    cells = section["rows"][row]
    if len(cells) >= MAX_CELLS:
        refuse("cell", "full", _("This row is full: %(most)s fields stand in it.", most=MAX_CELLS))
    cells.insert(cell, key)
    share(cells)


def share(row: list[Any]) -> None:
    """Let the fields of a row share it evenly."""
    row[:] = [field_of(cell) for cell in row]


def put_after(sections: Sections, cell: Any, after: str) -> None:
    """Give a cell a row of its own behind the row of another field."""
    place = find(sections, after)
    put_row(sections[place.section], place.row + 1, cell)


def put_beside(sections: Sections, key: str, beside: str, side: str = "right") -> None:
    """Put a field into the row of another, on one side of it."""
    place = find(sections, beside)
    put_cell(sections[place.section], place.row, place.cell + (side == "right"), key)


def put_at(sections: Sections, cell: Any, arguments: Mapping[str, Any]) -> None:
    """Put a cell where `section`, `row` and `cell` say: into a row when there is a `cell`, else on a row of
    its own; at the end of the section without a `row`.
    """
    section = sections[section_at(sections, arguments["section"])]
    row = int(arguments.get("row", len(section["rows"])))
    if "cell" not in arguments:
        put_row(section, row, cell)
    elif row < len(section["rows"]):
        put_cell(section, row, int(arguments["cell"]), field_of(cell))
    else:
        refuse("row", "unknown", _("There is no such row."))


def step(sections: Sections, key: str, by: int) -> bool:
    """Move a field one place up or down, as `field.move` says; False at the edge of the form."""
    place = find(sections, key)
    row = sections[place.section]["rows"][place.row]
    if len(row) == 1:
        return _step_row(sections, place, by)
    if 0 <= place.cell + by < len(row):
        row.insert(place.cell + by, row.pop(place.cell))
    else:
        take_out(sections, key)
        put_row(sections[place.section], place.row + (by > 0), key)
    return True


def _step_row(sections: Sections, place: Place, by: int) -> bool:
    """Move a row past the next one, or into the section before or behind."""
    rows = sections[place.section]["rows"]
    if 0 <= place.row + by < len(rows):
        rows.insert(place.row + by, rows.pop(place.row))
    elif 0 <= place.section + by < len(sections):
        other = sections[place.section + by]["rows"]
        other.insert(0 if by > 0 else len(other), rows.pop(place.row))
    else:
        return False
    return True


def widen(sections: Sections, key: str, span: int) -> int:
    """Give a field a width, the others in its row what is left; the width that it has then."""
    place = find(sections, key)
    row = sections[place.section]["rows"][place.row]
    given = [span_of(cell) for cell in row]
    given[place.cell] = span
    if sum(each or SPANS[0] for each in given) > COLUMNS:
        given = [span if at == place.cell else None for at in range(len(row))]
    widths = spans(given)
    if widths == [even(len(row))] * len(row):
        share(row)
    else:
        row[:] = [_cell(cell, width) for cell, width in zip(row, given, strict=True)]
    return widths[place.cell]


def _cell(cell: Any, span: int | None) -> Any:
    return {"field": field_of(cell), "span": span} if span else field_of(cell)
