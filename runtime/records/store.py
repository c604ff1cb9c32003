"""The one write path: page, API, import, automation and process all save records here; `deletion.py` deletes them.

Order: access → judging (defaults → fill and look-ups → visibility → computed → required → validation →
checks) → unique → serial number → row → event → what listens to events. One transaction, which the caller
commits.
"""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from dataclasses import replace as replacing
from functools import lru_cache
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import insert, update
from sqlalchemy.exc import IntegrityError

from runtime import access, surroundings, times
from runtime.access import FieldRights
from runtime.db import db, is_rehearsed
from runtime.definitions import roll_ups
from runtime.definitions.documents import Form
from runtime.errors import Conflict, Forbidden, Invalid, Problem
from runtime.records import changes, duplicates, row_history, rows, search, serials, subtables, tokens, unique
from runtime.records import judge as judging
from runtime.records.changes import AFTER_EVENT
from runtime.records.judge import Judged
from runtime.records.reads import fills
from runtime.records.rows import Record
from runtime.records.sources import Actor, Database, for_onlooker
from runtime.records.tables import clashes, kept, stored, table
from runtime.records.tokens import Saved, Token
from runtime.records.values import Case, Values
from runtime.records.wording import problem

log = logging.getLogger(__name__)

__all__ = ["AFTER_EVENT", "Actor", "Judged", "Saved", "judge", "probe", "save", "together"]

RENUMBERINGS = 1000  # how many taken serial numbers one save may skip
_together: ContextVar[bool] = ContextVar("saved_together", default=False)


@contextmanager
def together() -> Iterator[None]:
    """Saves inside share one savepoint, and none looks whether its token is known: what clashes with something undoes
    all of them and comes out as it is (IntegrityError). The caller then saves them one by one, outside.
    """
    token = _together.set(True)
    try:
        with db.session.begin_nested():
            yield
    finally:
        _together.reset(token)


def save(
    actor: Actor,
    form: Form,
    values: Mapping[str, Any],
    *,
    record_id: int | None = None,
    revision: int | None = None,
    token: str | None = None,
    replace: bool = False,
    partial: bool = False,
    alone: bool = False,
    always: bool = False,
) -> Saved:
    """Create a record, or change the one with `record_id`; never commits.

    `values` are the fields to change, None clears one; with `replace` the fields not named are cleared too.
    What the actor may not write is ignored. `revision` is what the writer saw: Conflict("stale") when it is
    no longer that. The same `token` again returns what the first call saved, with other values it is
    Conflict("token_reused"). With `partial` only the given values are judged, an empty one is no problem, and the
    other stored values stay: what a new version asks of the rest waits for whoever edits the record next. With
    `alone` the same, and nothing is filled from what is given either. With `always` there is an event, and a revision,
    also where nothing changes.
    Raises Invalid with a problem per field, Forbidden, NotFound.
    """
    if actor.tried is not None and not is_rehearsed():
        raise RuntimeError("rights are lent in a rehearsal only")
    submitted = tokens.read(actor, token, values, record_id)
    first = None if _together.get() else submitted and tokens.first(form, submitted)
    if first:
        return first
    if record_id is None:
        return _written(_new(actor, form, values, submitted))
    given = _everything(form, values) if replace else values
    write = _changed(actor, form, record_id, revision, given, submitted, partial, alone)
    assert write.record is not None
    if write.values == write.record.values and not always:
        return Saved(record_id, write.record.revision, write.values, None, warnings=write.judged.warnings)
    return _written(write)


def probe(actor: Actor, form: Form, values: Mapping[str, Any], *, record_id: int | None = None) -> Values:
    """What a save would store now, and its errors, without the writing: Invalid, Forbidden, NotFound as for `save`."""
    if record_id is None:
        write = _new(actor, form, values, None)
    else:
        write = _changed(actor, form, record_id, None, values, None, partial=False)
    _refuse_taken(write)
    return write.values


