"""The SQL table of a form: the only module that makes SQL identifiers from definitions.

Columns are only ever added. A field's key and type never change, a removed field keeps its column, so a
publish needs CREATE TABLE, ADD COLUMN and CREATE INDEX, in the transaction that writes the version.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

from flask_babel import gettext as _
from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    cast,
    func,
    inspect,
    select,
    text,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.schema import AddConstraint, CreateColumn, CreateIndex, CreateTable, ForeignKeyConstraint
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.types import TypeEngine

from runtime import spelling
from runtime.db import Base, Moment, is_rehearsed
from runtime.definitions import keeping, roll_ups
from runtime.definitions.documents import Form
from runtime.definitions.models import App, Definition
from runtime.errors import Invalid, Problem
from runtime.fields import LISTED, POINTERS, Field
from runtime.records.wording import said

MAX_NAME = 63  # bytes of an identifier in PostgreSQL
LOCK_TIMEOUT = "3s"
REHEARSED_TIMEOUT = "200ms"  # who only tries something lets others wait no longer than they notice

Id = BigInteger().with_variant(Integer(), "sqlite")

# No foreign keys here: the store writes these ids from the actor and the version itself.
SYSTEM: dict[str, TypeEngine[Any]] = {
    "revision": Integer(),
    "version_id": Integer(),
    "created_at": Moment(),
    "created_by": Integer(),
    "updated_at": Moment(),
    "updated_by": Integer(),
    "owner_id": Integer(),
    "department_id": Integer(),
    "search_text": Text(),
}
# What every row of a sub-table has instead: the record it belongs to, and its place among the others.
OF_ROWS: dict[str, TypeEngine[Any]] = {"record_id": Id, "row_number": Integer()}
MAY_BE_NULL = frozenset({"created_by", "updated_by", "owner_id", "department_id"})

MAX_INDEXED_BYTES = 2600  # PostgreSQL refuses an index entry of more than a third of a page
SYSTEM_BYTES = 8  # of an id or a moment
SPELLED = ("text", "long_text")
SPELLED_BYTES = 4 * spelling.LONGEST
LIKENED = ("text", "email")
LIKENED_LENGTH = 100  # letters, of which four times as many bytes fit into an index with three others
_BETWEEN = " -._,·"
RIGHTS = ("owner_id", "department_id", "created_by")


def table_name(app: str, form: str, definition_id: int) -> str:
    """`{app}_{form}`, with the id behind it where that could be another table's name or too long."""
    name = f"{app}_{form}"
    plain = "_" not in app and not name.rpartition("_")[2].isdigit()
    if plain and len(name) <= MAX_NAME and name not in Base.metadata.tables and app not in ("sqlite", "pg"):
        return name
    return f"form_{name[:40]}_{definition_id}"


_made: WeakKeyDictionary[Form, Table] = WeakKeyDictionary()
_making = Lock()


def table(form: Form) -> Table:
    """The table as this version of the form reads and writes it: one object as long as the form lives.

    A query made with two would read from the table twice, and threads that begin at once ask at once.
    """
    found = _made.get(form)
    if found is None:
        with _making:
            found = _made.setdefault(form, _table(form, MetaData()))
    return found


@keeping.kept(1024)
def stored(form: Form) -> Mapping[str, Field]:
    """The fields that have a column."""
    return {key: field for key, field in form.fields.items() if is_stored(field)}


def is_stored(field: Field) -> bool:
    """Whether the field has a column."""
    return _type(field) is not None


@keeping.kept(1024)
def kept(form: Form) -> tuple[str, ...]:
    """The fields whose values a record keeps: those that have a column, and the sub-tables."""
    columns = stored(form)
    return tuple(key for key in form.fields if key in columns or key in form.rows)


def running(form: Form, key: str) -> Column[Any]:
    """Beside a roll-up: how many values it is made of, and their exact sum."""
    return table(form).c[_beside(key)]


def _beside(key: str) -> str:
    return f"_{key}"  # no field is called so


def is_spelled(field: Field) -> bool:
    """Whether texts of this field follow each other by keys that stand beside them."""
    is_text = field.type.name == "formula" and field.options.get("result") == "text"
    return is_text or field.type.name in SPELLED


@keeping.kept(1024)
def spelled(form: Form) -> tuple[str, ...]:
    """The fields with such keys; rows of sub-tables have their own order."""
    fields = form.fields if form.parent_table is None else {}
    return tuple(key for key, field in fields.items() if is_spelled(field))


def order_column(form: Form, key: str) -> str:
    """The column by which a field is ordered: its own, or that of its keys."""
    return _beside(key) if key in form.fields and is_spelled(form.fields[key]) else key


