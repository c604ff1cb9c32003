"""Making the file of a list: asked for in one request, read by a job page by page, kept for a day.

Each page is read with the rights that the person has then, and counts once it is committed: a job that is killed goes
on behind the last one.
"""

import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from runtime import access, batches, documents, jobs, outbox, paper
from runtime.accounts.models import User
from runtime.conditions import ConditionError
from runtime.db import after_commit, db, transaction
from runtime.definitions import lookup
from runtime.definitions.documents import Form
from runtime.errors import Conflict, NotFound, PermanentError
from runtime.fields import Field, Reader
from runtime.forms.lists.places import Asked
from runtime.forms.names import titles_for
from runtime.jobs import Lease
from runtime.records import lookups, query
from runtime.records.rows import Record
from runtime.text import localized
from runtime.times import now, today
from runtime.transfer import cells, papers, sheets, spreading
from runtime.transfer.mapping import ID
from runtime.transfer.models import Export

KIND, END = "export", "export_end"
ROWS, ROWS_WITH_TABLES = 1000, 100  # records in one commit
IN_A_TURN = 10  # commits, then others have their turn
KEPT = timedelta(days=1)
MOST_BEGUN = 3
MOST = 5  # of one person and form at a time


def begin(
    user: User,
    form: Form,
    asked: Asked,
    fields: Sequence[Field],
    kind: str,
    reader: Reader,
    *,
    rows: bool = False,
) -> Export:
    """Want the list that is asked for, with these columns, as a file; the caller commits. With `rows` those of
    sub-tables have a line each. Conflict when there are too many already.
    """
    if len(own(user, form)) >= MOST:
        raise _too_many()
    look = {"search": asked.search, "condition": asked.look.condition, "sort": asked.look.sort or form.sort}
    columns = [[one.key, localized(one.title, reader.locale), _kind(form, one)] for one in fields]
    if rows:
        before, behind = spreading.columns(form, access.fields(user, form).hidden, reader.locale)
        columns = [*before, *columns, *behind]
    found = _new(user, form, kind, _name(form, reader), look=look, scope=_scope(user, form), columns=columns)
    return _wanted(found)


def _too_many() -> Conflict:
    return Conflict(_("You have %(number)s files of this list. Delete one first.", number=MOST), code="many")


def _new(user: User, form: Form, kind: str, name: str, **asked: Any) -> Export:
    own = {"user_id": user.id, "form_id": form.definition_id}
    return Export(key=secrets.token_hex(16), kind=kind, name=name, **own, **asked)


def _wanted(export: Export) -> Export:
    session = db.session()
    session.add(export)
    session.flush()
    outbox.put(session, KIND, export.id)
    outbox.put(session, END, export.id, due_at=now() + KEPT)
    return export


def print_record(user: User, form: Form, record: Record, reader: Reader) -> Export:
    """Want a PDF of a record; the caller commits. Of what it shows now there may be one already. The oldest makes way
    where the person has too many.
    """
    look, there = papers.state(user, form, record.id), own(user, form)
    printed = [each for each in there if each.kind == papers.KIND]
    for each in printed:
        if each.look == look and each.state in ("waiting", "done"):
            return each
    if len(there) >= MOST and printed:
        drop(printed[-1])
    elif len(there) >= MOST:
        raise _too_many()
    # Not the title: it stays in the list of files, whatever the person may see by then.
    name = f"{localized(form.title, reader.locale)[:150]} {record.id} {today(reader.zone).isoformat()}"
    return _wanted(_new(user, form, papers.KIND, name, look=look, scope="", columns=[]))


def _name(form: Form, reader: Reader) -> str:
    return f"{localized(form.title, reader.locale)[:150]} {today(reader.zone).isoformat()}"


def _kind(form: Form, one: Field) -> str:
    return cells.kind(lookups.origin(form, one)[1])


def _scope(user: User, form: Form) -> str:
    return documents.dumps(access.visible(user, "read", form))


