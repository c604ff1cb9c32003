"""An import from its upload to its end: what somebody may do with it when, and what its job does in each state.

Steps are taken in requests, work is done by a job that may be killed at any moment: each batch of rows and the place
up to which it went are one commit.
"""

import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, BinaryIO

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import UnaryExpression, func, select, update
from sqlalchemy.orm import Session

from runtime import access, encodings, jobs, outbox
from runtime.accounts.models import User
from runtime.db import after_commit, db, transaction
from runtime.definitions import lookup
from runtime.definitions.documents import Form
from runtime.errors import Conflict, NotFound
from runtime.jobs import Lease
from runtime.times import now
from runtime.transfer import mapping, repeats, sources, staging
from runtime.transfer.models import PART, Import, ImportRow
from runtime.transfer.planning import Desk

KIND, END = "import", "import_end"
KEPT = timedelta(days=1)  # after the last step
LOST = 2 * KEPT  # a file that a crash left is older: nothing is at work any more that could still name it
MOST = 10  # of one person and form at a time
DONE = ("created", "updated")  # states of rows that changed a record
FAILED = "failed"  # the error that says no more than that


def begin(user: User, form: Form, name: str, file: BinaryIO) -> Import:
    """Keep a spreadsheet and want it read, and commit; Invalid or Conflict with a sentence for none. The file is kept
    before anything is written, so that nobody waits for a large one.
    """
    if len(own(user, form)) >= MOST:
        raise Conflict(_("You have %(number)s imports here. Remove one first.", number=MOST), code="many")
    key, user_id = secrets.token_hex(16), user.id
    digest = sources.keep(key, file)
    try:
        with transaction() as session:
            return _begun(session, key, user_id, form, name, digest)
    except BaseException:
        sources.remove(key)
        raise


def _begun(session: Session, key: str, user_id: int, form: Form, name: str, digest: str) -> Import:
    found = Import(
        key=key,
        user_id=user_id,
        form_id=form.definition_id,
        name=name[:200],
        digest=digest,
        state="reading",
    )
    session.add(found)
    session.flush()
    outbox.put(session, KIND, found.id)
    outbox.put(session, END, found.id, due_at=now() + KEPT)
    return found


def own(user: User, form: Form) -> list[Import]:
    """The imports of this person into this form, newest first."""
    mine = (Import.user_id == user.id, Import.form_id == form.definition_id, Import.state != "dropping")
    return list(db.session.scalars(select(Import).where(*mine).order_by(Import.id.desc())))


def get(user: User, form: Form, key: str) -> Import:
    """An import of this person; NotFound when there is none."""
    found = next((each for each in own(user, form) if each.key == key), None)
    if found is None:
        raise NotFound(_("There is no such import any more."))
    return found


def hold(own_import: Import) -> None:
    """Let nobody else take a step with it until the caller commits; NotFound when it is gone."""
    if db.session.get(Import, own_import.id, with_for_update=True, populate_existing=True) is None:
        raise NotFound(_("There is no such import any more."))


def counts(own_import: Import) -> dict[str, int]:
    """How many records are in each state: rows, but for further ones."""
    states = select(ImportRow.state, func.count()).where(*_data(own_import), ImportRow.state != PART)
    rows = states.group_by(ImportRow.state)
    return {row[0]: row[1] for row in db.session.execute(rows)}


def _data(own_import: Import) -> tuple[Any, ...]:
    """The conditions on the rows below the titles."""
    return ImportRow.import_id == own_import.id, ImportRow.number > own_import.head


def head(own_import: Import, limit: int) -> list[ImportRow]:
    """The first rows of the sheet, titles included."""
    rows = select(ImportRow).where(ImportRow.import_id == own_import.id).order_by(ImportRow.number)
    return list(db.session.scalars(rows.limit(limit)))


def rows(own_import: Import, states: Sequence[str], limit: int, after: int = 0) -> list[ImportRow]:
    """The first rows in these states behind a number."""
    found = select(ImportRow).where(*_data(own_import), ImportRow.state.in_(states), ImportRow.number > after)
    return list(db.session.scalars(found.order_by(ImportRow.number).limit(limit)))


def last_rows(own_import: Import, states: Sequence[str], limit: int) -> list[ImportRow]:
    """The last rows in these states, from the last on."""
    found = select(ImportRow).where(*_data(own_import), ImportRow.state.in_(states))
    order: list[UnaryExpression[Any]] = [ImportRow.number.desc()]
    if own_import.told.get("passes"):  # rows came after those that they refer to, wherever they stand
        order = [ImportRow.state.desc(), ImportRow.record_id.desc()]
    return list(db.session.scalars(found.order_by(*order).limit(limit)))