def judge(
    actor: Actor,
    form: Form,
    values: Mapping[str, Any],
    *,
    record: Record | None = None,
    rights: FieldRights | None = None,
    as_stored: bool = False,
) -> Judged:
    """Everything of a save but the writing: computed values, visibility, problems. Look-ups are included, what
    the actor may not see is not. `rights` are tried instead of his own. A record that is only read is judged
    `as_stored`: what rules would clear or set in a save is not changed yet.
    """
    rights = _rights(actor, form) if rights is None else rights
    staying = frozenset(form.fields) if as_stored else frozenset()
    case = _case(actor, form, record, Database(actor, form.app), rights, staying=staying, lookups=True)
    judged = judging.judge(case, values)
    return (judged if as_stored else _with_duplicates(actor, form, record, judged)).for_reader()


def _with_duplicates(actor: Actor, form: Form, record: Record | None, judged: Judged) -> Judged:
    """The judgement with what it says of records that are alike: a warning, or a problem where the form says so."""
    told = duplicates.told(actor, form, record, _shown(judged)) if form.duplicates else ()
    if form.refuses_duplicates:
        return replacing(judged, problems=(*judged.problems, *told))
    return replacing(judged, warnings=(*judged.warnings, *told))


def _shown(judged: Judged) -> Values:
    return {key: value for key, value in judged.values.items() if key in judged.visible}


def _everything(form: Form, values: Mapping[str, Any]) -> Values:
    writable = (key for key in kept(form) if form.fields[key].type.writable)
    return {**dict.fromkeys(writable), **values}


def _rights(actor: Actor, form: Form) -> FieldRights:
    """The actor's rights on fields: they bind people, as locks do, and not automations."""
    if actor.tried is not None:
        return actor.tried
    if actor.onlooker is not None:
        return FieldRights(access.fields(actor.onlooker, form).hidden)
    return access.fields(actor.user, form) if actor.is_person else access.EVERY_FIELD


def _case(
    actor: Actor,
    form: Form,
    record: Record | None,
    sources: Database,
    rights: FieldRights,
    *,
    staying: frozenset[str] = frozenset(),
    lookups: bool = False,
) -> Case:
    now, user = times.now(), access.facts(actor.user)
    return Case(
        form=form,
        sources=sources,
        now=now,
        stored=None if record is None else record.whole,
        system={} if record is None else rows.system(record),
        user=user,
        around=surroundings.around(form.zone, user, now),
        person=actor.is_person,
        may_number=actor.origin in ("import", "sample") or actor.trusted,
        lookups=lookups,
        rights=rights,
        staying=staying,
    )


def _staying(form: Form, given: Mapping[str, Any]) -> frozenset[str]:
    """What a partial change leaves as it is stored: all but what is given, and what is copied through it."""
    ways = fills(form).items()
    copied = {key for key, through in ways if any(reference in given for reference, _source in through)}
    return frozenset(form.fields.keys() - given.keys() - copied)


def _changes(form: Form, record: Record | None, given: Mapping[str, Any]) -> frozenset[str]:
    """What of a record the given values change: fields, and columns of sub-tables (`lines.price`)."""
    found, before = set(given), {} if record is None else record.whole
    for key in given.keys() & form.rows.keys():
        known = {row["id"]: row for row in before.get(key, ())}
        rows = ((row, known.get(row.get("id"), {})) for row in given[key] or ())
        found |= {f"{key}.{name}" for row, old in rows for name in changes.differing(old, row)}
    return frozenset(found)


def _left_alone(form: Form, changing: frozenset[str]) -> frozenset[str]:
    columns = {f"{key}.{name}" for key, of_rows in form.rows.items() for name in of_rows.fields}
    return frozenset(form.fields.keys() | columns) - changing


@dataclass(frozen=True)
class _Write:
    """One save on its way: what all of its steps need."""

    actor: Actor
    form: Form
    record: Record | None
    judged: Judged
    sources: Database
    token: Token | None
    values: Values


