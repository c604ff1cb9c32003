"""Giving texts that were stored before their time the keys by which they are ordered (decision 12).

Whoever writes a record writes its keys. A job goes through what stood there before, in batches, and may be killed at
any moment; until it is done lists are ordered by the texts themselves.
"""

from collections.abc import Iterator

from sqlalchemy import Column, Index, MetaData, Table, Text, bindparam, inspect, select, update
from sqlalchemy.orm import Session
from sqlalchemy.schema import CreateIndex, DropIndex

from runtime import batches, jobs, outbox, times
from runtime.db import db
from runtime.definitions import lookup
from runtime.definitions.documents import Form, parse_fields
from runtime.definitions.models import Definition, Version
from runtime.jobs import Lease
from runtime.records import rows, tables, view_indexes
from runtime.records.tables import RIGHTS, index_name, own_order, table

KIND = "spelling_keys"
BATCH = 200  # records: their keys are found in less time than others notice


def plan(session: Session, form: Form) -> None:
    """Set the job of a form going that still waits for keys: it ends early where the form is taken out of force, and
    where it is given up.
    """
    if not form.spelled and not outbox.revive(session, KIND, form.definition_id, due_at=times.now()):
        outbox.put(session, KIND, form.definition_id)


@jobs.handler(KIND)
def work(lease: Lease) -> None:
    """Give some records their keys, then see to the indexes; what is left waits for its next turn."""
    form = lookup.form_by_id_if_any(lease.ref_id)
    is_done = form is None or _is_done(form)
    db.session.rollback()
    if form is not None and is_done and not _is_sqlite():
        _build(lease, form)
    batches.work(lease, lambda session: _batch(session, lease.ref_id))


def _is_done(form: Form) -> bool:
    last = select(Definition.spelled_to).where(Definition.id == form.definition_id).scalar_subquery()
    return db.session.scalar(select(table(form).c.id).where(table(form).c.id > last).limit(1)) is None


def _batch(session: Session, definition_id: int) -> bool:
    """Give the next records their keys; True when nothing is left to do."""
    # Not the key, of which a save that holds its record makes sure when it notes what it did.
    lock = {"key_share": True}
    definition = session.get_one(Definition, definition_id, with_for_update=lock, populate_existing=True)
    form = lookup.form_by_id_if_any(definition_id)
    if form is None or definition.spelled_to is None:
        return True
    ids = _spell(session, form, definition.spelled_to)
    if ids:
        definition.spelled_to = ids[-1]
        return False
    if not _is_sqlite() and _missing(session, form):
        return False  # they are built in the job's next turn, while others write
    _finish(session, definition, form)
    return True


def _spell(session: Session, form: Form, after: int) -> list[int]:
    """Write the keys of the next records, and give their ids."""
    keys = _keys(session, form)
    columns = [Column(name, Text()) for key in keys for name in (key, f"_{key}")]
    own = Table(form.table_name, MetaData(), Column("id", tables.Id), *columns)
    chosen = select(own.c.id, *(own.c[key] for key in keys)).where(own.c.id > after).order_by(own.c.id)
    found = session.execute(chosen.limit(BATCH).with_for_update(key_share=True)).all()
    lines = [
        {"_id": row[0], **{f"_{key}": rows.spell(value) for key, value in zip(keys, row[1:], strict=True)}}
        for row in found
    ]
    if keys and lines:
        session.connection().execute(update(own).where(own.c.id == bindparam("_id")), lines)
    return [row[0] for row in found]


def _keys(session: Session, form: Form) -> list[str]:
    """The texts of all versions: what left the form may come back with its values."""
    documents = session.scalars(select(Version.document).where(Version.definition_id == form.definition_id))
    known = dict.fromkeys(
        key for each in documents for key, one in parse_fields(each).items() if tables.is_spelled(one)
    )
    present = {column["name"] for column in inspect(session.connection()).get_columns(form.table_name)}
    return [key for key in known if {key, f"_{key}"} <= present]


def _finish(session: Session, definition: Definition, form: Form) -> None:
    """From now on lists are ordered by the keys: their indexes take the places of those over the texts."""
    tables.give_way(session)
    for index in _missing(session, form):
        session.execute(CreateIndex(index))
    present = tables.index_names(session, form.table_name)
    for name in _needless(form) & present:
        session.execute(DropIndex(Index(name, table(form).to_metadata(MetaData()).c.id)))
    definition.spelled_to = None
    session.flush()
    view_indexes.reconcile(session, form, [each.document for each in lookup.views(form.app, form.key)])


def _missing(session: Session, form: Form) -> list[Index]:
    needed = tables.indexes(form, postgres=tables.is_postgres(session))
    present = tables.index_names(session, form.table_name)
    return [each for each in needed if not each.unique and each.name not in present]


def _needless(form: Form) -> set[str]:
    """The indexes over the text by which the list is ordered."""
    key = own_order(form)
    if tables.order_column(form, key) == key:
        return set()
    return {index_name("ix", form, each) for each in ((key, "id"), *((right, key, "id") for right in RIGHTS))}


def _build(lease: Lease, form: Form) -> None:
    """Build PostgreSQL's indexes while others write. What a killed build left behind is of no use and goes first."""
    with (
        batches.held(lease),
        db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection,
        view_indexes.alone(connection, form),
    ):
        for name in view_indexes.broken(connection, form, "ix"):
            connection.execute(DropIndex(Index(name, table(form).to_metadata(MetaData()).c.id)))
        with Session(connection) as session:
            missing = _missing(session, form)
        for index in missing:
            index.dialect_options["postgresql"]["concurrently"] = True
            connection.execute(CreateIndex(index))


def _is_sqlite() -> bool:
    return db.engine.dialect.name == "sqlite"


def wrong(form: Form) -> Iterator[tuple[int, str]]:
    """The records whose texts have other keys than they should, and the field."""
    own = table(form).c
    for key in tables.spelled(form) if form.spelled else ():
        pair = select(own.id, own[key], own[tables.order_column(form, key)])
        for record_id, value, found in db.session.execute(pair).yield_per(1000):
            if found != rows.spell(value):
                yield record_id, key
