"""Deleting records, into the trash: what refers to one stops it or, where the reference says so, goes with it or refers
to it no longer.
"""

from collections.abc import Iterator
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import ColumnElement, Row, distinct, func, or_, select
from sqlalchemy import delete as delete_rows
from sqlalchemy.exc import IntegrityError

from runtime.db import db
from runtime.definitions import lookup, roll_ups
from runtime.definitions.documents import Form
from runtime.errors import Conflict, Invalid
from runtime.records import changes, links, row_pointers, store, trash
from runtime.records import purging as _purging  # noqa: F401  (registers what empties the trash)
from runtime.records.rows import Record
from runtime.records.sources import Actor
from runtime.records.tables import stored, table
from runtime.records.wording import said

MAX_TOGETHER = 1000  # records that may go with one; more needs a decision, not a click
MAX_DEPTH = 8
LETTING_GO = ("empty", "take_out")


def delete(actor: Actor, form: Form, record_id: int, *, revision: int | None = None) -> None:
    """Put a record into the trash, with those whose reference to it says `on_delete: delete`. References that say
    `empty` or `take_out` lose it by a save of their records, unless they would be empty and are required, or too short.
    A row of a sub-table whose reference says `delete` leaves its record by such a save.

    Never commits. Conflict("stale") for another revision than `revision`; Conflict("referred_to"), naming the
    forms, while other records refer to it. NotFound, Forbidden as for a save.
    """
    changes.require_right(actor, form, record_id, "delete")
    _lock_dependants(form, [record_id], 0)
    record = changes.locked(actor, form, record_id, "delete")
    changes.require_revision(record, revision)
    _delete(actor, form, record, None, 0)


def _lock_dependants(form: Form, ids: list[int], depth: int) -> None:
    """Lock what goes with records before these themselves, where they have roll-ups over that: whoever changes one of
    them locks it first, too, and then the record. More than may go with one are not locked: that will be refused.
    """
    if not ids or depth > MAX_DEPTH:
        return
    for other, key in _going_along(form):
        found = _referring_ids(other, [key], ids)
        _lock_dependants(other, found, depth + 1)
        if roll_ups.of(form):
            _locked(other, [], found)
    for other, keys in _letting_go(form).items() if roll_ups.of(form) else ():
        _locked(other, [], _referring_ids(other, keys, ids))


def _locked(form: Form, keys: list[str], ids: list[int]) -> list[Row[Any]]:
    """The ids of these records and what these fields hold, all locked in one order, so that nobody waits in a circle;
    without those that are gone by now.
    """
    own = table(form).c
    rows = select(own.id, *(own[key] for key in keys)).where(own.id.in_(ids)).order_by(own.id)
    return list(db.session.execute(rows.with_for_update())) if ids else []