def call_again(session: Session, own_import: Import) -> None:
    """Let the rows that waited for others be looked at once more, in the caller's transaction."""
    mine = (ImportRow.import_id == own_import.id, ImportRow.state == "later")
    session.execute(update(ImportRow).where(*mine).values(state="ready"))


def desk(own_import: Import) -> Desk:
    """Whoever imports, with the rights of this moment; Conflict when they no longer allow it."""
    user, form = db.session.get_one(User, own_import.user_id), lookup.form_by_id(own_import.form_id)
    found, options = Desk(user, form, own_import), own_import.options
    allowed = user.active and options["mode"] in mapping.modes(user, form)
    if not allowed or options["key"] not in ("", *mapping.keys_among(user, form, own_import.mapping)):
        with force_locale(user.locale):
            raise Conflict(_("You may no longer do this here."), code="rights")
    return found


def may_change(own_import: Import) -> bool:
    """Whether columns and options may still be chosen: nothing is at work, nothing was imported."""
    if own_import.state not in ("columns", "checked"):
        return False
    return not any(counts(own_import).get(state) for state in ("created", "updated", "undone", "kept"))


def require(allowed: bool) -> None:
    """Conflict when this is not the moment."""
    if not allowed:
        raise Conflict(_("This import has gone on meanwhile. Here is how it stands."), code="state")


def choose_head(user: User, form: Form, own_import: Import, number: int) -> None:
    """Take the row with this number for that with the titles; the caller commits."""
    require(may_change(own_import))
    known = [row.number for row in head(own_import, staging.HEAD_ROWS)]
    if number not in (0, *known):
        raise Conflict(_("There is no such row."), code="row")
    own_import.head = number
    _take(own_import, mapping.automatic(user, form, titles(own_import)))
    own_import.told = {**own_import.told, "chosen": False}


def choose_columns(own_import: Import, chosen: list[str]) -> None:
    """Take the columns for these, by somebody's choice; the caller commits."""
    _take(own_import, chosen)
    own_import.told = {**own_import.told, "chosen": True}


def proposed(user: User, form: Form, own_import: Import) -> list[str]:
    """What the columns are taken for; until somebody chose, also for fields that the form got meanwhile."""
    before = own_import.mapping
    if own_import.told.get("chosen"):
        return before
    found = mapping.automatic(user, form, titles(own_import))
    return [each or ("" if new in before else new) for each, new in zip(before, found, strict=True)]


def _take(own_import: Import, chosen: list[str]) -> None:
    """Take the columns for these; what was typed in place of a cell goes when another column is in its place."""
    before = own_import.mapping
    stay = {key for at, key in enumerate(before) if chosen[at : at + 1] == [key]}
    mended = select(ImportRow).where(ImportRow.import_id == own_import.id, ImportRow.fixes != {})
    for row in db.session.scalars(mended):
        row.fixes = {key: text for key, text in row.fixes.items() if key in stay}
    own_import.mapping, own_import.state = chosen, "columns"


def titles(own_import: Import) -> list[str]:
    """The titles of the columns."""
    above = [row.cells for row in head(own_import, staging.HEAD_ROWS) if row.number <= own_import.head]
    return mapping.titles(above, own_import.told.get("width", 0))


def choose_encoding(own_import: Import, name: str) -> None:
    """Read the text anew in another encoding; the caller commits. Conflict when it cannot be read so."""
    require(may_change(own_import) and bool(own_import.told.get("encoding")))
    try:
        with sources.place(own_import.key).open("rb") as file:
            readable = name in encodings.CHOICES and encodings.reads(file, name)
    except FileNotFoundError:
        raise Conflict(_("The file is no longer there. Send it again."), code="gone") from None
    if not readable:
        raise Conflict(_("The file cannot be read in this encoding. Choose another one."), code="encoding")
    own_import.told, own_import.head, own_import.mapping = {"wanted": name}, 0, []
    _go(own_import, "emptying")


def check(own_import: Import) -> None:
    """Want every row looked at; the caller commits."""
    _go(own_import, "resetting")


def run(own_import: Import, *, again: bool = False) -> None:
    """Want the rows that are ready written; the caller commits. Conflict when the file was imported before, unless it
    shall be `again`.
    """
    found, key = counts(own_import), own_import.key
    require(own_import.state in ("checked", "done") and bool(found.get("ready")))
    if own_import.options.get("whole") and found.get("bad"):
        raise Conflict(_("All rows shall be imported or none. Mend those with problems first."), code="whole")
    if not again and own_import.state == "checked" and repeats.doubled(own_import, found.get("same", 0)):
        raise Conflict(_("You imported this file before. Say that you want it once more."), code="again")
    repeats.note(own_import)
    after_commit(lambda: sources.remove(key))  # it is not read again
    # What it found out when it was stopped does not hold for rows that were mended since.
    own_import.told = without_passes(own_import)
    own_import.started_at, own_import.doing = now(), found["ready"]
    _go(own_import, "running")