def own(user: User, form: Form) -> list[Export]:
    """The exports of this list that the person may still get, newest first."""
    mine = (Export.user_id == user.id, Export.form_id == form.definition_id, Export.state != "cancelled")
    return list(db.session.scalars(select(Export).where(*mine).order_by(Export.id.desc())))


def get(user: User, form: Form, key: str) -> Export:
    """An export of this person; NotFound when there is none."""
    found = next((each for each in own(user, form) if each.key == key), None)
    if found is None:
        raise NotFound(_("There is no such file any more."))
    return found


def is_offered(user: User, form: Form, export: Export) -> bool:
    """Whether it is done, and the person may still see everything in it; of a PDF only `may_get` says that, for it has
    to draw the page.
    """
    return export.state == "done" and (export.kind == papers.KIND or _is_allowed(user, form, export))


def may_get(user: User, form: Form, export: Export) -> bool:
    """The same, also of a PDF: whether it would show just what it shows."""
    if not is_offered(user, form, export):
        return False
    return export.kind != papers.KIND or _is_same(user, form, export)


def _is_same(user: User, form: Form, export: Export) -> bool:
    try:
        return papers.state(user, form, export.look["record"]) == export.look
    except NotFound:
        return False


def _is_allowed(user: User, form: Form, export: Export) -> bool:
    hidden = access.fields(user, form).hidden
    keys = [key for key, _title, _kind in export.columns]
    shown = not hidden.intersection([*keys, *(key.partition(".")[0] for key in keys)])
    return shown and export.scope == _scope(user, form)


def drop(export: Export) -> None:
    """Break it off, or forget it; the caller commits. Its files go at once, those of a job at work within a day."""
    export.state = "cancelled"
    after_commit(lambda: sheets.remove(export.key))


def _given_up(session: Session, export_id: int, error: str) -> None:
    export = session.get(Export, export_id)
    if export is not None:
        export.state = "failed"


@jobs.handler(END)
def end(lease: Lease) -> None:
    """Forget an export that is a day old."""
    key = db.session.scalar(select(Export.key).where(Export.id == lease.ref_id))
    if key:
        sheets.remove(key)  # first: afterwards nobody knows its name
    with transaction() as session:
        lease.finish(session)
        session.execute(delete(Export).where(Export.id == lease.ref_id))


@jobs.handler(KIND, on_dead=_given_up)
def work(lease: Lease) -> None:
    """Read some pages; what is left then waits for its next turn."""
    for _number in range(IN_A_TURN):
        export = db.session.get(Export, lease.ref_id, populate_existing=True)
        if export is None or export.state != "waiting":
            _conclude(lease, export)
            return
        if export.kind == papers.KIND:
            _print(lease, export)
            return
        _read(lease, export)
    with transaction() as session:
        lease.finish(session)
        outbox.revive(session, KIND, lease.ref_id, due_at=now())


def _print(lease: Lease, export: Export) -> None:
    """Make a PDF, outside of the transaction that says so, and of that which reads: it may take longer than one that
    stands idle is let.
    """
    user, form, key = db.session.get_one(User, export.user_id), lookup.form_by_id(export.form_id), export.key
    try:
        html, look = papers.page(user, form, export.look["record"])
    except NotFound as error:
        raise PermanentError("rights changed meanwhile") from error
    db.session.rollback()
    with batches.held(lease):
        content = paper.pdf(html)
        sheets.write(key, papers.KIND, content)
    with transaction() as session:
        lease.finish(session)
        kept = _locked(session, lease)
        if kept is not None and kept.state == "waiting":
            kept.look = look
            kept.state, kept.size, kept.rows, kept.total = "done", len(content), 1, 1
    if kept is None or kept.state == "cancelled":
        sheets.remove(key)


