"""What a list shows and in which order: what an address says and a saved view keeps."""

from dataclasses import dataclass
from typing import Any

from runtime import documents

MOST_COLUMNS = 100


@dataclass(frozen=True)
class Look:
    """The condition as canonical JSON (empty for none), the order (empty for the form's own), the columns."""

    filter: str = ""
    sort: str = ""
    columns: tuple[str, ...] = ()

    @property
    def condition(self) -> Any:
        """The condition as a document, None without one."""
        return documents.loads(self.filter) if self.filter else None

    def document(self) -> dict[str, Any]:
        """The look as it is stored."""
        own = {"filter": self.condition, "sort": self.sort, "columns": list(self.columns)}
        return {key: value for key, value in own.items() if value}


def of_document(document: Any) -> Look:
    """The look that was stored."""
    condition = document.get("filter")
    return Look(
        filter_text(condition) if condition else "",
        document.get("sort", ""),
        tuple(document.get("columns", ())),
    )


def filter_text(document: Any) -> str:
    """A condition as an address holds it; empty for one that always holds."""
    return documents.dumps(document) if document else ""