def _judged(
    actor: Actor,
    form: Form,
    record: Record | None,
    values: Mapping[str, Any],
    token: Token | None,
    partial: bool = False,
    alone: bool = False,
) -> _Write:
    sources, changing = Database(actor, form.app), frozenset(values)
    staying = _staying(form, values) if partial else frozenset()
    if alone:
        changing = _changes(form, record, values)
        staying = _left_alone(form, changing)
    case = _case(actor, form, record, sources, _rights(actor, form), staying=staying)
    judged = _with_duplicates(actor, form, record, judging.judge(case, values))
    if judged.ignored:
        log.info("form %s: ignored %s, sent by user %s", form.key, ", ".join(judged.ignored), actor.user_id)
    found = [each for each in judged.problems if not (partial or alone) or _is_unfit(each, changing)]
    if found:
        raise Invalid(found)
    return _Write(actor, form, record, judged, sources, token, subtables.kept_values(form, judged.values))


def _is_unfit(found: Problem, changing: frozenset[str]) -> bool:
    """Whether a problem is one of what a change in part changes: of rows, where it says so, of these columns."""
    own = any(each.startswith(f"{found.path[0]}.") for each in changing) if len(found.path) > 2 else False
    place = f"{found.path[0]}.{found.path[2]}" if own else found.path[0] if found.path else None
    return place in changing and found.code != "required"


def _new(actor: Actor, form: Form, values: Mapping[str, Any], token: Token | None) -> _Write:
    lent = actor.trusted or actor.tried is not None
    if not lent and not access.can(actor.user, "create", form):
        raise Forbidden(_("You may not add records here."))
    return _judged(actor, form, None, values, token)


def _changed(
    actor: Actor,
    form: Form,
    record_id: int,
    revision: int | None,
    values: Mapping[str, Any],
    token: Token | None,
    partial: bool,
    alone: bool = False,
) -> _Write:
    record = for_onlooker(actor, form, changes.locked(actor, form, record_id, "update"))
    changes.require_revision(record, revision)
    return _judged(actor, form, record, values, token, partial, alone)


def _written(write: _Write) -> Saved:
    """Write row and event; what others did in the meantime comes back as the same named errors."""
    alike = _alike_by_now(write) if write.form.refuses_duplicates else ()
    if alike:
        first = write.token and tokens.first(write.form, write.token)  # the same page, sent twice
        if first:
            return first
        raise Invalid(list(alike))
    _refuse_taken(write)
    if _together.get():
        return _stored(write)
    for _attempt in range(RENUMBERINGS):
        try:
            with db.session.begin_nested():
                return _stored(write)
        except IntegrityError as error:
            first = write.token and tokens.first(write.form, write.token)
            if first:
                return first
            _refuse_taken(write)
            _refuse_gone(write)
            if not _skip_taken_number(write, str(error.orig)):
                raise _busy() from None
    raise _busy()


def _stored(write: _Write) -> Saved:
    return _insert(write) if write.record is None else _update(write, write.record)


def _alike_by_now(write: _Write) -> tuple[Problem, ...]:
    """Problems of records that somebody else saved while this one was judged."""
    shown = _shown(write.judged)
    return duplicates.told_in_turn(write.actor, write.form, write.record, shown)


def _busy() -> Conflict:
    return Conflict(_("Somebody else saved at the same moment. Please try again."), code="busy")


def _refuse_taken(write: _Write) -> None:
    record = write.record
    problems = unique.taken(
        write.form,
        write.values,
        record.id if record else None,
        record.values if record else {},
        write.judged.hidden,
    )
    if problems:
        raise Invalid(problems)


def _refuse_gone(write: _Write) -> None:
    """Invalid when a record that this one refers to was deleted while it was judged."""
    fresh = Database(write.actor, write.form.app)
    problems: list[Problem] = []
    for key in judging.pointers(write.form, "reference"):
        target = str(write.form.fields[key].options["form"])
        if key in write.judged.hidden:
            continue
        if key in write.values and fresh.record(target, write.values[key]) is None:
            problems.append(problem(write.form, key, judging.NOT_AVAILABLE))
    before = write.record.values if write.record else {}
    for key in judging.pointers(write.form, "references"):
        added = set(write.values.get(key, ())) - set(before.get(key, ()))
        there = fresh.records(str(write.form.fields[key].options["form"]), added)
        if key not in write.judged.hidden and added - there:
            problems.append(problem(write.form, key, judging.NOT_AVAILABLE))
    if problems:
        raise Invalid(problems)


