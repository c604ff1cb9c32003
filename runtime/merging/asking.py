"""What somebody chooses before records are merged: which one stays, and whose value each field gets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import request
from flask_babel import gettext as _

from runtime import access
from runtime.accounts.models import User
from runtime.definitions.documents import Form
from runtime.errors import Conflict
from runtime.fields import Field, Reader, ValueType
from runtime.forms.drafts import keeping
from runtime.forms.names import Titles, titles_for
from runtime.forms.record.differences import compared
from runtime.forms.record.related import pointing_at
from runtime.merging.doing import MOST, Wish
from runtime.records import query, tokens
from runtime.records.links import Reference
from runtime.records.rows import Record
from runtime.text import localized

ALL = "all"


@dataclass(frozen=True)
class Choice:
    """One answer to whose value a field gets: what is posted, the value in words, whose it is."""

    name: str
    text: str
    whose: str
    chosen: bool


@dataclass(frozen=True)
class Question:
    """A field in which the records differ."""

    key: str
    title: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True)
class Asked:
    """The page: the records by their titles, the one that stays, what differs, and how much refers to those that go.
    `kept` are fields that nobody takes over, `bare` sub-tables whose rows lack columns when they are.
    """

    records: list[tuple[Record, str]]
    into: int
    questions: list[Question]
    same: int
    moving: list[tuple[str, int]]
    kept: list[str]
    bare: list[str]


def records(user: User, form: Form, named: Sequence[str]) -> list[Record]:
    """The records that a request names, as far as this person may read them; Conflict unless they are two to five."""
    ids = [int(text) for text in named if text.isascii() and text.isdecimal() and len(text) < 18]
    found = [
        record_id for record_id, _revision in query.revisions(user, form, MOST + 1, among=dict.fromkeys(ids))
    ]
    if not 2 <= len(found) <= MOST:
        raise Conflict(_("Choose from two to %(most)s records to merge.", most=MOST), code="number")
    return [query.get(user, form, each) for each in found]


def stays(found: Sequence[Record]) -> int:
    """The record that stays: the one that the request names, else the fullest, of several the oldest."""
    named = request.values.get("into", "")
    ids = {str(each.id): each.id for each in found}
    return ids[named] if named in ids else max(found, key=lambda each: (len(each.values), -each.id)).id


def page(user: User, form: Form, found: list[Record], reader: Reader) -> Asked:
    """All that the page shows."""
    into = stays(found)
    names = titles_for(user, form, form.fields.values(), [each.values for each in found])
    titles = {each.id: query.title(form, each) for each in found}
    asked = _differing(user, form, found)
    closed = access.fields(user, form).closed - access.fields(user, form).hidden
    return Asked(
        records=[(each, titles[each.id]) for each in found],
        into=into,
        questions=[_question(form, one, found, into, titles, reader, names) for one in asked],
        same=sum(1 for one in compared(form) if one.key in found[0].values and not _differs(one, found)),
        moving=_moving(user, form, [each.id for each in found if each.id != into], reader),
        kept=[localized(form.fields[key].title, reader.locale) for key in form.fields if key in closed],
        bare=[
            localized(one.title, reader.locale)
            for one in asked
            if one.key in form.rows and access.fields(user, form).of_rows(one.key).closed
        ],
    )


def wish(user: User, form: Form, found: list[Record]) -> Wish:
    """What the request chose."""
    into = stays(found)
    asked = _differing(user, form, found)
    whose = {one.key: request.form.get(f"of.{one.key}") or _usual(one, found, into) for one in asked}
    return Wish(
        into=into,
        others=tuple(each.id for each in found if each.id != into),
        seen={each.id: keeping.number(request.form.get(f"rev.{each.id}", "")) or 0 for each in found},
        values={key: _value(form.fields[key], found, name, into) for key, name in whose.items()},
        token=request.form.get("_once", "")[: tokens.MAX_TOKEN],
    )


def _differing(user: User, form: Form, found: list[Record]) -> list[Field]:
    """The fields that the person may write and that hold different things; serial numbers stay."""
    closed = access.fields(user, form).closed
    return [
        one for one in compared(form) if one.type.writable and one.key not in closed and _differs(one, found)
    ]


def _differs(one: Field, found: list[Record]) -> bool:
    return any(each.values.get(one.key) != found[0].values.get(one.key) for each in found)


def _usual(one: Field, found: list[Record], into: int) -> str:
    """Whose value a field gets unless somebody says otherwise: that of the record that stays, else the newest."""
    filled = [each for each in found if one.key in each.values]
    own = [each for each in filled if each.id == into]
    newest = max(filled, key=lambda each: (each.updated_at, each.id)) if filled else found[0]
    return str((own or [newest])[0].id)


def _question(
    form: Form,
    one: Field,
    found: list[Record],
    into: int,
    titles: Mapping[int, str],
    reader: Reader,
    names: Titles,
) -> Question:
    chosen = request.values.get(f"of.{one.key}") or _usual(one, found, into)
    says = {each.id: _said(form, one, each.values.get(one.key), reader, names) for each in found}
    choices = [Choice(str(each), text, titles[each], chosen == str(each)) for each, text in says.items()]
    if _is_list(form, one):
        together = _value(one, found, ALL, into)
        choices.append(
            Choice(ALL, _said(form, one, together, reader, names), str(_("all of them")), chosen == ALL)
        )
    return Question(one.key, localized(one.title, reader.locale), tuple(choices))


def _said(form: Form, one: Field, value: Any, reader: Reader, names: Titles) -> str:
    if one.key not in form.rows:
        return one.type.display(value, one, reader, names)
    columns = form.rows[one.key].fields
    cells = ([(columns[key], cell) for key, cell in row.items() if key in columns] for row in value or ())
    return "\n".join(
        " · ".join(column.type.display(cell, column, reader, names) for column, cell in row) for row in cells
    )


def _is_list(form: Form, one: Field) -> bool:
    return one.key in form.rows or one.type.value_type in (ValueType.FILES, ValueType.LIST)


def _value(one: Field, found: list[Record], name: str, into: int) -> Any:
    """The value that the record that stays gets; rows of another one come as new rows."""
    if name == ALL:
        every = [each for record in found for each in _own(one, record, into) or ()]
        return [each for place, each in enumerate(every) if each not in every[:place]] or None
    of = next((each for each in found if str(each.id) == name), None)
    if of is None:
        of = next(each for each in found if each.id == into)
    return _own(one, of, into)


def _own(one: Field, record: Record, into: int) -> Any:
    value = record.values.get(one.key)
    if one.type.value_type is not ValueType.ROWS or record.id == into or value is None:
        return value
    return [{key: cell for key, cell in row.items() if key != "id"} for row in value]


def _moving(user: User, form: Form, ids: Sequence[int], reader: Reader) -> list[tuple[str, int]]:
    """How many records refer to those that go, by form, as far as the person may read them."""
    pointing = pointing_at(user, form)
    references = [Reference(other, key, each) for other, key in pointing for each in ids]
    if not references:
        return []
    totals: dict[str, int] = {}
    for one, number in zip(references, query.counts(user, references), strict=True):
        title = localized(one.form.title, reader.locale)
        totals[title] = totals.get(title, 0) + number
    return [(title, number) for title, number in totals.items() if number]
