"""Rows become records: many at once while all goes well, one by one where something is refused, so that one bad row
never blocks the others. What became of each is kept in the same transaction.
"""

from collections.abc import Callable, Iterable
from typing import Any, cast

from sqlalchemy import Table, bindparam, delete, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from runtime.db import db
from runtime.errors import Conflict, Forbidden, Invalid, NotFound
from runtime.records import store
from runtime.transfer import repeats, unknown
from runtime.transfer.models import ImportMark, ImportRow
from runtime.transfer.planning import Desk, Plan, Told, told

Outcome = dict[str, Any]

_rows = cast(Table, ImportRow.__table__)
_NOTE = (
    update(_rows)
    .where(_rows.c.import_id == bindparam("of"), _rows.c.number == bindparam("row"))
    .values({name: bindparam(f"its_{name}") for name in ("state", "problems", "record_id", "revision")})
)


def looked_at(plan: Plan) -> Outcome:
    """What a look at a row found."""
    if plan.is_made:
        return outcome(plan, "same", plan.record_id)
    return outcome(plan, "bad" if plan.problems else "later" if plan.is_later else "ready")


def outcome(plan: Plan, state: str, record_id: int | None = None, revision: int | None = None) -> Outcome:
    """What became of a row, for `keep`."""
    found = {"state": state, "problems": plan.problems, "record_id": record_id, "revision": revision}
    return {"row": plan.number, **{f"its_{name}": value for name, value in found.items()}}


def keep(session: Session, import_id: int, outcomes: list[Outcome]) -> None:
    """Note what became of rows, in the caller's transaction."""
    if outcomes:
        session.execute(_NOTE, [{"of": import_id, **each} for each in outcomes])


def written(session: Session, desk: Desk, plans: Iterable[Plan]) -> list[Outcome]:
    """Save what these rows would do, in the caller's transaction. They share one savepoint, which costs a fifth less;
    where a row is refused, all of them are saved anew, each in a savepoint of its own.
    """
    before = dict(desk.written)
    tried: list[Plan] = []
    outcomes: list[Outcome] = []
    try:
        with store.together():
            for plan in plans:
                tried.append(plan)
                outcomes.append(_written(session, desk, plan, _saved))
        return outcomes
    except (Invalid, Forbidden, NotFound, Conflict, IntegrityError):
        desk.written.clear()
        desk.written.update(before)
        return [_written(session, desk, plan, _saved_alone) for plan in tried]


def _written(
    session: Session, desk: Desk, plan: Plan, save: Callable[[Desk, Plan], Outcome | None]
) -> Outcome:
    if plan.is_made:  # since it was looked at, by another import of the same file
        return looked_at(plan)
    missing = unknown.missing(desk, plan)
    if missing and not desk.own.told.get("last"):
        return outcome(plan, "later")
    found: Told = [[key, unknown.nobody(desk, key, plan.waits[key])] for key in missing]
    plan.problems += [each for each in found if each not in plan.problems]
    done = None if plan.problems else save(desk, plan)
    if done:
        unknown.note(desk, plan, done["its_record_id"])
        return done
    mine = (ImportMark.import_id == desk.own.id, ImportMark.number == plan.number)
    session.execute(delete(ImportMark).where(*mine))
    return outcome(plan, "bad")


def _saved_alone(desk: Desk, plan: Plan) -> Outcome | None:
    """The same, and None with the problems in the plan where it is refused."""
    try:
        with db.session.begin_nested():
            return _saved(desk, plan)
    except (Invalid, Forbidden, NotFound, Conflict) as error:
        plan.problems = told(error, plan)
        return None


def _saved(desk: Desk, plan: Plan) -> Outcome:
    token, values = repeats.token(desk.own.id, plan.number), plan.values | unknown.made(desk, plan.waits)
    saved = store.save(desk.actor, desk.form, values, record_id=plan.record_id, token=token)
    state = "created" if plan.record_id is None else "updated" if saved.event_id else "same"
    return outcome(plan, state, saved.id, saved.revision)
