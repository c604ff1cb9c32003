"""Records as cards: a title, and up to three of the list's columns."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from runtime import access
from runtime.accounts.models import User
from runtime.definitions.documents import Form
from runtime.fields import NOBODY, Reader, ValueType
from runtime.forms.lists.cells import texts
from runtime.forms.lists.columns import shown
from runtime.forms.lists.kinds._base import HUES
from runtime.forms.lists.looks import Look
from runtime.records import query
from runtime.records.naming import title_field
from runtime.records.rows import Record
from runtime.text import localized

MOST_LINES = 3


@dataclass(frozen=True)
class Mark:
    """The choice that colours a record: which of the colours, and its label, for nothing is told by colour alone."""

    hue: int
    label: str


def marks(form: Form, key: str, records: Iterable[Record], reader: Reader) -> dict[int, Mark]:
    """The colours of records by id; none without a field, nor for a record that has no answer there."""
    if not key:
        return {}
    one = form.fields[key]
    hues = {raw: number % HUES for number, (raw, _label) in enumerate(one.type.choices(one, reader))}
    found = {record.id: record.values.get(key) for record in records}
    return {
        record_id: Mark(hues[value], one.type.display(value, one, reader, NOBODY))
        for record_id, value in found.items()
        if value in hues
    }


@dataclass(frozen=True)
class Card:
    """A record as a card: each line is the title of a field and what it holds."""

    id: int
    revision: int
    title: str
    lines: tuple[tuple[str, str], ...]
    mark: Mark | None = None


def cards(user: User, form: Form, look: Look, records: list[Record], reader: Reader) -> dict[int, Card]:
    """The cards of these records by id, without what their place and their colour tell already."""
    named = title_field(form)
    apart = {*look.axes, look.colour, named.key if named else "", *access.fields(user, form).hidden}
    wanted = [key for key in look.columns if key not in apart and not _is_file(form, key)]
    coloured = marks(form, look.colour, records, reader)
    fields = shown(form, wanted, frozenset())[:MOST_LINES] if wanted else []
    titles = [localized(one.title, reader.locale) for one in fields]
    drawn = texts(user, form, fields, records, reader)
    return {
        record.id: Card(
            record.id,
            record.revision,
            query.title(form, record),
            _lines(titles, cells),
            coloured.get(record.id),
        )
        for record, cells in zip(records, drawn, strict=True)
    }


def _is_file(form: Form, key: str) -> bool:
    return key in form.fields and form.fields[key].type.value_type is ValueType.FILES


def _lines(titles: list[str], cells: list[str]) -> tuple[tuple[str, str], ...]:
    return tuple((title, text) for title, text in zip(titles, cells, strict=True) if text)


def movable(user: User, form: Form, keys: Sequence[str], records: list[Record]) -> frozenset[int]:
    """The records of which the person may write these fields, as far as the rights tell: rules may still refuse."""
    writable = all(form.fields[key].type.writable for key in keys)
    if not writable or access.fields(user, form).closed.intersection(keys):
        return frozenset()
    return frozenset(each.id for each in access.among(user, "update", form, records))
