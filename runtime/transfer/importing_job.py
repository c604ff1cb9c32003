"""The job of imports: reads, checks, writes, takes back. What is left after some batches waits for its next turn.

A batch of rows, with what became of each, is one commit; which rows are left is told by their states.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from runtime import access, batches, jobs, outbox, spreadsheets
from runtime.accounts.models import User
from runtime.automations import chain
from runtime.db import after_commit, db, transaction
from runtime.definitions import lookup
from runtime.errors import Conflict, Forbidden, Invalid, NotFound, PermanentError
from runtime.jobs import Lease
from runtime.records import deletion
from runtime.records.models import Event
from runtime.records.tables import table
from runtime.records.taking_back import take_back
from runtime.times import now
from runtime.transfer import groups, importing, mapping, planning, repeats, sources, staging, unknown, writing
from runtime.transfer.models import Import, ImportMark, ImportRow
from runtime.transfer.planning import Desk, Plan, Told, told

BATCH = 100  # rows that are read together
AT_ONCE = 2_000  # rows that are deleted, or set back, together
IN_A_TURN = 20
MOST_PASSES = 100  # over the rows that wait for others; each row that refers to one below it costs one


@jobs.handler(importing.KIND, on_dead=importing.given_up)
def work(lease: Lease) -> None:
    """Do some batches of whatever the import waits for."""
    for _number in range(IN_A_TURN):
        own = db.session.get(Import, lease.ref_id, populate_existing=True)
        if own is None or not own.is_at_work:
            with transaction() as session:
                lease.finish(session)
            return
        with force_locale(db.session.get_one(User, own.user_id).locale):
            _step(lease, own)
    with transaction() as session:
        lease.finish(session)
        outbox.revive(session, importing.KIND, lease.ref_id, due_at=now())


def _step(lease: Lease, own: Import) -> None:
    try:
        _STEPS[own.state](lease, own)
    except (PermanentError, Conflict) as error:
        with transaction() as session:
            lease.renew(session)
            importing.give_up(session, lease.ref_id, error.message)


def _read(lease: Lease, own: Import) -> None:
    """Read the whole file, a batch a commit; after a crash behind the last row that is kept."""
    key, import_id = own.key, own.id
    try:
        # A workbook is read from its start each time, so no turn may end before all of it is.
        with batches.held(lease), staging.opened(key, own.told.get("wanted", "")) as sheet:
            for batch in staging.batches(sheet, staging.last(import_id)):
                if not _put(lease, import_id, batch):
                    return
    except Invalid as error:
        raise PermanentError(error.problems[0].message) from error
    with transaction() as session:
        found = importing.locked(session, lease, "reading")
        if found is not None:
            _understand(found, sheet)
    if not sheet.encoding:  # a text may be read anew in another encoding
        sources.remove(key)


def _put(lease: Lease, import_id: int, batch: list[staging.Row]) -> bool:
    """Keep a batch of rows; False when nobody wants them any more."""
    with transaction() as session:
        found = importing.locked(session, lease, "reading")
        if found is None:
            return False
        staging.put(import_id, batch)
        widest = max(len(cells) for _number, cells in batch)
        found.told = {**found.told, "width": max(widest, found.told.get("width", 0))}
    return True


def _understand(own: Import, sheet: spreadsheets.Sheet) -> None:
    """Find the titles, and what the columns seem to be."""
    first = importing.head(own, staging.HEAD_ROWS)
    if not first:
        raise PermanentError(_("There is nothing in the sheets of this file."))
    width = own.told["width"]
    rows = [[*row.cells, *[None] * (width - len(row.cells))] for row in first]
    own.told = {**own.told, "encoding": sheet.encoding, "separator": sheet.separator, "sheet": sheet.title}
    own.state, own.head = "columns", first[spreadsheets.head_of(rows)].number
    user, form = db.session.get_one(User, own.user_id), lookup.form_by_id(own.form_id)
    own.mapping = mapping.automatic(user, form, importing.titles(own))


def _check(lease: Lease, own: Import) -> None:
    rows = importing.rows(own, ("new",), BATCH)
    last = not rows
    rows = rows or importing.rows(own, ("later",), BATCH)
    some, desk = groups.few(own, rows), importing.desk(own)
    checked = check(desk, some)
    with transaction() as session:
        found = importing.locked(session, lease, "checking")
        if found is None:
            return
        note(session, desk, checked, last=last)
        if last and len(some) == len(rows) < BATCH:
            found.state = "checked"


Checked = list[tuple[Plan, dict[str, Told]]]
"""Plans, and what no other row may hold as well."""


def check(desk: Desk, rows: Sequence[ImportRow]) -> Checked:
    """What the rows would do, and what is wrong with them; nothing is written."""
    found: Checked = []
    with access.departments_read_once():
        for plan in _plans(desk, rows):
            values = {} if plan.is_made else planning.probed(desk, plan)
            is_marked = not plan.is_made and not plan.problems
            found.append((plan, planning.marks(desk, plan, values) if is_marked else {}))
    return found


def _plans(desk: Desk, rows: Sequence[ImportRow]) -> list[Plan]:
    """The plans of rows; of one that became a record before, that it did."""
    made = repeats.made(desk.own, desk.form, [row.number for row in rows])
    known = [Plan(number, record_id=each, is_made=True) for number, each in made.items()]
    return known + planning.plans(desk, [row for row in rows if row.number not in made])


def note(session: Session, desk: Desk, checked: Checked, *, last: bool = True) -> None:
    """Keep what was found, in the caller's transaction. Where it is not the `last` look, a row may wait for names of
    others.
    """
    own, plans = desk.own, [plan for plan, _marks in checked]
    numbers = [plan.number for plan, _marks in checked]
    mine = ImportMark.import_id == own.id
    session.execute(delete(ImportMark).where(mine, ImportMark.number.in_(numbers)))
    wanted = [mark for _plan, marks in checked for mark in marks]
    names = unknown.marks(desk, plans)
    taken = set(session.scalars(select(ImportMark.mark).where(mine, ImportMark.mark.in_(wanted))))
    new = []
    for plan, marks in checked:
        plan.problems += [each for mark, problems in marks.items() if mark in taken for each in problems]
        if not plan.problems:
            taken.update(marks)
            new += [{"import_id": own.id, "mark": mark, "number": plan.number} for mark in marks]
    known = set(session.scalars(select(ImportMark.mark).where(mine, ImportMark.mark.in_(names))))
    new += [
        {"import_id": own.id, "mark": name, "number": number}
        for name, number in names.items()
        if name not in known
    ]
    if new:
        session.execute(insert(ImportMark), new)
    unknown.look(session, desk, plans, last=last)
    writing.keep(session, own.id, [writing.looked_at(plan) for plan, _marks in checked])


def _run(lease: Lease, own: Import) -> None:
    """Write the next rows."""
    desk = importing.desk(own)
    rows = importing.rows(own, ("ready",), BATCH)
    some = groups.few(own, rows)
    is_last, left = len(some) == len(rows) < BATCH, iter(_plans(desk, some))
    while _write_some(lease, desk, left):
        pass
    if is_last:
        _go_on(lease)


def _write_some(lease: Lease, desk: Desk, left: Iterator[Plan]) -> bool:
    """Write as many of what is left as one transaction may; False when nothing is, or nobody wants it any more."""
    with (
        transaction() as session,
        chain.silence(not desk.own.options["automations"]),
        access.departments_read_once(),
    ):
        found = importing.locked(session, lease, "running")
        outcomes = writing.written(session, desk, batches.in_time(left)) if found else []
        writing.keep(session, desk.own.id, outcomes)
        refused = next((each for each in outcomes if each["its_state"] == "bad"), None)
        if found and refused and found.options.get("whole"):
            why = _("Row %(number)s could not be imported, so none is.", number=refused["row"])
            importing.take_back(found, why)
    return bool(outcomes)


def _go_on(lease: Lease) -> None:
    """Have those rows written that waited for others; when none of these came, or after too many passes, for the last
    time, which tells so.
    """
    with transaction() as session:
        found = importing.locked(session, lease, "running")
        if found is None:
            return
        counts = importing.counts(found)
        done = sum(counts.get(each, 0) for each in importing.DONE)
        if counts.get("later"):
            turn = found.told.get("turn", 0) + 1
            last = done == found.told.get("done") or turn >= MOST_PASSES
            found.told = {**found.told, "done": done, "last": last, "turn": turn, "passes": True}
            importing.call_again(session, found)
            return
        found.told = importing.without_passes(found)
        found.state, found.done_at = "done", now()
        importing.touch(found)


def _undo(lease: Lease, own: Import) -> None:
    """Take back the last rows that are left, each in a savepoint; later ones may refer to earlier ones."""
    desk = importing.desk(own)
    with (
        transaction() as session,
        chain.silence(not own.options["automations"]),
        access.departments_read_once(),
    ):
        found = importing.locked(session, lease, "undoing")
        if found is None:
            return
        rows = importing.last_rows(found, importing.DONE, BATCH)
        outcomes = [_taken_back(session, desk, row) for row in batches.in_time(rows)]
        writing.keep(session, found.id, outcomes)
        if len(outcomes) == len(rows) < BATCH:
            found.state = "undone"
            if not importing.counts(found).get("kept"):
                repeats.forget(found)
            importing.touch(found)


def _taken_back(session: Session, desk: Desk, row: ImportRow) -> writing.Outcome:
    plan = Plan(row.number)
    try:
        with session.begin_nested():
            plan.problems = _take_back(session, desk, row)
            unknown.drop(session, desk, desk.cells(row))
    except (Invalid, Forbidden, NotFound, Conflict) as error:
        plan.problems = told(error, plan)
    return writing.outcome(plan, "kept" if plan.problems else "undone", row.record_id, row.revision)


def _take_back(session: Session, desk: Desk, row: ImportRow) -> Told:
    """Delete the record that the row made, or give back its values but for those that this tells: somebody changed them
    since. Conflict where somebody changed a record that is to be deleted.
    """
    assert row.record_id is not None
    if row.state == "created":
        try:
            deletion.delete(desk.actor, desk.form, row.record_id, revision=row.revision)
        except NotFound:  # somebody deleted it already, or it is out of the person's sight
            own = table(desk.form).c
            if session.scalar(select(own.id).where(own.id == row.record_id)) is not None:
                raise NotFound(_("The record is there, but you may not delete it.")) from None
        return []
    mine = (Event.form_id == desk.form.definition_id, Event.record_id == row.record_id)
    event = session.scalars(select(Event).where(*mine, Event.revision == row.revision)).first()
    if event is None:
        raise Conflict(_("What the record held before is no longer known."), code="gone")
    _again, others = take_back(desk.actor, desk.form, event)
    return [[key, _("Somebody changed this since, so it stays.")] for key in others]


def _reset(lease: Lease, own: Import) -> None:
    """Let rows that were looked at be looked at again."""
    with transaction() as session:
        found = importing.locked(session, lease, "resetting")
        if found is None:
            return
        numbers = _some(session, ImportRow, own.id, ImportRow.state != "new")
        mine = (ImportRow.import_id == own.id, ImportRow.number.in_(numbers))
        session.execute(update(ImportRow).where(*mine).values(state="new", problems=[], under=None))
        if not _delete_some(session, ImportMark, own.id) and not numbers:
            found.told = {**found.told, "grouped": 0}
            found.state = "grouping" if groups.has_rows(found.mapping) else "checking"


def _group(lease: Lease, own: Import) -> None:
    """Find out which rows are one record."""
    with transaction() as session:
        found = importing.locked(session, lease, "grouping")
        if found is not None and not groups.tell_apart(session, found):
            found.state = "checking"


def _empty(lease: Lease, own: Import) -> None:
    """Forget rows that were read in the wrong encoding."""
    with transaction() as session:
        found = importing.locked(session, lease, "emptying")
        if found is not None and not _delete_rows(session, own.id):
            found.state = "reading"


def _drop(lease: Lease, own: Import) -> None:
    with transaction() as session:
        found = importing.locked(session, lease, "dropping")
        if found is not None and not _delete_rows(session, own.id):
            session.delete(found)
            after_commit(lambda: sources.remove(own.key))


def _delete_rows(session: Session, import_id: int) -> bool:
    """Delete some rows and marks; False when none are left."""
    return any(_delete_some(session, each, import_id) for each in (ImportMark, ImportRow))


def _delete_some(session: Session, of: type[ImportRow | ImportMark], import_id: int) -> bool:
    numbers = _some(session, of, import_id)
    session.execute(delete(of).where(of.import_id == import_id, of.number.in_(numbers)))
    return bool(numbers)


def _some(session: Session, of: type[ImportRow | ImportMark], import_id: int, *more: Any) -> set[int]:
    return set(session.scalars(select(of.number).where(of.import_id == import_id, *more).limit(AT_ONCE)))


_STEPS: dict[str, Callable[[Lease, Import], None]] = {
    "reading": _read,
    "emptying": _empty,
    "resetting": _reset,
    "grouping": _group,
    "dropping": _drop,
    "checking": _check,
    "running": _run,
    "undoing": _undo,
}
