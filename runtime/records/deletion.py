"""Deleting records, into the trash: what refers to one stops it or, where the reference says so, goes with it or refers
to it no longer.
"""

from collections.abc import Iterator
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import ColumnElement, distinct, func, select
from sqlalchemy import delete as delete_rows
from sqlalchemy.exc import IntegrityError

from runtime.db import db
from runtime.definitions import lookup, roll_ups
from runtime.definitions.documents import Form
from runtime.errors import Conflict
from runtime.records import changes, links, store, trash
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
    `empty` or `take_out` lose it by a save of their records, unless they would be empty and are required.

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
    for other, key in [*referring(form), *listing(form)] if ids and depth <= MAX_DEPTH else ():
        on_delete = other.fields[key].options.get("on_delete")
        if on_delete == "delete" or on_delete in LETTING_GO:
            own, found = table(other).c, _referring_ids(other, key, ids)
            if on_delete == "delete":
                _lock_dependants(other, found, depth + 1)
            if found and roll_ups.of(form):
                db.session.execute(select(own.id).where(own.id.in_(found)).order_by(own.id).with_for_update())


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
    for other, key in referring(form):
        if other.fields[key].options.get("on_delete") != "delete":
            continue
        ids = _referring_ids(other, key, [record.id])
        if len(ids) > MAX_TOGETHER:
            raise _referred_to(form, record.id)
        for each in ids:
            _delete(whole, other, changes.locked(whole, other, each, "delete"), with_id, depth + 1)


def _let_go(actor: Actor, form: Form, record: Record) -> None:
    """Have the references that may lose a record lose it, by whatever rights on them: it will not be there."""
    whole = actor.as_trusted()
    for other, key in [*referring(form), *listing(form)]:
        if other.fields[key].options.get("on_delete") not in LETTING_GO:
            continue
        ids = _referring_ids(other, key, [record.id])
        if len(ids) > MAX_TOGETHER:
            raise _referred_to(form, record.id)
        for each in ids:
            _take_out(whole, form, record.id, other, key, each)


def _take_out(actor: Actor, form: Form, record_id: int, other: Form, key: str, referring_id: int) -> None:
    stands = changes.locked(actor, other, referring_id, "update").values.get(key)
    left = [each for each in stands if each != record_id] if isinstance(stands, list) else []
    if not left and key in other.required:
        raise _referred_to(form, record_id)
    store.save(actor, other, {key: left or None}, record_id=referring_id, partial=True)


def _referring_ids(other: Form, key: str, ids: list[int]) -> list[int]:
    own = table(other).c
    same: ColumnElement[bool] = links.refer(other, key, ids)
    if other.fields[key].options.get("form") == other.key:
        same = same & own.id.not_in(ids)
    return list(db.session.scalars(select(own.id).where(same).order_by(own.id).limit(MAX_TOGETHER + 1)))


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
