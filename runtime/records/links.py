"""The links of fields that refer to several records: a table for each field, with foreign keys, written with the list
that the record keeps. By it no record goes that is referred to, and who refers to one is found.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Table, delete, insert, select

from runtime.db import db
from runtime.definitions import lookup
from runtime.definitions.documents import Form
from runtime.records.tables import link_table, link_tables, table

CHUNK = 500


@dataclass(frozen=True)
class Reference:
    """What refers to one record: a field of a form, which names one record or lists several."""

    form: Form
    key: str
    record_id: int

    @property
    def name(self) -> str:
        """The form and the field as an address names them."""
        return f"{self.form.key}.{self.key}"

    @property
    def lists(self) -> bool:
        """Whether the field names several records."""
        return self.form.fields[self.key].type.name == "references"


def refers(one: Reference) -> ColumnElement[bool]:
    """Whether a record of the form refers to that one, as SQL that finds it by an index."""
    return refer(one.form, one.key, [one.record_id])


def refer(form: Form, key: str, ids: Sequence[int]) -> ColumnElement[bool]:
    """Whether a record of the form refers to one of these by this field."""
    own = table(form).c
    if form.fields[key].type.name != "references":
        return own[key].in_(ids)
    linked = _tables(form)[key].c
    return own.id.in_(select(linked.record_id).where(linked.target_id.in_(ids)))


def condition(one: Reference) -> Mapping[str, Any]:
    """The same as a condition, which a list can be filtered by."""
    same = {"const": one.record_id}
    return {"required": [one.key], "properties": {one.key: {"contains": same} if one.lists else same}}


def write(form: Form, record_id: int, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    """Bring the links of a record from what its lists were to what they become."""
    for key, links in _tables(form).items():
        old, new = set(before.get(key, ())), set(after.get(key, ()))
        if old - new:
            gone = links.c.target_id.in_(sorted(old - new))
            db.session.execute(delete(links).where(links.c.record_id == record_id, gone))
        if new - old:
            rows = [{"record_id": record_id, "target_id": each} for each in sorted(new - old)]
            db.session.connection().execute(insert(links), rows)


@lru_cache(1024)
def _tables(form: Form) -> Mapping[str, Table]:
    return link_tables(form)


def referring(form: Form) -> Iterator[tuple[Form, Table]]:
    """The links, of every form in force of the app, to records of this form."""
    for other in lookup.forms(form.app):
        for key, links in _tables(other).items():
            if other.fields[key].options.get("form") == form.key:
                yield other, links


def wrong(form: Form) -> Iterator[tuple[int, str]]:
    """Each record with a list that is not what is linked, and the field."""
    own = table(form).c
    last = 0
    while _tables(form):
        lists = select(own.id, *(own[key] for key in _tables(form))).where(own.id > last)
        rows = db.session.execute(lists.order_by(own.id).limit(CHUNK)).all()
        if not rows:
            return
        last = rows[-1].id
        for number, key in enumerate(_tables(form), start=1):
            there = _linked(link_table(form, key), (row.id for row in rows))
            yield from ((row.id, key) for row in rows if set(row[number] or ()) != there.get(row.id, set()))


def _linked(links: Table, ids: Iterable[int]) -> dict[int, set[int]]:
    found: dict[int, set[int]] = {}
    query = select(links.c.record_id, links.c.target_id).where(links.c.record_id.in_(list(ids)))
    for record_id, target_id in db.session.execute(query):
        found.setdefault(record_id, set()).add(target_id)
    return found