def link_tables(form: Form) -> dict[str, Table]:
    """For each field that refers to several records the table of its links."""
    return {key: link_table(form, key) for key, one in form.fields.items() if one.type.name == "references"}


def link_table(form: Form, key: str) -> Table:
    """The links of a field: which record refers to which."""
    columns = [Column("record_id", Id, primary_key=True), Column("target_id", Id, primary_key=True)]
    return Table(f"links_{form.definition_id}_{key}", MetaData(), *columns)


def unique_sets(form: Form) -> tuple[tuple[str, ...], ...]:
    """The sets of fields whose values no two records share: the declared ones and every serial number."""
    serials = ((key,) for key, field in form.fields.items() if field.type.name == "serial")
    return tuple(dict.fromkeys([*form.unique, *serials]))


def _type(field: Field) -> TypeEngine[Any] | None:
    return field.type.column(field) if field.type.stored else None


def _table(form: Form, metadata: MetaData) -> Table:
    columns: list[Column[Any]] = [Column("id", Id, primary_key=True, autoincrement=True)]
    system = SYSTEM if form.parent_table is None else OF_ROWS
    columns += [Column(name, type_, nullable=name in MAY_BE_NULL) for name, type_ in system.items()]
    for key, field in form.fields.items():
        type_ = _type(field)
        if type_ is not None:
            columns.append(Column(key, type_))
    columns += (Column(_beside(key), Text()) for key in roll_ups.of(form))
    columns += (Column(_beside(key), _key_text()) for key in spelled(form))
    # Without AUTOINCREMENT, SQLite gives the id of the last deleted record to the next one.
    return Table(form.table_name, metadata, *columns, sqlite_autoincrement=True)


def _key_text() -> TypeEngine[Any]:
    return Text().with_variant(Text(collation="C"), "postgresql")  # code point by code point, as SQLite does


def give_way(session: Session) -> None:
    """Let a change of tables in this transaction be refused rather than wait long, for all others wait behind it."""
    if is_postgres(session):
        longest = REHEARSED_TIMEOUT if is_rehearsed() else LOCK_TIMEOUT
        session.execute(text(f"SET LOCAL lock_timeout = '{longest}'"))


def migrate(session: Session, form: Form) -> None:
    """Bring the form's tables to this version in the caller's transaction; Invalid when the data forbid it."""
    make_room(session, form)
    for each in (form, *form.rows.values()):
        _add_indexes(session, each)


def make_room(session: Session, form: Form) -> None:
    """Give the form's tables the columns of this version: without its indexes, which take long, all can be written."""
    give_way(session)
    known = inspect(session.connection())
    if known.has_table(form.table_name):
        _add_columns(session, form, {column["name"] for column in known.get_columns(form.table_name)})
    else:
        _create(session, form)
    for rows in form.rows.values():
        make_room(session, rows)
    for key in link_tables(form):
        _create_links(session, form, key)


def _add_indexes(session: Session, form: Form) -> None:
    present = index_names(session, form.table_name)
    for index in indexes(form, postgres=is_postgres(session)):
        if index.name not in present:
            _create_index(session, form, index)


def index_names(session: Session, table_name: str) -> set[str]:
    """The indexes of a table. SQLAlchemy leaves out those over expressions on SQLite, with a warning."""
    if is_postgres(session):
        return {str(index["name"]) for index in inspect(session.connection()).get_indexes(table_name)}
    asked = text("SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = :name")
    return set(session.scalars(asked, {"name": table_name}))


def is_postgres(session: Session) -> bool:
    """Whether this is PostgreSQL."""
    return session.connection().dialect.name == "postgresql"


def _create(session: Session, form: Form) -> None:
    new = _table(form, MetaData())
    for constraint in _foreign_keys(session, form, new.metadata):
        new.append_constraint(constraint)
    session.execute(CreateTable(new))


def _add_columns(session: Session, form: Form, present: set[str]) -> None:
    new = _table(form, MetaData())
    constraints = {c.column_keys[0]: c for c in _foreign_keys(session, form, new.metadata)}
    for column in new.columns:
        if column.name not in present:
            _add_column(session, column, constraints.get(column.name))


def _add_column(session: Session, column: Column[Any], reference: ForeignKeyConstraint | None) -> None:
    preparer = session.connection().dialect.identifier_preparer
    prefix = f"ALTER TABLE {preparer.format_table(column.table)} ADD COLUMN "
    definition = str(CreateColumn(column).compile(dialect=session.connection().dialect))
    if reference is None:
        session.execute(text(prefix + definition))
    elif is_postgres(session):
        session.execute(text(prefix + definition))
        column.table.append_constraint(reference)
        session.execute(AddConstraint(reference))
    else:  # SQLite adds no constraint afterwards, but takes one with the column
        target = preparer.quote(reference.elements[0].target_fullname.split(".")[0])
        session.execute(text(f"{prefix}{definition} REFERENCES {target} (id)"))


