"""An index for each published view: what it compares for equality, a board its columns too, then what it sorts by."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Index, MetaData
from sqlalchemy.orm import Session
from sqlalchemy.schema import CreateIndex, DropIndex

from runtime import conditions
from runtime.conditions import ConditionError, Row
from runtime.definitions.documents import Form
from runtime.records import orders, tables

PREFIX = "iv"
MOST_EQUAL = 3
MOST_INDEXES = 20
"""Of one form: each costs at every save. The views that come first get theirs."""
_EQUAL = frozenset(("equals", "one_of", "is_yes", "is_no"))


def reconcile(session: Session, form: Form, views: Iterable[Mapping[str, Any]]) -> None:
    """Make the indexes that these views need, in the caller's transaction, and drop those that none needs."""
    tables.give_way(session)
    postgres = tables.is_postgres(session)
    new = tables.table(form).to_metadata(MetaData())
    needed = dict.fromkeys(keys for keys in (columns(form, each) for each in views) if keys)
    wanted = {tables.index_name(PREFIX, form, keys): keys for keys in list(needed)[:MOST_INDEXES]}
    known = tables.index_names(session, form.table_name)
    present = {each for each in known if each.startswith(f"{PREFIX}_")}
    for name in sorted(present - wanted.keys()):
        session.execute(DropIndex(Index(name, new.c.id)))
    for name in sorted(wanted.keys() - present):
        session.execute(CreateIndex(Index(name, *tables.in_order(new, wanted[name], postgres))))


def columns(form: Form, view: Mapping[str, Any]) -> tuple[str, ...]:
    """The columns of the index that serves a view; none where the indexes of the form do already."""
    sorts = [each.key for each in orders.read(view.get("sort") or form.sort or "-id")]
    equal = [*_equal(view.get("filter")), *([view["group_by"]] if "group_by" in view else [])]
    sorts = [view["date_field"]] if "date_field" in view else sorts  # a calendar has its own order
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
    return key in tables.stored(form) and not tables.is_wide(form.fields[key])