def _delete(actor: Actor, form: Form, record: Record, with_id: int | None, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise Conflict(
            _("Too many records hang together here: delete the last ones first."), code="referred_to"
        )
    if with_id is not None and trash.holds(form, record.id):
        raise _referred_to(form, record.id)  # a circle: none of them can go first
    kept = trash.keep(actor, form, record, with_id)
    _delete_dependants(actor, form, record, kept, depth)
    _let_go(actor, form, record)
    if roll_ups.of(form):  # they no longer count what went with it
        record = changes.locked(actor, form, record.id, "delete")
    try:
        with db.session.begin_nested():
            db.session.execute(delete_rows(table(form)).where(table(form).c.id == record.id))
    except IntegrityError:
        raise _referred_to(form, record.id) from None
    changes.note(actor, form, "deleted", record.id, record.revision + 1, record.values, {})


def _delete_dependants(actor: Actor, form: Form, record: Record, with_id: int, depth: int) -> None:
    # Who may delete a record may delete what was made to go with it, whatever his rights on that form are.
    whole = actor.as_trusted()
    for other, key in _going_along(form):
        ids = _referring_ids(other, [key], [record.id])
        if len(ids) > MAX_TOGETHER:
            raise _referred_to(form, record.id)
        for each in ids:
            _delete(whole, other, changes.locked(whole, other, each, "delete"), with_id, depth + 1)


def _let_go(actor: Actor, form: Form, record: Record) -> None:
    """Have the references that may lose a record lose it, by whatever rights on them: it will not be there."""
    whole = actor.as_trusted()
    fields, in_rows = _letting_go(form), row_pointers.letting_go(form)
    for other in dict.fromkeys([*fields, *in_rows]):
        keys, columns = fields.get(other, []), in_rows.get(other, [])
        own_ids = _referring_ids(other, keys, [record.id]) if keys else []
        ids = [*{*own_ids, *row_pointers.holding(other, columns, record.id, MAX_TOGETHER + 1)}]
        ids = [each for each in ids if each != record.id or other.key != form.key]
        if len(ids) > MAX_TOGETHER:
            raise _referred_to(form, record.id)
        for row in _locked(other, keys, ids):
            held: dict[str, Any] = dict(zip(keys, row[1:], strict=True))
            # What somebody let point elsewhere before we had the lock stays as it is.
            left: dict[str, Any] = {
                key: _without(value, record.id) for key, value in held.items() if _names(value, record.id)
            }
            tables = row_pointers.left(other, columns, row.id, record.id)
            if tables is None:
                raise _referred_to(form, record.id)
            if left or tables:
                _take_out(whole, form, record.id, other, row.id, {**left, **tables}, alone=bool(tables))


def _names(value: Any, record_id: int) -> bool:
    return record_id in value if isinstance(value, list) else bool(value == record_id)


def _without(value: Any, record_id: int) -> list[int] | None:
    return [each for each in value if each != record_id] or None if isinstance(value, list) else None


def _take_out(
    actor: Actor,
    form: Form,
    record_id: int,
    other: Form,
    own_id: int,
    left: dict[str, Any],
    *,
    alone: bool,
) -> None:
    if any(value is None and key in other.required for key, value in left.items()):
        raise _referred_to(form, record_id)
    try:
        # Of rows only what changes is judged: a cell that no longer fits keeps nobody from deleting.
        store.save(actor, other, left, record_id=own_id, partial=not alone, alone=alone)
    except Invalid as error:  # a list that would be too short
        raise _referred_to(form, record_id) from error


def _referring_ids(other: Form, keys: list[str], ids: list[int]) -> list[int]:
    own = table(other).c
    same: ColumnElement[bool] = or_(*(links.refer(other, key, ids) for key in keys))
    if other.fields[keys[0]].options.get("form") == other.key:
        same = same & own.id.not_in(ids)
    return list(db.session.scalars(select(own.id).where(same).order_by(own.id).limit(MAX_TOGETHER + 1)))


def _going_along(form: Form) -> list[tuple[Form, str]]:
    """The references whose records are deleted with records of this form."""
    return [
        (other, key)
        for other, key in referring(form)
        if other.fields[key].options.get("on_delete") == "delete"
    ]


def _letting_go(form: Form) -> dict[Form, list[str]]:
    """The fields, by their forms, that lose a record of this form when it is deleted."""
    found: dict[Form, list[str]] = {}
    for other, key in [*referring(form), *listing(form)]:
        if other.fields[key].options.get("on_delete") in LETTING_GO:
            found.setdefault(other, []).append(key)
    return found


def referring(form: Form) -> Iterator[tuple[Form, str]]:
    """The reference fields, of every form in force of the app, that point at records of this form."""
    for other in lookup.forms(form.app):
        for key, field in stored(other).items():
            if field.type.name == "reference" and field.options["form"] == form.key:
                yield other, key


def listing(form: Form) -> Iterator[tuple[Form, str]]:
    """The fields, of every form in force of the app, that list records of this form."""
    for other in lookup.forms(form.app):
        for key, field in stored(other).items():
            if field.type.name == "references" and field.options["form"] == form.key:
                yield other, key


def referring_rows(form: Form) -> Iterator[tuple[Form, ColumnElement[int], ColumnElement[Any]]]:
    """The references in rows of sub-tables to records of this form: the form, whose record it is, the reference."""
    for other in lookup.forms(form.app):
        for of_rows in other.rows.values():
            for key, field in stored(of_rows).items():
                if field.type.name == "reference" and field.options["form"] == form.key:
                    yield other, table(of_rows).c.record_id, table(of_rows).c[key]


def _referred_to(form: Form, record_id: int) -> Conflict:
    counts: dict[str, int] = {}
    own_ids = [(other, table(other).c.id, table(other).c[key]) for other, key in referring(form)]
    listed = ((other, each.c.record_id, each.c.target_id) for other, each in links.referring(form))
    for other, records, pointer in [*own_ids, *referring_rows(form), *listed]:
        found = db.session.scalar(select(func.count(distinct(records))).where(pointer == record_id)) or 0
        if found:
            title = said(other.title)
            counts[title] = counts.get(title, 0) + found
    words = ", ".join(
        ngettext("%(num)d record of %(form)s", "%(num)d records of %(form)s", count, form=title)
        for title, count in counts.items()
    )
    if not words:  # a retired form, or a field that was removed: its column still points here
        words = _("records of a form that is no longer in use")
    return Conflict(
        _("This record cannot be deleted while others refer to it: %(records)s.", records=words),
        code="referred_to",
    )
