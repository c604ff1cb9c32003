"""What would become of the stored values of a field whose type changes, told beforehand."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from builder.conversion import NAMED, Stored, filled, read_values
from builder.converting import convert
from builder.known_records import Records
from runtime.fields import NOBODY, Field, FieldError, Reader

LOOKED_AT = 20_000  # records that are read


@dataclass(frozen=True)
class Failure:
    """A record whose value the new field cannot hold, and that value as people read it."""

    record_id: int
    shown: str


@dataclass(frozen=True)
class Outlook:
    """What would become of stored values; `more` when only the first records were looked at."""

    converts: int
    failures: tuple[Failure, ...]
    fails: int
    more: bool


def outlook(records: Records, key: str, new: Field) -> Outlook:
    """How many stored values of a field of the form in force the new field can take over, and some of those that it
    cannot, as far as the person may know.
    """
    if not records.shows((key,)):
        return Outlook(0, (), 0, more=False)
    form, old = records.form, records.form.fields[key]
    rows = read_values(filled(form, key).where(records.readable).limit(LOOKED_AT + 1), old)
    looked_at, reader = rows[:LOOKED_AT], Reader(records.studio.default_locale, form.zone)
    failures = list(_failures(looked_at, old, new, reader))
    return Outlook(
        len(looked_at) - len(failures), tuple(failures[:NAMED]), len(failures), len(rows) > LOOKED_AT
    )


def _failures(rows: Sequence[Stored], old: Field, new: Field, reader: Reader) -> Iterator[Failure]:
    for record_id, value in rows:
        try:
            convert(value, old, new, reader)
        except FieldError:
            yield Failure(record_id, old.type.display(value, old, reader, NOBODY)[:100])
