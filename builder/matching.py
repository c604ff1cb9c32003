"""Which of the newest records meet the condition of an automation, as far as a person may know."""

from dataclasses import dataclass

from builder import automation_counts
from builder.studio import Studio
from runtime import conditions
from runtime.conditions import ConditionError
from runtime.definitions import lookup
from runtime.definitions.documents import Form
from runtime.records import query
from runtime.times import now


@dataclass(frozen=True)
class Matching:
    """Of the newest records those that match, by id and title. `is_open` says that a record at rest does not tell:
    it depends on what changes, or on who does it.
    """

    form: Form
    of: int = 0
    records: tuple[tuple[int, str], ...] = ()
    is_open: bool = False


def matching(studio: Studio) -> Matching | None:
    """What the page says at the condition; None where there is none, none that can be judged, or no record."""
    document = studio.document
    form = lookup.form_if_any(studio.app, str(document["trigger"].get("form", "")))
    if form is None or "when" not in document:
        return None
    try:
        reads = conditions.compile(document["when"]).reads
    except ConditionError:
        return None
    if any(path != "now" and not path.startswith("record.") for path in reads):
        return Matching(form, is_open=True)
    looked_at, found = automation_counts.newest(form, document, now(), studio.user)
    titles = query.titles(form, found, user=studio.user)
    records = tuple((each, titles[each]) for each in found if each in titles)
    return Matching(form, looked_at, records) if looked_at else None
