"""What a list shows and in which order: what an address says and a saved view keeps."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from runtime import documents

MOST_COLUMNS = 100
LONGEST = 3000  # characters of a part of an address that is JSON
JSON_PARTS = ("filter", "limits", "figures", "widths")
"""The parts that a look holds as canonical JSON, empty for none, and a document as what they are."""
FIELDS: Mapping[str, str] = {
    "group_by": "by",
    "across": "across",
    "date_field": "date",
    "end_field": "end",
    "total": "sum",
    "colour": "colour",
    "picture": "picture",
}
"""The parts that name one field, each with how addresses call it."""


@dataclass(frozen=True)
class Look:
    """The condition as canonical JSON (empty for none), the order (empty for the form's own), the columns; the kind
    of view, and the fields that this uses. `limits` says of choices how many records their column of a board should
    have at most, as canonical JSON. A list grouped by a date is so by a `period`; `figures` says what it tells of
    numbers, `{"amount": "sum"}`, as canonical JSON. `widths` are pixels by column, likewise; the first `frozen`
    columns stay in sight. `layer` is what a calendar says of its days beside their records.
    """

    filter: str = ""
    sort: str = ""
    columns: tuple[str, ...] = ()
    kind: str = "list"
    group_by: str = ""
    across: str = ""
    date_field: str = ""
    end_field: str = ""
    total: str = ""
    colour: str = ""
    picture: str = ""
    limits: str = ""
    period: str = ""
    figures: str = ""
    widths: str = ""
    frozen: int = 0
    layer: str = ""

    @property
    def axes(self) -> tuple[str, ...]:
        """What places a record, its first one always there: on a board the fields of its columns and of its swimlanes,
        in a calendar those of its begin and its end.
        """
        return tuple(filter(None, (self.group_by, self.across, self.date_field, self.end_field)))

    @property
    def named(self) -> tuple[str, ...]:
        """The fields that its kind uses."""
        return (*(key for name in FIELDS if (key := getattr(self, name))), *self.told)

    @property
    def told(self) -> Mapping[str, str]:
        """What is told of numbers, by field."""
        return documents.loads(self.figures) if self.figures else {}

    @property
    def wide(self) -> Mapping[str, int]:
        """The widths of columns, by field."""
        return documents.loads(self.widths) if self.widths else {}

    @property
    def condition(self) -> Any:
        """The condition as a document, None without one."""
        return documents.loads(self.filter) if self.filter else None

    def document(self) -> dict[str, Any]:
        """The look as it is stored."""
        own = {name: _stored(name, value) for name, value in self.parts().items()}
        return {key: value for key, value in own.items() if value and (key, value) != ("kind", Look.kind)}

    def parts(self) -> dict[str, Any]:
        """Each part of the look by its name."""
        return {name: getattr(self, name) for name in PARTS}


PARTS = tuple(each.name for each in fields(Look))
_USUAL = Look()


def _stored(name: str, value: Any) -> Any:
    if name in JSON_PARTS:
        return documents.loads(value) if value else None
    return list(value) if isinstance(value, tuple) else value


def of_document(document: Any) -> Look:
    """The look that was stored, as far as it is one."""
    found = {name: _held(name, document[name]) for name in PARTS if document.get(name)}
    return Look(
        **{name: value for name, value in found.items() if isinstance(value, type(getattr(_USUAL, name)))}
    )


def _held(name: str, value: Any) -> Any:
    if name in JSON_PARTS:
        return filter_text(value)
    return tuple(value) if isinstance(value, list) else value


def filter_text(document: Any) -> str:
    """A condition as an address holds it; empty for one that always holds."""
    return documents.dumps(document) if document else ""


def read(text: str) -> dict[str, Any]:
    """The object that a part of an address holds as JSON; an empty one where it holds none."""
    try:
        found = documents.loads(text) if text and len(text) < LONGEST else {}
    except (ValueError, RecursionError):
        found = {}
    return found if isinstance(found, dict) else {}