def _create_links(session: Session, form: Form, key: str) -> None:
    """The table of the links of a field: they go with their record, and keep what it refers to from going."""
    links, target = link_table(form, key), str(form.fields[key].options["form"])
    if inspect(session.connection()).has_table(links.name):
        return
    referred = _referred_table(session, form, target)
    for name in {form.table_name, referred}:
        Table(name, links.metadata, Column("id", Id, primary_key=True))
    own = ForeignKeyConstraint(["record_id"], [f"{form.table_name}.id"], ondelete="CASCADE")
    both = (own, ForeignKeyConstraint(["target_id"], [f"{referred}.id"]))
    for constraint in () if is_rehearsed() else both:
        links.append_constraint(constraint)
    session.execute(CreateTable(links))
    session.execute(CreateIndex(Index(f"ix_{links.name}", links.c.target_id)))


def _foreign_keys(session: Session, form: Form, metadata: MetaData) -> Iterator[ForeignKeyConstraint]:
    """A restricting foreign key for each field that points at records, users or departments; rows go with their
    record. None in a rehearsal, for they lock what they refer to.
    """
    if is_rehearsed():
        return
    if form.parent_table is not None:
        Table(form.parent_table, metadata, Column("id", Id, primary_key=True))
        name = index_name("fk", form, ("record_id",))
        yield ForeignKeyConstraint(["record_id"], [f"{form.parent_table}.id"], name=name, ondelete="CASCADE")
    for key, field in stored(form).items():
        target = _target(session, form, field)
        if target is None:
            continue
        if target not in metadata.tables and target != form.table_name:
            Table(target, metadata, Column("id", Id, primary_key=True))
        yield ForeignKeyConstraint([key], [f"{target}.id"], name=index_name("fk", form, (key,)))


def _target(session: Session, form: Form, field: Field) -> str | None:
    if field.type.name == "reference":
        return _referred_table(session, form, str(field.options["form"]))
    return {"member": "users", "department": "departments"}.get(field.type.name)


def _referred_table(session: Session, form: Form, key: str) -> str:
    """The table that a reference points at; made with its system columns alone when it is not published yet,
    for two forms of a package may refer to each other.
    """
    if key == form.key and form.parent_table is None:
        return form.table_name
    row = session.execute(
        select(Definition.id, Definition.table_name)
        .join(App, App.id == Definition.app_id)
        .where(App.key == form.app, Definition.kind == "form", Definition.key == key)
    ).one_or_none()
    if row is None:
        raise Invalid([Problem(("properties",), "unknown_form", _("There is no form “%(form)s”.", form=key))])
    name = row.table_name or table_name(form.app, key, row.id)
    if not inspect(session.connection()).has_table(name):
        session.execute(CreateTable(_bare(name)))
    return name


def _bare(name: str) -> Table:
    columns = [Column(system, type_, nullable=system in MAY_BE_NULL) for system, type_ in SYSTEM.items()]
    return Table(name, MetaData(), Column("id", Id, primary_key=True), *columns, sqlite_autoincrement=True)


def indexes(form: Form, *, postgres: bool) -> list[Index]:
    """The indexes that this version needs: rights, references, uniqueness, dates, the order of the list."""
    if form.parent_table is not None:
        return _indexes_of_rows(form)
    new = _table(form, MetaData())
    pointers = _pointers(form)
    plain: list[tuple[str, ...]] = [(key,) for key in (*RIGHTS, *pointers)]
    plain += [(key, "id") for key in _ordered(form)]
    # What each right gives, in the order of the list: nobody's first page is sorted out of all that he may read.
    order = (order_column(form, own_order(form)), "id") if own_order(form) else ("id",)
    plain += [(right, *order) for right in RIGHTS]
    made = [
        Index(index_name("ix", form, each), *in_order(new, each, postgres)) for each in dict.fromkeys(plain)
    ]
    for keys in form.duplicates:
        alike = (likeness(new.c[key], form.fields[key]) for key in keys)
        made.append(Index(index_name("dup", form, keys), *alike))
    for keys in unique_sets(form):
        room = MAX_INDEXED_BYTES // len(keys)
        columns = [_narrow(new.c[key], form.fields[key], room) if postgres else new.c[key] for key in keys]
        made.append(Index(index_name("uq", form, keys), *columns, unique=True))
    return made