def without_passes(own_import: Import) -> dict[str, Any]:
    """What is told of it but for how far its passes over rows that wait for others are."""
    return {key: told for key, told in own_import.told.items() if key not in ("done", "last", "turn")}


def undo(own_import: Import) -> None:
    """Want taken back what was written; the caller commits."""
    require(may_undo(own_import))
    own_import.started_at, own_import.doing = now(), sum(counts(own_import).get(each, 0) for each in DONE)
    _go(own_import, "undoing")


def take_back(own_import: Import, why: str) -> None:
    """Want taken back what was written, since not all of it can be; where nothing was yet, it stands as it was checked,
    with what was mended. The caller commits.
    """
    found = counts(own_import)
    own_import.doing = sum(found.get(each, 0) for each in DONE)
    if own_import.doing:
        own_import.done_at = own_import.started_at = now()
        _go(own_import, "undoing")
    else:
        call_again(db.session(), own_import)
        repeats.forget(own_import)
        own_import.state = "checked"
        touch(own_import)
    own_import.error = why


def may_undo(own_import: Import) -> bool:
    """Whether there is something to take back, and it is not too late."""
    late = own_import.done_at is None or own_import.done_at + KEPT < now()
    return own_import.state == "done" and not late and any(counts(own_import).get(each) for each in DONE)


def _go(own_import: Import, state: str) -> None:
    own_import.state, own_import.error = state, ""
    outbox.revive(db.session(), KIND, own_import.id, due_at=now())
    touch(own_import)


def touch(own_import: Import) -> None:
    """Keep it for another day."""
    outbox.revive(db.session(), END, own_import.id, due_at=now() + KEPT)


def stop(own_import: Import) -> None:
    """Break off what is at work; what was written stays, unless all rows were wanted or none. The caller commits."""
    require(own_import.is_at_work)
    if own_import.is_all_or_none:
        require(own_import.state == "running")  # a second press would leave some of its rows
        take_back(own_import, _("You broke it off."))
        return
    own_import.error = _("You broke it off.") if _BROKEN_OFF.get(own_import.state) == "failed" else ""
    _break_off(own_import)


def drop(own_import: Import) -> None:
    """Forget it; what was imported stays. Its rows go by and by. The caller commits. Conflict for one whose rows are to
    be all there or none, while some are.
    """
    # Its job may be putting rows in; and somebody may have clicked twice.
    if db.session.get(Import, own_import.id, with_for_update=True, populate_existing=True) is not None:
        require(not own_import.is_all_or_none)
        if _is_half(own_import):
            why = _("Only some of its rows became records. Import the others, or undo this import, first.")
            raise Conflict(why, code="whole")
        _forget(own_import)


def _is_half(own_import: Import) -> bool:
    """Whether only some rows are there of all or none: its job was given up."""
    found = counts(own_import) if own_import.options.get("whole") else {}
    return any(found.get(each) for each in DONE) and any(found.get(each) for each in ("ready", "bad"))


def _forget(own_import: Import) -> None:
    own_import.state = "dropping"
    outbox.revive(db.session(), KIND, own_import.id, due_at=now())


@jobs.handler(END)
def end(lease: Lease) -> None:
    """Forget an import that nobody went on with for a day."""
    with transaction() as session:
        lease.finish(session)
        found = session.get(Import, lease.ref_id)
        if found is not None and found.is_at_work:
            touch(found)
        elif found is not None:
            _forget(found)
    sources.sweep(LOST, set(db.session.scalars(select(Import.key))))


def given_up(session: Session, import_id: int, error: str) -> None:
    """Note that the job failed again and again; what the error says is for administrators."""
    give_up(session, import_id, FAILED)


def give_up(session: Session, import_id: int, error: str) -> None:
    """Note that the job cannot go on, in the caller's transaction; what was written stays."""
    found = session.get(Import, import_id, populate_existing=True)
    if found is not None and found.is_at_work:
        found.error = error
        _break_off(found)


def _break_off(found: Import) -> None:
    if found.state in ("running", "undoing"):
        found.done_at = now()
        call_again(db.session(), found)
    found.state = _BROKEN_OFF.get(found.state, "done")


_BROKEN_OFF = {
    "reading": "failed",
    "emptying": "failed",
    "resetting": "columns",
    "grouping": "columns",
    "checking": "columns",
    "dropping": "failed",
}


def locked(session: Session, lease: Lease, state: str) -> Import | None:
    """The import, if it is still in this state; the lease is renewed."""
    lease.renew(session)
    found = session.get(Import, lease.ref_id, with_for_update=True, populate_existing=True)
    return found if found is not None and found.state == state else None


def may_import(user: User, form: Form) -> bool:
    """Whether the person may do anything with rows here."""
    return any(access.can(user, action, form) for action in ("create", "update"))
