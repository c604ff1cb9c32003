"""Records as cards: a title, and up to three of the list's columns."""

from collections.abc import Sequence
from dataclasses import dataclass

from runtime import access
from runtime.accounts.models import User
from runtime.definitions.documents import Form
from runtime.fields import Reader, ValueType
from runtime.forms.lists.cells import texts
from runtime.forms.lists.columns import shown
from runtime.records import query
from runtime.records.naming import title_field
from runtime.records.rows import Record
from runtime.text import localized

MOST_LINES = 3


@dataclass(frozen=True)
class Card:
    """A record as a card: each line is the title of a field and what it holds."""

    id: int
    revision: int
    title: str
    lines: tuple[tuple[str, str], ...]


def cards(
    user: User,
    form: Form,
    columns: tuple[str, ...],
    records: list[Record],
    reader: Reader,
    left_out: str = "",
) -> dict[int, Card]:
    """The cards of these records by id; `left_out` is a field that their place tells already."""
    named = title_field(form)
    apart = {left_out, named.key if named else "", *access.fields(user, form).hidden}
    wanted = [key for key in columns if key not in apart and not _is_file(form, key)]
    fields = shown(form, wanted, frozenset())[:MOST_LINES] if wanted else []
    titles = [localized(one.title, reader.locale) for one in fields]
    drawn = texts(user, form, fields, records, reader)
    return {
        record.id: Card(record.id, record.revision, query.title(form, record), _lines(titles, cells))
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