def _read(lease: Lease, export: Export) -> None:
    """Read the next page, outside of the transaction that keeps it: others write meanwhile."""
    user, form = db.session.get_one(User, export.user_id), lookup.form_by_id(export.form_id)
    if not _is_allowed(user, form, export):
        raise PermanentError("rights changed meanwhile")
    if not query.is_cursor(user, form, export.look["sort"], export.cursor):
        _begin_in_new_order(lease)
        return
    try:
        total = _total(user, form, export) if export.total is None else export.total
        limit = ROWS_WITH_TABLES if export.columns[0][0] == ID else ROWS
        page = query.page(user, form, limit=limit, after=export.cursor or None, total=False, **export.look)
    except ConditionError as error:
        raise PermanentError(str(error)) from error  # the form changed: the filter fits no more
    rows = _rows(user, form, export, page.items)
    content = sheets.lines(export.kind, export.columns, rows, first=not export.cursor)
    with transaction() as session:
        lease.renew(session)
        kept = _locked(session, lease)
        if kept is None or kept.state != "waiting":
            return  # nobody wants it any more
        try:
            kept.size = sheets.add(kept.key, kept.size, content)
        except sheets.LostError:
            _begin_anew(kept)
            return
        kept.total, kept.rows, kept.cursor = total, kept.rows + len(page.items), page.next or ""
        kept.state = "waiting" if page.next else "writing"


def _begin_in_new_order(lease: Lease) -> None:
    """Begin anew where the cursor is none of this order: texts have their keys meanwhile, or the form changed."""
    with transaction() as session:
        lease.renew(session)
        kept = _locked(session, lease)
        if kept is not None and kept.state == "waiting":
            _begin_anew(kept)


def _total(user: User, form: Form, export: Export) -> int:
    wanted = {name: export.look[name] for name in ("condition", "search")}
    return query.count(user, form, exact=True, **wanted)


def _rows(user: User, form: Form, export: Export, items: Sequence[Any]) -> list[Sequence[Any]]:
    """The cells of these records, made column by column; of a field that is gone by now none."""
    keys = [key for key, _title, _kind in export.columns]
    fields, values = spreading.fields(form, keys), spreading.lines(form, keys, items)
    titles = titles_for(user, form, fields.values(), values)
    reader = Reader(user.locale, user.zone or form.zone)
    columns: list[list[Any]] = []
    with force_locale(user.locale):
        for key, _title, kind in export.columns:
            if key in fields:
                make = cells.maker(export.kind, kind, lookups.origin(form, fields[key])[1], reader, titles)
                columns.append([make(each.get(key)) for each in values])
            else:
                columns.append([each.get(ID) if key == ID else None for each in values])
    return list(zip(*columns, strict=True))


def _conclude(lease: Lease, export: Export | None) -> None:
    """Make the finished file, once all is read."""
    size, key = 0, export.key if export is not None else ""
    if export is not None and export.state == "writing":
        told = (key, export.kind, export.columns, export.size)
        db.session.rollback()  # PostgreSQL ends a transaction that is idle while a large workbook is written
        try:
            with batches.held(lease):
                size = sheets.finish(*told)
        except sheets.LostError:
            _read_again(lease)
            return
    with transaction() as session:
        lease.finish(session)
        kept = _locked(session, lease)
        if kept is not None and kept.state == "writing":
            kept.state, kept.size = "done", size
    if key and (kept is None or kept.state == "cancelled"):
        sheets.remove(key)


def _locked(session: Session, lease: Lease) -> Export | None:
    return session.get(Export, lease.ref_id, with_for_update=True, populate_existing=True)


def _begin_anew(kept: Export) -> None:
    """Read from the first record again, what was read being lost or in another order than the list has now;
    PermanentError when that was done a few times.
    """
    if kept.begun >= MOST_BEGUN:
        raise PermanentError("begun again and again: do all workers share the folder?")
    kept.begun += 1
    kept.state, kept.size, kept.rows, kept.cursor = "waiting", 0, 0, ""


def _read_again(lease: Lease) -> None:
    with transaction() as session:
        lease.finish(session)
        kept = _locked(session, lease)
        if kept is not None and kept.is_at_work:
            _begin_anew(kept)
            outbox.revive(session, KIND, lease.ref_id, due_at=now())
