"""Roll-ups: what they hold is brought up to date in the transaction that writes a record which counts for them.

The rows of the records that it refers to are locked, in the order of form and id, and changed from what they hold to
what they hold now: two who write at once count one after the other. No key of theirs changes, so that the lock does
not wait for those who only refer to them (PostgreSQL's foreign keys), who would wait for each other.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from flask_babel import gettext as _
from sqlalchemy import Select, select, update

from runtime.db import db
from runtime.definitions import roll_ups
from runtime.definitions.documents import Form
from runtime.definitions.roll_ups import INCREMENTAL, RollUp
from runtime.errors import Invalid, Problem
from runtime.fields import FieldError
from runtime.fields._numbers import WIDE
from runtime.records import derived, rows
from runtime.records.counting import Held, count_anew, of_values, read
from runtime.records.rows import Record, Values
from runtime.records.tables import running, table


class Move(NamedTuple):
    """What no longer counts for a record, and what counts for it now; None for nothing."""

    gone: Any = None
    come: Any = None


Moves = dict[int, dict[str, list[Move]]]
"""What moves in records of a form: id → key of the roll-up → moves."""


class Change(NamedTuple):
    """A record of this form had these values and has those."""

    form: Form
    before: Mapping[str, Any]
    after: Mapping[str, Any]


def follow(form: Form, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    """Bring the roll-ups up to date that a record of this form counted for, and those that it counts for now; then the
    roll-ups over these.
    """
    _go_on([Change(form, before, after)])


def count(form: Form, ids: Iterable[int]) -> None:
    """Count all roll-ups of these records anew, and bring those up to date that they count for. A value that is too
    large is left empty: nobody is there whose record could be refused.
    """
    _go_on(_refresh(form, ids, strict=False), strict=False)


def _go_on(changes: Iterable[Change], *, strict: bool = True) -> None:
    waiting: dict[int, tuple[Form, Moves]] = {}
    _await(waiting, changes)
    while (
        waiting
    ):  # always the form that counts no other one that waits: so everybody locks in the same order
        target, moves = waiting.pop(min(waiting))
        _await(waiting, _refresh(target, moves, moves, strict=strict))


def _await(waiting: dict[int, tuple[Form, Moves]], changes: Iterable[Change]) -> None:
    for change in changes:
        for rank, target, roll_up in roll_ups.over(change.form):
            old, new = _counted(roll_up, change.before), _counted(roll_up, change.after)
            for record_id, move in _moves(old, new):
                _target, moves = waiting.setdefault(rank, (target, {}))
                moves.setdefault(record_id, {}).setdefault(roll_up.key, []).append(move)


def _counted(roll_up: RollUp, values: Mapping[str, Any]) -> tuple[int, Any] | None:
    """The record for which these values count, and what they count there."""
    pointed = values.get(roll_up.reference)
    amount = values.get(roll_up.source) if roll_up.source else 1
    if pointed is None or amount is None or (roll_up.when and not roll_up.when.holds(dict(values))):
        return None
    return pointed, 1 if roll_up.function == "count" else amount


def _moves(old: tuple[int, Any] | None, new: tuple[int, Any] | None) -> Iterator[tuple[int, Move]]:
    if old == new:
        return
    if old and new and old[0] == new[0]:
        yield old[0], Move(old[1], new[1])
        return
    if old:
        yield old[0], Move(gone=old[1])
    if new:
        yield new[0], Move(come=new[1])


def _refresh(form: Form, ids: Iterable[int], moves: Moves | None = None, *, strict: bool) -> list[Change]:
    """Bring the roll-ups of these records up to date: those that the moves are about or, without moves, all of them,
    counted anew. The records that changed.

    A value that is too large is left empty; Invalid where that is `strict`.
    """
    found = _locked(form, ids)
    stepped = [_stepped(form, record, row, moves) for record, row in found]
    anew = _counted_anew(form, [record.id for record, _row in found], stepped)
    changes = []
    for (record, row), helds in zip(found, stepped, strict=True):
        now = {key: held or anew[key][record.id] for key, held in helds.items() if held or key in anew}
        after = _write(form, record, row, _fitting(form, now, strict=strict))
        if after != record.values:
            changes.append(Change(form, record.values, after))
    return changes


@lru_cache(1024)
def _selection(form: Form) -> Select[Any]:
    own = (running(form, key) for key in roll_ups.of(form))
    return select(*rows.columns(form), *own).order_by(table(form).c.id).with_for_update(key_share=True)


def _locked(form: Form, ids: Iterable[int]) -> list[tuple[Record, Mapping[str, str | None]]]:
    """The records, locked until the commit, with what they hold of their roll-ups."""
    keys = list(roll_ups.of(form))
    found = db.session.execute(_selection(form).where(table(form).c.id.in_(sorted(ids)))).all()
    return [(rows.record(form, row), dict(zip(keys, row[-len(keys) :], strict=True))) for row in found]


def _stepped(
    form: Form, record: Record, row: Mapping[str, str | None], moves: Moves | None
) -> dict[str, Held | None]:
    """What the record holds after its moves; None where that must be counted anew."""
    if moves is None:
        return dict.fromkeys(roll_ups.of(form))
    found = {}
    for key, own in moves[record.id].items():
        held: Held | None = read(row[key], record.values.get(key))
        for move in own:
            held = held and _step(roll_ups.of(form)[key], held, move)
        found[key] = held
    return found


def _step(roll_up: RollUp, held: Held, move: Move) -> Held | None:
    if held.mark != roll_up.mark:
        return None
    if roll_up.function not in INCREMENTAL:
        return _next_best(roll_up, held, Move(*(_rounded(roll_up, each) for each in move)))
    number = held.number + (move.come is not None) - (move.gone is not None)
    total = held.total
    if roll_up.function != "count":
        total = WIDE.subtract(WIDE.add(total, move.come or 0), move.gone or 0)
    return of_values(roll_up, number, total)


def _rounded(roll_up: RollUp, amount: Any) -> Any:
    return None if amount is None else roll_up.field.type.normalise(amount, roll_up.field)


def _next_best(roll_up: RollUp, held: Held, move: Move) -> Held | None:
    """The smallest or greatest value after a move; None when the one that it was is gone."""
    best = min if roll_up.function == "min" else max
    if (
        move.gone is not None
        and move.gone == held.value
        and best(move.gone, move.come or move.gone) != move.come
    ):
        return None
    known = [each for each in (held.value, move.come) if each is not None]
    return held._replace(value=best(known) if known else None)


def _counted_anew(
    form: Form, ids: list[int], stepped: list[dict[str, Held | None]]
) -> dict[str, dict[int, Held]]:
    """For each roll-up that some records need counted anew, what these should hold."""
    found = {}
    for key, roll_up in roll_ups.of(form).items():
        asked = [each for each, helds in zip(ids, stepped, strict=True) if helds.get(key, roll_up) is None]
        counted = count_anew(form, roll_up, asked) if asked else None
        if counted is not None:
            found[key] = counted
    return found


def _fitting(form: Form, helds: Mapping[str, Held], *, strict: bool) -> dict[str, Held]:
    """The values as their fields keep them."""
    found = {}
    for key, held in helds.items():
        value = None if held.value is None else _canonical(form, key, held.value)
        if strict and held.value is not None and value is None:
            raise _too_large()
        # What was left out is not gone on with, as if nothing counted yet.
        found[key] = Held() if value is None and held.value is not None else held._replace(value=value)
    return found


def _canonical(form: Form, key: str, value: Any) -> Any:
    """The value as its field keeps it; None when it cannot."""
    field = form.fields[key]
    try:
        value = field.type.normalise(value, field)
    except FieldError:
        return None
    return value if derived.fits(form, key, value) else None


def _too_large() -> Invalid:
    # Whoever writes a record need not know what counts it, or of the form where that stands.
    sentence = _("This cannot be saved: a total that counts this record would become too large.")
    return Invalid([Problem((), "roll_up_too_large", sentence)])


def _write(form: Form, record: Record, row: Mapping[str, str | None], helds: Mapping[str, Held]) -> Values:
    """Store what is new, with what follows from it; the values that the record then has."""
    counters = {key: held.written() for key, held in helds.items() if held.written() != row[key]}
    changed = {key: held.value for key, held in helds.items() if held.value != record.values.get(key)}
    columns: Values = {running(form, key).name: text for key, text in counters.items()}
    after = record.values
    if changed:
        after, followed = derived.after(form, record, changed)
        columns |= followed
    if columns:
        db.session.execute(update(table(form)).where(table(form).c.id == record.id), columns)
    return after


def wrong(form: Form, ids: list[int]) -> Iterator[tuple[int, str]]:
    """Of these records, which are locked for it, those with a roll-up that is not what it should be, and its key."""
    found = _locked(form, ids)
    for key, roll_up in roll_ups.of(form).items():
        should = count_anew(form, roll_up, ids) or {}
        for record, row in found if should else ():
            held, text = should[record.id], row[key] or ""
            value = None if held.value is None else _canonical(form, key, held.value)
            if value != record.values.get(key) or (text.startswith(held.mark) and text != held.written()):
                yield record.id, key
