"""Which field follows from which, by fills, look-ups, formulas and rules."""

from collections.abc import Iterator, Mapping

from builder.checks import _places
from builder.checks._context import outer_form
from runtime import conditions, formulas
from runtime.definitions import dependencies
from runtime.definitions.documents import Document
from runtime.fields import Field


def sources(document: Document, fields: Mapping[str, Field]) -> dict[str, frozenset[str]]:
    """For each field the fields that it follows from. A rule makes what it shows, hides or sets follow from
    what its condition reads. FormulaError or ConditionError for a part that cannot be read.
    """
    in_rows = bool(outer_form(_places.form_key(document)))
    found = {key: set(names) for key, names in dependencies.sources(fields, in_rows=in_rows).items()}
    for key, names in _by_rules(document, in_rows):
        found.setdefault(key, set()).update(names)
    return {key: frozenset(names & fields.keys()) for key, names in found.items()}


def _by_rules(document: Document, in_rows: bool) -> Iterator[tuple[str, set[str]]]:
    for rule in document.get("fw", {}).get("rules", ()):
        paths = conditions.compile(rule["when"]).reads
        read = {_own(path) for path in paths if not (in_rows and path.startswith("record."))}
        then = rule["then"]
        for key in {*then.get("show", ()), *then.get("hide", ())}:
            yield key, read
        for key, value in then.get("set", {}).items():
            named = dependencies.fields_read(value, in_rows=in_rows) if isinstance(value, str) else set()
            yield key, read | named


def _own(path: str) -> str:
    return path.removeprefix("record.").partition(".")[0]


UNREADABLE = (conditions.ConditionError, formulas.FormulaError)
