"""Counting roll-ups anew when a form is published with one that is new or counts otherwise.

That is a row of the publishing transaction; a job then goes through the records in batches. It may be killed at
any moment: it goes on after the last batch that was committed, and counting again gives the same.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import Index, select
from sqlalchemy.orm import Session
from sqlalchemy.schema import CreateIndex

from runtime import batches, jobs, outbox, times
from runtime.db import db
from runtime.definitions import lookup, roll_ups
from runtime.definitions.documents import Form, parse_fields
from runtime.definitions.roll_ups import RollUp
from runtime.jobs import Lease
from runtime.outbox import Outbox
from runtime.records import roll_ups as held
from runtime.records.models import Recount
from runtime.records.tables import index_name, index_names, table

KIND = "recount"
PAUSE = timedelta(seconds=60)  # no transaction lasts longer: PostgreSQL ends those that stand idle


def plan(session: Session, form: Form, before: Mapping[str, Any] | None) -> None:
    """Count anew what the newest version counts otherwise than the document in force before; None where none was."""
    known = set(map(_kept_as, _of_document(before))) if before else set()
    if set(map(_kept_as, roll_ups.of(form).values())) <= known:
        return
    row = of_form(session, form)
    if row is None:
        row = Recount(form_id=form.definition_id)
        session.add(row)
        session.flush()
        outbox.put(session, KIND, row.id)
        return
    row.state, row.last_id, row.at = "waiting", 0, times.now()
    outbox.revive(session, KIND, row.id, due_at=times.now())


def hold(session: Session, form_ids: Iterable[int]) -> None:
    """Have the countings of these forms wait until the commit. A batch at work is waited for, which holds its piece of
    work from its beginning.
    """
    own = select(Recount.id).where(Recount.form_id.in_(list(form_ids)))
    work_of = select(Outbox.id).where(Outbox.kind == KIND, Outbox.ref_id.in_(own)).order_by(Outbox.id)
    session.execute(work_of.with_for_update())
    session.execute(own.order_by(Recount.id).with_for_update())


def index(session: Session, form: Form) -> None:
    """Give the records among which a smallest or greatest value is looked for an index in its order."""
    for roll_up in roll_ups.of(form).values():
        source = lookup.form_if_any(form.app, roll_up.form)
        if roll_up.function in roll_ups.INCREMENTAL or source is None:
            continue
        keys = (roll_up.reference, str(roll_up.source))
        name, own = index_name("ru", source, keys), table(source)
        if name not in index_names(session, own.name):
            session.execute(CreateIndex(Index(name, *(own.c[key] for key in keys))))


def _of_document(document: Mapping[str, Any]) -> Iterator[RollUp]:
    return (RollUp(field) for field in parse_fields(document).values() if field.type.name == "roll_up")


def _kept_as(roll_up: RollUp) -> tuple[Any, ...]:
    """What says whether a record holds it: its columns, what is counted there, and how its value is kept."""
    options = roll_up.field.options
    return roll_up.key, roll_up.mark, *(options.get(name) for name in ("result", "decimals", "currency"))


def of_form(session: Session, form: Form) -> Recount | None:
    """The last counting of a form."""
    return session.scalar(select(Recount).where(Recount.form_id == form.definition_id))


def _given_up(session: Session, recount_id: int, error: str) -> None:
    session.get_one(Recount, recount_id).state = "failed"


@jobs.handler(KIND, on_dead=_given_up)
def work(lease: Lease) -> None:
    """Count some batches; what is left then waits for its next turn."""
    batches.work(lease, lambda session: _batch(session, lease.ref_id), lambda session: _again(session, lease))


def _batch(session: Session, recount_id: int) -> bool:
    """Count the next records; True when these were the last."""
    recount = session.get_one(Recount, recount_id, populate_existing=True)
    form = lookup.form_by_id_if_any(recount.form_id)
    ids = _following(form, recount.last_id) if form is not None and roll_ups.of(form) else []
    if form is not None and ids:
        held.count(form, ids)
        recount.last_id = ids[-1]
    return len(ids) < batches.SIZE


def _following(form: Form, record_id: int) -> list[int]:
    own = table(form).c.id
    return list(db.session.scalars(select(own).where(own > record_id).order_by(own).limit(batches.SIZE)))


def _again(session: Session, lease: Lease) -> None:
    """After the first time a second one: who began to save before the version came into force knew nothing of it."""
    recount = session.get_one(Recount, lease.ref_id)
    first = recount.state == "waiting"
    recount.state, recount.last_id, recount.at = "again" if first else "done", 0, times.now()
    if first:
        outbox.revive(session, KIND, recount.id, due_at=times.now() + PAUSE)


def wrong(form: Form) -> Iterator[tuple[int, str]]:
    """Each record with a roll-up that is not what it should be; none while they wait to be counted."""
    recount = of_form(db.session(), form)
    if not roll_ups.of(form) or (recount is not None and recount.state == "waiting"):
        return
    last = 0
    while ids := _following(form, last):
        last = ids[-1]
        found = list(held.wrong(form, ids))
        db.session.rollback()  # nobody waits for these records longer than it takes to look at them
        yield from found