def likeness(value: ColumnElement[Any], field: Field, *, whole: bool = False) -> ColumnElement[Any]:
    """What of a value has to be the same for two to mean the same: of texts the letters, without blanks, signs between
    words and capitals; of their beginning, as the index holds it, unless the whole is wanted. The signs stand in the
    statement, as they do in the index: else the index would not be used.
    """
    if field.type.name not in LIKENED:
        return value
    found = value if whole else func.substr(value, text("1"), text(str(LIKENED_LENGTH)))
    for sign in _BETWEEN:
        found = func.replace(found, text(f"'{sign}'"), text("''"))
    return func.lower(found)


def _indexes_of_rows(form: Form) -> list[Index]:
    new = _table(form, MetaData())
    keys = [("record_id", "row_number"), *((key,) for key in _pointers(form))]
    return [Index(index_name("ix", form, each), *(new.c[key] for key in each)) for each in keys]


def _pointers(form: Form) -> list[str]:
    return [key for key, field in stored(form).items() if field.type.name in POINTERS]


def in_order(new: Table, keys: tuple[str, ...], postgres: bool) -> list[ColumnElement[Any]]:
    """The columns of an index that lists read in order."""
    # Empty values first: read forwards or backwards, the index gives both orders on both databases.
    return [new.c[key].nulls_first() if postgres and key != "id" else new.c[key] for key in keys]


def _ordered(form: Form) -> list[str]:
    """Columns by which lists are often sorted: the list's own order and every date."""
    dates = [key for key, field in stored(form).items() if field.type.name in ("date", "datetime")]
    return [order_column(form, own_order(form)), *dates] if own_order(form) else dates


def own_order(form: Form) -> str:
    """The column beside the id that the list is sorted by and that has indexes; empty when there is none."""
    key = form.sort.removeprefix("-")
    short = key in stored(form) and (is_spelled(form.fields[key]) or not is_wide(form.fields[key]))
    return key if key in SYSTEM or short else ""


def _narrow(column: Column[Any], field: Field, room: int) -> ColumnElement[Any]:
    """The column, or its digest where its longest text would not fit into a page of PostgreSQL's index."""
    if field.type.value_type in LISTED:
        return func.md5(cast(column, Text))
    return func.md5(column) if _widest(field) > room else column


def is_wide(field: Field) -> bool:
    """Whether the field's longest value is too long for an index, and for an address."""
    return _widest(field) > MAX_INDEXED_BYTES


def is_longer(field: Field, characters: int) -> bool:
    """Whether the field can hold a text of more characters than these."""
    return _widest(field) > 4 * characters


def widest(form: Form, keys: Iterable[str]) -> int:
    """The bytes that the longest values of these columns can take together."""
    return sum(_width(form, key) for key in keys)


def _width(form: Form, name: str) -> int:
    if name in form.fields:
        return _widest(form.fields[name])
    return SYSTEM_BYTES if name in SYSTEM or name == "id" else SPELLED_BYTES


def _widest(field: Field) -> int:
    """The bytes that the field's longest value can take."""
    return 4 * int(field.type.value_schema(field).get("maxLength", 10))


def _create_index(session: Session, form: Form, index: Index) -> None:
    keys = next((keys for keys in unique_sets(form) if index_name("uq", form, keys) == index.name), None)
    if keys is not None:
        _refuse_duplicates(session, form, keys)
    try:
        session.execute(CreateIndex(index))
    except IntegrityError:  # a duplicate was saved since we looked
        raise _duplicates(form, keys or ()) from None


def _refuse_duplicates(session: Session, form: Form, keys: tuple[str, ...]) -> None:
    columns = [table(form).c[key] for key in keys]
    filled = [column.is_not(None) for column in columns]
    if session.execute(
        select(*columns).where(*filled).group_by(*columns).having(func.count() > 1).limit(1)
    ).first():
        raise _duplicates(form, keys)


def _duplicates(form: Form, keys: tuple[str, ...]) -> Invalid:
    titles = ", ".join(said(form.fields[key].title) for key in keys)
    message = _(
        "Some records already share the same %(fields)s. Change them first, then publish.", fields=titles
    )
    return Invalid([Problem(("fw", "unique"), "duplicates", message)])


def clashes(form: Form, key: str, error: str) -> bool:
    """Whether the database's words about a duplicate speak of this unique field."""
    return index_name("uq", form, (key,)) in error or f"{form.table_name}.{key}" in error


def index_name(prefix: str, form: Form, columns: tuple[str, ...]) -> str:
    """A name for an index or a constraint that fits and that no other table of ours has."""
    name = f"{prefix}_{form.table_name}_{'_'.join(columns)}"
    if len(name) <= MAX_NAME and len(columns) == 1:
        return name
    digest = hashlib.sha256(name.encode() + b"|" + ",".join(columns).encode()).hexdigest()[:10]
    return f"{name[: MAX_NAME - 11]}_{digest}"
