"""A form at one moment, as it is drawn, and what the rows of its sub-tables are called."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from runtime.definitions.documents import Form
from runtime.errors import Problem
from runtime.fields import Names, Raw, Reader
from runtime.forms.entry import Entry
from runtime.forms.shown import Clash, Files, Picker
from runtime.records.store import Judged


class Handles(dict[str, list[str]]):
    """The rows of each sub-table as the page calls them: those that were sent, else the stored ones."""

    def __init__(self, judged: Judged, entry: Entry) -> None:
        self._judged, self._entry = judged, entry

    def __missing__(self, key: str) -> list[str]:
        if key in self._entry.rows and key not in self._judged.locked:
            self[key] = [row.handle for row in self._entry.rows[key]]
        else:
            rows = enumerate(self._judged.values.get(key, ()), start=1)
            self[key] = [f"r{row['id']}" if "id" in row else f"n{number}" for number, row in rows]
        return self[key]

    def name_of(self, problem: Problem) -> str:
        """The name of the control that a problem belongs to."""
        match problem.path:
            case (str(key), int(index), str(column)):
                return f"{key}.{self[key][index]}.{column}"
            case (key, *_rest):
                return str(key)
        return ""


@dataclass(frozen=True)
class Situation:
    """A form at this moment. `errors` and `warnings` are the messages to show by field.

    `exact` keeps every text as it was typed; else a right value is shown in its usual spelling (2.5 → 2.50).
    `is_new_row` where the form is that of a row that was never stored.
    `in_cell` where controls have no more room than a cell.
    `picker` makes the search of a reference from its key, its value and the title that stands in the box.
    """

    form: Form
    judged: Judged
    reader: Reader
    names: Names
    picker: Callable[[str, str], Picker]
    entry: Entry = field(default_factory=Entry)
    errors: Mapping[str, str] = field(default_factory=dict)
    warnings: Mapping[str, str] = field(default_factory=dict)
    alike: Mapping[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    merges: Mapping[str, str] = field(default_factory=dict)
    clashes: Mapping[str, Clash] = field(default_factory=dict)
    exact: bool = False
    is_new_row: bool = False
    in_cell: bool = False
    files: Callable[[str, Raw], Files] = lambda _key, _raw: Files()
    """The files of a field from its key and what its control holds."""
    stored: Mapping[str, Any] = field(default_factory=dict)
    """The values of the record as they are stored."""

    @cached_property
    def handles(self) -> Handles:
        """What the rows are called."""
        return Handles(self.judged, self.entry)
