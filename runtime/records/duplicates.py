"""Records that may stand for the same thing: those that have what a form's author said makes two records alike.

Asked while a form is filled and when it is saved, in one statement, and only about records that the person may read:
of others not even that there are any can be told.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, and_, func, literal, select, union_all

from runtime import access, problems
from runtime.accounts.models import User
from runtime.db import db
from runtime.definitions.documents import Form
from runtime.errors import Problem
from runtime.fields._listed import joined
from runtime.records import naming, rows
from runtime.records.rows import Record
from runtime.records.sources import Actor, within
from runtime.records.tables import LIKENED, LIKENED_LENGTH, likeness, table
from runtime.records.wording import locale, said

SHOWN = 3  # records that are named for each set
CODE = "alike"
COMPARED = frozenset(
    (
        *("text", "email", "phone", "barcode", "serial", "number", "money", "date", "choice", "yes_no"),
        *("reference", "member", "department"),
    )
)
"""The types of fields that can make records alike: one short value, in a column that an index holds."""

Keys = tuple[str, ...]


def told(actor: Actor, form: Form, record: Record | None, values: Mapping[str, Any]) -> tuple[Problem, ...]:
    """A problem at the last field of each set of fields by which other records are like one with these values.

    `params["records"]` are the ids and titles of these. Sets with an empty value, or with a field that the person may
    not see, make nothing alike; sets that differ in nothing from the stored record are not asked about.
    """
    user = actor.user
    asked = _asked(user, form, {} if record is None else record.whole, values) if _counts(actor) else []
    if user is None or not asked or not access.can(user, "read", form):
        return ()
    found = _read(user, form, asked, values, None if record is None else record.id)
    same = ((keys, [one for one, alike in found if alike[number]]) for number, keys in enumerate(asked))
    return tuple(_problem(form, keys, there[:SHOWN]) for keys, there in same if there)


def told_in_turn(
    actor: Actor, form: Form, record: Record | None, values: Mapping[str, Any]
) -> tuple[Problem, ...]:
    """As `told`, once nobody else is about to save what is alike; others wait until this transaction is over. So of two
    who save the like of each other at once the second one is told. Nobody waits for another value, and no guest.

    On SQLite who writes is alone, and was told before. The locks of one record are taken in the order of their numbers:
    two records cannot wait for each other.
    """
    connection = db.session.connection()
    if connection.dialect.name != "postgresql" or not _counts(actor):
        return ()
    asked = _asked(actor.user, form, {} if record is None else record.whole, values)
    if not asked:
        return ()
    numbers = connection.execute(select(*(_number(form, keys, values) for keys in asked))).one()
    for number in sorted(set(numbers)):
        connection.execute(select(func.pg_advisory_xact_lock(number)))
    return told(actor, form, record, values)


def _number(form: Form, keys: Keys, values: Mapping[str, Any]) -> ColumnElement[int]:
    """By what the lock is known: one number for all values that are alike, by the database's own idea of that."""
    alike = (likeness(_value(form, key, values), form.fields[key]) for key in keys)
    return func.hash_record_extended(func.row(literal(",".join(keys)), *alike), form.definition_id)


def _value(form: Form, key: str, values: Mapping[str, Any]) -> ColumnElement[Any]:
    field = form.fields[key]
    return literal(field.type.to_column(values[key], field), table(form).c[key].type)


def _counts(actor: Actor) -> bool:
    """Whether somebody is there to be told: not a guest, and nobody who only tries a draft."""
    tries = actor.tried is not None or actor.onlooker is not None
    return actor.is_person and actor.origin != "public" and not tries


def _asked(user: User | None, form: Form, before: Mapping[str, Any], values: Mapping[str, Any]) -> list[Keys]:
    if not form.duplicates:
        return []
    hidden = access.fields(user, form).hidden
    return [
        keys
        for keys in form.duplicates
        if all(key in values for key in keys)
        and any(values[key] != before.get(key) for key in keys)
        and hidden.isdisjoint(keys)
    ]


def _read(
    user: User, form: Form, asked: list[Keys], values: Mapping[str, Any], record_id: int | None
) -> list[tuple[Record, list[bool]]]:
    """The first records that are alike, as the person may see them, and by which of the sets each is."""
    own = table(form).c
    alike = [_alike(form, keys, values) for keys in asked]
    among = [within(form, access.visible(user, "read", form))]
    if record_id is not None:
        among.append(own.id != record_id)
    # Of each set its own first ones: those of one must not crowd out those of another.
    firsts = (select(own.id).where(each, *among).order_by(own.id).limit(SHOWN).subquery() for each in alike)
    ids = union_all(*(select(each.c.id) for each in firsts))
    query = select(*rows.columns(form), *(each.label(f"alike_{n}") for n, each in enumerate(alike)))
    found = db.session.execute(query.where(own.id.in_(ids)).order_by(own.id)).all()
    hidden = access.fields(user, form).hidden
    return [(rows.record(form, row).without(hidden), list(row[-len(asked) :])) for row in found]


def _alike(form: Form, keys: Keys, values: Mapping[str, Any]) -> ColumnElement[bool]:
    own = table(form).c
    same = []
    for key in keys:
        field, column, value = form.fields[key], own[key], _value(form, key, values)
        same.append(likeness(column, field) == likeness(value, field))
        if (
            field.type.name in LIKENED and len(values[key]) > LIKENED_LENGTH
        ):  # the index holds their beginning
            same.append(likeness(column, field, whole=True) == likeness(value, field, whole=True))
    return and_(*same)


def _problem(form: Form, keys: Keys, found: list[Record]) -> Problem:
    records = [(each.id, naming.of(form, each)) for each in found]
    params = {
        "of": "-".join([CODE, *(str(each.id) for each in found)]),
        "records": records,
        "names": joined((f"“{title}”" for _id, title in records), locale()),
        "fields": joined((said(form.fields[key].title) for key in keys), locale()),
    }
    sentence = problems.sentence(CODE, params, said(form.title))
    return Problem((keys[-1],), CODE, sentence, params)