def _skip_taken_number(write: _Write, error: str) -> bool:
    """Leave out a number that a record has from an older pattern; False when something else clashes."""
    for key in _serials(write.form):
        if key not in write.values and clashes(write.form, key, error):
            serials.skip(write.form, write.form.fields[key], times.now())
            return True
    return False


def _serials(form: Form) -> tuple[str, ...]:
    return judging.pointers(form, "serial")


def _number(write: _Write) -> Values:
    """The values with their serial numbers; one that was given explicitly moves the series on."""
    values = dict(write.values)
    _keep_up(write, values)
    for key in _serials(write.form):
        if key not in values:
            values[key] = serials.draw(write.form, write.form.fields[key], times.now())
    return values


def _keep_up(write: _Write, given: Values) -> None:
    for key in _serials(write.form):
        if given.get(key):
            serials.keep_up(write.form, write.form.fields[key], given[key], times.now())


def _insert(write: _Write) -> Saved:
    form, now = write.form, times.now()
    values = _number(write)
    row = {
        **rows.to_columns(form, values, stored(form)),
        **_ownership(write, values),
        "revision": 1,
        "version_id": form.version_id,
        "created_at": now,
        "created_by": write.actor.user_id,
        "updated_at": now,
        "updated_by": write.actor.user_id,
        "search_text": search.text_of(form, values),
    }
    record_id = int(db.session.scalars(_insertion(form), row).one())
    values = subtables.write(form, record_id, {}, values)
    return _noted(write, "created", record_id, 1, {}, values)


@lru_cache(1024)
def _insertion(form: Form) -> Any:
    return insert(table(form)).returning(table(form).c.id)


def _update(write: _Write, record: Record) -> Saved:
    form = write.form
    changed = changes.differing(record.values, write.values)
    _keep_up(write, {key: write.values.get(key) for key in changed})
    columns = rows.to_columns(form, write.values, (key for key in changed if key not in form.rows))
    row = {
        **columns,
        **_ownership(write, write.values),
        "revision": record.revision + 1,
        "version_id": form.version_id,
        "updated_at": times.now(),
        "updated_by": write.actor.user_id,
        "search_text": search.text_of(form, write.values),
    }
    own = table(form).c
    same = update(table(form)).where(own.id == record.id, own.revision == record.revision)
    done = db.session.execute(same, row)
    if done.rowcount != 1:  # type: ignore[attr-defined]
        raise changes.stale()
    values = subtables.write(form, record.id, record.values, write.values)
    return _noted(write, "updated", record.id, record.revision + 1, record.values, values)


def _ownership(write: _Write, values: Values) -> Values:
    """Owner (the owner field, else who made it) and the owner's department, as they are at this write."""
    record, field = write.record, write.form.owner_field
    made_by = record.created_by if record else write.actor.user_id
    owner = values.get(field, made_by) if field else made_by
    if record is not None and owner == record.owner_id:
        return {}
    member = write.sources.members([owner]).get(owner) if owner is not None else None
    return {"owner_id": owner, "department_id": member.department_id if member else None}


def _noted(write: _Write, kind: str, record_id: int, revision: int, before: Values, after: Values) -> Saved:
    packed = write.record is not None and _follows(write.form, write.record, revision)
    event = changes.note(
        write.actor, write.form, kind, record_id, revision, before, after, write.token, packed
    )
    return Saved(record_id, revision, after, event.id, warnings=write.judged.warnings)


def _follows(form: Form, record: Record, revision: int) -> bool:
    """Whether the event before this one is sure to say of all rows how they were: another version knows other columns,
    and what follows from roll-ups has no event.
    """
    is_same = record.version_id == form.version_id and not roll_ups.of(form)
    return is_same and revision % row_history.STEPS != 0 and not is_rehearsed()
