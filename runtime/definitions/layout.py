"""Where the fields of a form stand: tabs of sections of rows of cells. Pure.

The order of the document is the order of reading, of the tab key and of a phone: tabs as they are listed,
the sections of each, their rows, and the cells of a row.
"""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from runtime.text import Title

COLUMNS = 12
SPANS = (3, 4, 6, 8, 12)
MAX_CELLS = 4
ON_PARTS = ("show", "hide")  # what rules can do to sections and tabs


@dataclass(frozen=True)
class Cell:
    """A place for a field; without a `span` it has its share of what the row has left."""

    field: str
    span: int | None = None


@dataclass(frozen=True)
class Section:
    """A titled group of a form: rows of cells that stand side by side. `tab` is "" in a form without tabs."""

    key: str
    title: Title
    rows: tuple[tuple[Cell, ...], ...]
    tab: str = ""


@dataclass(frozen=True)
class Tab:
    """A page of sections of a long form."""

    key: str
    title: Title


def parse_tabs(own: Mapping[str, Any]) -> tuple[Tab, ...]:
    """The tabs of a form, from its `fw`."""
    return tuple(Tab(tab["key"], tab["title"]) for tab in own.get("tabs", ()))


def parse_layout(own: Mapping[str, Any], fields: Iterable[str]) -> tuple[Section, ...]:
    """The sections of a form in reading order, from its `fw`; fields without a place come last."""
    tabs = [tab["key"] for tab in own.get("tabs", ())]
    listed = own.get("layout", ())
    sections = [_section(each, key, tabs) for each, key in zip(listed, section_keys(listed), strict=True)]
    sections.sort(key=lambda section: tabs.index(section.tab) if tabs else 0)
    seen = {cell.field for section in sections for row in section.rows for cell in row}
    rest = tuple((Cell(key),) for key in fields if key not in seen)
    if not rest:
        return tuple(sections)
    last = sections.pop() if sections else Section("section_1", "", (), tabs[-1] if tabs else "")
    return (*sections, Section(last.key, last.title, last.rows + rest, last.tab))


def section_keys(listed: Iterable[Mapping[str, Any]]) -> list[str]:
    """The keys of sections. One without a key is named by its place, or by the first number that is free."""
    keys = [str(section.get("key") or "") for section in listed]
    for at, key in enumerate(keys):
        placed = f"section_{at + 1}"
        keys[at] = key or (placed if placed not in keys else next_key("section", keys))
    return keys


def next_key(stem: str, taken: Iterable[str]) -> str:
    """`stem_1`, or the first number that is free."""
    known, number = set(taken), 1
    while f"{stem}_{number}" in known:
        number += 1
    return f"{stem}_{number}"


def _section(section: Mapping[str, Any], key: str, tabs: Sequence[str]) -> Section:
    tab = section.get("tab", "")
    return Section(
        key=key,
        title=section.get("section", ""),
        rows=tuple(tuple(_cell(cell) for cell in row) for row in section["rows"]),
        tab=tab if tab in tabs else (tabs[0] if tabs else ""),
    )


def _cell(cell: str | Mapping[str, Any]) -> Cell:
    return Cell(cell) if isinstance(cell, str) else Cell(cell["field"], cell.get("span"))


def parts(sections: Iterable[Section], tabs: Iterable[Tab]) -> dict[str, frozenset[str]]:
    """The fields of each tab and then of each section, by the names that rules give these: `tab/money`,
    `section/visit`.
    """
    found: dict[str, frozenset[str]] = {f"tab/{tab.key}": frozenset() for tab in tabs}
    inside = [(section, [cell.field for row in section.rows for cell in row]) for section in sections]
    for section, fields in inside:
        if section.tab:
            found[f"tab/{section.tab}"] |= frozenset(fields)
    for section, fields in inside:
        found[f"section/{section.key}"] = frozenset(fields)
    return found


def parts_of(own: Mapping[str, Any], fields: Iterable[str]) -> dict[str, frozenset[str]]:
    """The same of a document, from its `fw`."""
    return parts(parse_layout(own, fields), parse_tabs(own))


def visible_rows(section: Section, visible: Container[str]) -> Iterator[list[tuple[str, int]]]:
    """The rows of a section without the hidden fields: field and width in columns of each cell."""
    for row in section.rows:
        cells = [cell for cell in row if cell.field in visible]
        if cells:
            widths = spans([cell.span for cell in cells])
            yield [(cell.field, width) for cell, width in zip(cells, widths, strict=True)]


def spans(given: Sequence[int | None]) -> list[int]:
    """How many of the 12 columns each cell of a row takes: what it was given, else its share of the rest.

    Where that does not fit, the row is shared evenly.
    """
    rest = COLUMNS - sum(span or 0 for span in given)
    open_cells = given.count(None)
    share = _at_most(rest // open_cells) if open_cells else 0
    if rest < 0 or (open_cells and not share):
        return [even(len(given))] * len(given)
    return [span or share for span in given]


def even(cells: int) -> int:
    """The columns of each of so many cells of the same width."""
    return _at_most(COLUMNS // max(cells, 1)) or SPANS[0]


def _at_most(columns: int) -> int:
    return max((span for span in SPANS if span <= columns), default=0)
