"""What a list shows and in which order: what an address says and a saved view keeps."""

from dataclasses import dataclass, fields
from typing import Any

from runtime import documents

MOST_COLUMNS = 100


@dataclass(frozen=True)
class Look:
    """The condition as canonical JSON (empty for none), the order (empty for the form's own), the columns; the kind
    of view, and the fields by which it places records.
    """

    filter: str = ""
    sort: str = ""
    columns: tuple[str, ...] = ()
    kind: str = "list"
    group_by: str = ""
    date_field: str = ""

    @property
    def places_by(self) -> tuple[str, ...]:
        """The fields by which it places records."""
        return tuple(filter(None, (self.group_by, self.date_field)))

    @property
    def condition(self) -> Any:
        """The condition as a document, None without one."""
        return documents.loads(self.filter) if self.filter else None

    def document(self) -> dict[str, Any]:
        """The look as it is stored."""
        own = {**self.parts(), "filter": self.condition, "columns": list(self.columns)}
        return {key: value for key, value in own.items() if value and (key, value) != ("kind", Look.kind)}

    def parts(self) -> dict[str, Any]:
        """Each part of the look by its name."""
        return {each.name: getattr(self, each.name) for each in fields(self)}


def of_document(document: Any) -> Look:
    """The look that was stored."""
    condition = document.get("filter")
    return Look(
        filter_text(condition) if condition else "",
        document.get("sort", ""),
        tuple(document.get("columns", ())),
        document.get("kind", Look.kind),
        document.get("group_by", ""),
        document.get("date_field", ""),
    )


def filter_text(document: Any) -> str:
    """A condition as an address holds it; empty for one that always holds."""
    return documents.dumps(document) if document else ""
