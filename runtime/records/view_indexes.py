"""An index for each published view: what it compares for equality, a board its columns too, then what it sorts by."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Index, MetaData, func, inspect, select, text
from sqlalchemy.orm import Session
from sqlalchemy.schema import CreateIndex, DropIndex

from runtime import batches, conditions, jobs, outbox, times
from runtime.conditions import ConditionError, Row
from runtime.db import db, transaction
from runtime.definitions import lookup
from runtime.definitions.documents import Form
from runtime.jobs import Lease
from runtime.records import orders, tables

PREFIX = "iv"
KIND = "view_indexes"
LARGE = 10_000
"""Records of a table for whose index nobody shall wait."""
MOST_EQUAL = 3
MOST_INDEXES = 20
"""Of one form: each costs at every save. The views that come first get theirs."""
_BROKEN = text(
    "SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid "
    "WHERE t.relname = :table AND c.relname LIKE :prefix AND NOT i.indisvalid"
)
_EQUAL = frozenset(("equals", "one_of", "is_yes", "is_no"))


def reconcile(session: Session, form: Form, views: Iterable[Mapping[str, Any]]) -> None:
    """See that the form has the indexes that these views need and no others, in the caller's transaction. Those of a
    large table on PostgreSQL are built by a job, while others write.
    """
    tables.give_way(session)
    missing, needless = _differences(session.connection(), form, views)
    for name in needless:
        session.execute(DropIndex(_named(form, name)))
    if tables.is_postgres(session) and (
        (missing and _is_large(session, form)) or set(broken(session.connection(), form)).difference(needless)
    ):
        _set_going(session, form)
        return
    for name, keys in missing.items():
        session.execute(CreateIndex(_index(form, name, keys, tables.is_postgres(session))))


def _differences(
    connection: Connection, form: Form, views: Iterable[Mapping[str, Any]]
) -> tuple[dict[str, tuple[str, ...]], list[str]]:
    """The indexes that views need and that there are not, with their columns, and those that none needs."""
    needed = dict.fromkeys(keys for keys in (columns(form, each) for each in views) if keys)
    wanted = {tables.index_name(PREFIX, form, keys): keys for keys in list(needed)[:MOST_INDEXES]}
    known = inspect(connection).get_indexes(form.table_name)
    present = {str(each["name"]) for each in known if str(each["name"]).startswith(f"{PREFIX}_")}
    missing = {name: wanted[name] for name in sorted(wanted.keys() - present)}
    return missing, sorted(present - wanted.keys())


def _index(form: Form, name: str, keys: tuple[str, ...], postgres: bool) -> Index:
    return Index(name, *tables.in_order(tables.table(form).to_metadata(MetaData()), keys, postgres))


def _named(form: Form, name: str) -> Index:
    return Index(name, tables.table(form).to_metadata(MetaData()).c.id)


def _is_large(session: Session, form: Form) -> bool:
    some = select(tables.table(form).c.id).limit(LARGE + 1).subquery()
    return (session.scalar(select(func.count()).select_from(some)) or 0) > LARGE


def _set_going(session: Session, form: Form) -> None:
    if not outbox.revive(session, KIND, form.definition_id, due_at=times.now()):
        outbox.put(session, KIND, form.definition_id)


@jobs.handler(KIND)
def work(lease: Lease) -> None:
    """Build what the views in force need by now; it may be killed at any moment. What a killed build left behind serves
    nobody and goes first.
    """
    form = lookup.form_by_id_if_any(lease.ref_id)
    views = [each.document for each in lookup.views(form.app, form.key)] if form else []
    db.session.rollback()
    if form is not None and views:
        with (
            batches.held(lease),
            db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection,
            alone(connection, form),
        ):
            _build(connection, form, views)
    with transaction() as session:
        lease.finish(session)


@contextmanager
def alone(connection: Connection, form: Form) -> Iterator[None]:
    """While nobody else builds indexes of the form, whose halves would look broken; AwayError while somebody does. The
    lock goes with its connection; waiting for it would keep the other from ending.
    """
    lock = (func.hashtext(KIND), form.definition_id)
    if not connection.scalar(select(func.pg_try_advisory_lock(*lock))):
        raise jobs.AwayError("the indexes of this form are being built")
    try:
        yield
    finally:
        connection.execute(select(func.pg_advisory_unlock(*lock)))


def _build(connection: Connection, form: Form, views: Iterable[Mapping[str, Any]]) -> None:
    """Each without a lock that keeps others from reading or writing."""
    for name in broken(connection, form):
        connection.execute(DropIndex(_beside_others(_named(form, name))))
    missing, needless = _differences(connection, form, views)
    for name in needless:
        connection.execute(DropIndex(_beside_others(_named(form, name))))
    for name, keys in missing.items():
        connection.execute(CreateIndex(_beside_others(_index(form, name, keys, postgres=True))))


def broken(connection: Connection, form: Form, prefix: str = PREFIX) -> Sequence[str]:
    """The indexes that a build began and did not end."""
    return connection.scalars(_BROKEN, {"table": form.table_name, "prefix": f"{prefix}_%"}).all()


def _beside_others(index: Index) -> Index:
    index.dialect_options["postgresql"]["concurrently"] = True
    return index


def columns(form: Form, view: Mapping[str, Any]) -> tuple[str, ...]:
    """The columns of the index that serves a view; none where the indexes of the form do already."""
    sorts = [
        tables.order_column(form, each.key) for each in orders.read(view.get("sort") or form.sort or "-id")
    ]
    grouped = [tables.order_column(form, view["group_by"])] if "group_by" in view else []
    equal = [*_equal(view.get("filter")), *grouped]
    is_calendar = view.get("kind") == "calendar" and "date_field" in view
    sorts = [view["date_field"]] if is_calendar else sorts  # it has its own order
    keys = [key for key in (*equal, *sorts) if key != "id" and _may_index(form, key)]
    found = _fitting(form, dict.fromkeys(keys))
    return (*found, "id") if len(found) > 1 or (found and found[0] not in sorts) else ()


def _fitting(form: Form, keys: Iterable[str]) -> tuple[str, ...]:
    """As many of the columns as fit into one entry: PostgreSQL refuses to save a record whose entry is longer."""
    found: list[str] = []
    for key in keys:
        if tables.widest(form, (*found, key)) > tables.MAX_INDEXED_BYTES:
            break
        found.append(key)
    return tuple(found)


def _equal(condition: Any) -> list[str]:
    """The fields that a condition compares with constants, when all of its rows must hold."""
    try:
        group = conditions.rows(condition or {})
    except ConditionError:
        return []
    rows = [each for each in group.items if isinstance(each, Row) and each.operator in _EQUAL]
    return [each.path for each in rows][:MOST_EQUAL] if group.mode == "all" else []


def _may_index(form: Form, key: str) -> bool:
    if key in tables.SYSTEM:
        return key != "search_text"
    if key not in form.fields:
        return key.removeprefix("_") in tables.spelled(form)
    return key in tables.stored(form) and not tables.is_wide(form.fields[key])
