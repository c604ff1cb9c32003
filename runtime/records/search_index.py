"""The index of the quick search: the pieces of each record's search text, kept by the database itself.

The database does it in the transaction of whoever writes a record: PostgreSQL by an index over an expression, SQLite by
triggers that keep a full-text table. So no way of writing can forget it. A new table has its index from the beginning;
one that holds records already gets it by a job, and until that is done the search reads the texts.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Index,
    Integer,
    MetaData,
    Select,
    Table,
    Text,
    and_,
    cast,
    func,
    insert,
    inspect,
    literal,
    select,
    tablesample,
    text,
)
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.orm import Session
from sqlalchemy.schema import CreateIndex, DropIndex

from runtime import batches, grams, jobs, outbox
from runtime.db import db, transaction
from runtime.definitions import lookup
from runtime.definitions.documents import Form
from runtime.jobs import Lease
from runtime.records.models import SearchIndex
from runtime.records.tables import index_name, table

KIND = "search_index"
STALE = "stale"  # the state while the texts are made anew: they hold what nobody shall find
WAITING = 1024  # kB of what PostgreSQL has yet to sort in
SAMPLE = 0.1  # per cent of the table that are looked at
COMMON = 30  # of so many records one has a common word
ENOUGH = 100  # records of a sample that tell anything
BATCH = 500  # texts that SQLite takes in at once: others wait to write for so long


Contains = Callable[[Any, str], ColumnElement[bool]]


def plan(session: Session, form: Form) -> None:
    """See that the form's table has its index: at once where there is no record yet, else by a job."""
    if session.scalar(select(SearchIndex.id).where(SearchIndex.form_id == form.definition_id)) is not None:
        return
    is_empty = session.scalar(select(table(form).c.id).limit(1)) is None
    row = SearchIndex(form_id=form.definition_id, state="ready" if is_empty else "waiting")
    session.add(row)
    session.flush()
    if is_empty:
        make(session, form)
    else:
        outbox.put(session, KIND, row.id)


def make(session: Session, form: Form) -> None:
    """Make the index of a table without records, in the caller's transaction."""
    if not _is_sqlite():
        session.execute(CreateIndex(_index(form)))
        session.execute(text(_without_statistics(form)))
    else:
        for statement in _for_sqlite(form):
            session.execute(text(statement))


@dataclass(frozen=True)
class Pieces:
    """The records of a form that have certain pieces: those that contain the words, and a few others."""

    form: Form
    query: str

    def holds(self) -> ColumnElement[bool]:
        """The condition that a record is one of them."""
        if _is_sqlite():
            return table(self.form).c.id.in_(self._ids())
        return self._matches()

    def among(self, chosen: Select[Any]) -> Select[Any]:
        """Those of the chosen records that are among them, found one by one: a limit spares the rest."""
        if _is_sqlite():
            own = _full_text(self.form)
            return chosen.join_from(own, table(self.form), own.c.rowid == table(self.form).c.id).where(
                self._matches()
            )
        return chosen.where(self._matches())

    def are_more_than(self, most: int) -> bool:
        """Whether there are more, whoever may read them."""
        some = self._ids().limit(most + 1).subquery()
        return int(db.session.scalar(select(func.count()).select_from(some)) or 0) > most

    def _ids(self) -> Select[Any]:
        own = _full_text(self.form).c.rowid if _is_sqlite() else table(self.form).c.id
        return select(own).where(self._matches())

    def _matches(self) -> ColumnElement[bool]:
        if _is_sqlite():
            return _full_text(self.form).c.whole.op("MATCH", is_comparison=True)(self.query)
        return _grams(self.form).op("@@", is_comparison=True)(cast(literal(self.query), TSQUERY))


def pieces(form: Form, words: Sequence[str]) -> Pieces | None:
    """The records that have all the pieces of these words; None where the index cannot tell."""
    asked = _asked(words, "sqlite" if _is_sqlite() else "postgresql")
    return Pieces(form, asked) if asked else None


def standing(form: Form, words: Sequence[str], contains: Contains) -> tuple[str, bool]:
    """The state of the form's index, and whether the words are so common that PostgreSQL, which collects all that it
    finds in an index before it reads the first, would collect for longer than it takes to meet enough of them.
    `contains` makes the condition that a text has a word.
    """
    state = select(SearchIndex.state).where(SearchIndex.form_id == form.definition_id)
    if _is_sqlite():
        return db.session.scalar(state) or "", False
    some = tablesample(table(form), func.system(SAMPLE), name="some")
    hits = func.count().filter(*(contains(some.c.search_text, word) for word in words))
    is_common = and_(func.count() > ENOUGH, hits * COMMON > func.count())
    common = select(is_common).select_from(some).scalar_subquery()
    found = db.session.execute(state.add_columns(common)).one_or_none()
    return (found[0], bool(found[1])) if found else ("", False)


_LANGUAGES = {"sqlite": ('"{}"', '"{}" *', " AND "), "postgresql": ("'{}'", "'{}':*", " & ")}


def _asked(words: Sequence[str], dialect: str) -> str:
    """The pieces of words in the database's own language of searches; they hold nothing that this could take for more
    than letters.
    """
    said, begins, both = _LANGUAGES[dialect]
    found: dict[str, None] = {}
    for word in words:
        whole, begun = grams.of_word(word)
        found |= dict.fromkeys(map(said.format, whole)) | dict.fromkeys(map(begins.format, begun))
    return both.join(found)


def _grams(form: Form) -> ColumnElement[Any]:
    return func.fw_grams(table(form).c.search_text)


def _index(form: Form) -> Index:
    # What was written waits in a list, which every search reads too: a short one, so that neither a search nor whoever
    # sorts it in is kept for long.
    new = table(form).to_metadata(MetaData())
    return Index(
        index_name("gin", form, ("search_text",)),
        func.fw_grams(new.c.search_text),
        postgresql_using="gin",
        postgresql_with={"fastupdate": "on", "gin_pending_list_limit": WAITING},
    )


@lru_cache(1024)
def _full_text(form: Form) -> Table:
    """The full-text table of SQLite: `rowid` is the record's id. One object, for a query reads from each once."""
    whole = Column(full_text_name(form), Text, key="whole")  # what its name stands for in a search
    return Table(full_text_name(form), MetaData(), Column("rowid", Integer), Column("grams", Text), whole)


def full_text_name(form: Form) -> str:
    """The name of the full-text table, which no form's table has."""
    return f"search_{form.definition_id}"


def _for_sqlite(form: Form) -> Iterator[str]:
    """The full-text table and the triggers that keep it. It does not keep the texts, so what shall go out of it must be
    told, and only of records that are in it.
    """
    own, name = _quoted(form.table_name), full_text_name(form)
    enter = f"INSERT INTO {name} (rowid, grams) VALUES (NEW.id, fw_grams(NEW.search_text));"  # noqa: S608
    leave = (
        f"INSERT INTO {name} ({name}, rowid, grams) SELECT 'delete', OLD.id, fw_grams(OLD.search_text) "  # noqa: S608
        f"WHERE EXISTS (SELECT 1 FROM {name}_docsize WHERE id = OLD.id);"
    )
    yield f"CREATE VIRTUAL TABLE {name} USING fts5(grams, content='', detail=none, tokenize='ascii')"
    yield f"CREATE TRIGGER {name}_insert AFTER INSERT ON {own} BEGIN {enter} END"
    yield f"CREATE TRIGGER {name}_delete AFTER DELETE ON {own} BEGIN {leave} END"
    yield (
        f"CREATE TRIGGER {name}_update AFTER UPDATE OF search_text ON {own} "
        f"WHEN OLD.search_text IS NOT NEW.search_text BEGIN {leave} {enter} END"
    )


def _given_up(session: Session, index_id: int, error: str) -> None:
    _becomes(session, index_id, "failed")


@jobs.handler(KIND, on_dead=_given_up)
def work(lease: Lease) -> None:
    """Take in the records that were there before the index; it may be killed at any moment and goes on."""
    form = _form(lease)
    if form is not None and not _is_sqlite():
        _build(lease, form)
        return
    batches.work(
        lease,
        lambda session: form is None or _take_in(session, form),
        lambda session: _done(session, lease),
    )


def _form(lease: Lease) -> Form | None:
    form_id = db.session.scalar(select(SearchIndex.form_id).where(SearchIndex.id == lease.ref_id))
    found = None if form_id is None else lookup.form_by_id_if_any(form_id)
    db.session.rollback()
    return found


def _done(session: Session, lease: Lease) -> None:
    _becomes(session, lease.ref_id, "ready")


def _becomes(session: Session, index_id: int, state: str) -> None:
    """Texts that are made anew set the index going afterwards."""
    index = session.get_one(SearchIndex, index_id, with_for_update=True, populate_existing=True)
    index.state = index.state if index.state == STALE else state


def _take_in(session: Session, form: Form) -> bool:
    """Take in the next records; True when these were the last."""
    name = full_text_name(form)
    if not inspect(session.connection()).has_table(name):
        for statement in _for_sqlite(form):
            session.execute(text(statement))
    own_index = select(SearchIndex).where(SearchIndex.form_id == form.definition_id)
    index = session.scalars(own_index.with_for_update(), execution_options={"populate_existing": True}).one()
    if index.state == STALE:
        return True
    own, inside = table(form).c, Table(f"{name}_docsize", MetaData(), Column("id", Integer))
    following = select(own.id).where(own.id > index.last_id).order_by(own.id).limit(BATCH)
    ids = list(session.scalars(following))
    if ids:
        some = select(own.id, func.fw_grams(own.search_text)).where(own.id.between(ids[0], ids[-1]))
        left = some.where(own.id.not_in(select(inside.c.id).where(inside.c.id.between(ids[0], ids[-1]))))
        session.execute(insert(_full_text(form)).from_select(["rowid", "grams"], left))
        index.last_id = ids[-1]
        session.flush()
    return len(ids) < BATCH


def _build(lease: Lease, form: Form) -> None:
    """Build PostgreSQL's index while others write. What a killed build left behind is of no use and goes first."""
    with (
        batches.held(lease),
        db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection,
    ):
        new, state = _index(form), _state(connection, form)
        if state is False:
            connection.execute(DropIndex(new))
        if not state:
            new.dialect_options["postgresql"]["concurrently"] = True
            connection.execute(CreateIndex(new))
            connection.execute(text(_without_statistics(form)))
    with transaction() as session:
        lease.finish(session)
        _done(session, lease)


def _state(connection: Connection, form: Form) -> bool | None:
    """Whether the index serves; None where there is none."""
    valid = text("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(:name)")
    found: bool | None = connection.scalar(
        valid, {"name": _quoted(index_name("gin", form, ("search_text",)))}
    )
    return found


def _without_statistics(form: Form) -> str:
    """What spares PostgreSQL the cutting of thousands of texts whenever it looks at the table; a search counts first
    and needs no guess.
    """
    name = _quoted(index_name("gin", form, ("search_text",)))
    return f"ALTER INDEX {name} ALTER COLUMN 1 SET STATISTICS 0"


def _quoted(name: str) -> str:
    return db.engine.dialect.identifier_preparer.quote(name)


def _is_sqlite() -> bool:
    return db.engine.dialect.name == "sqlite"


def wrong(form: Form) -> Iterator[tuple[int, str]]:
    """The records that are not in the index, and what is in it without being a record; PostgreSQL, which keeps the
    records of its index itself, may have lost the whole index: that is told of no record, 0.
    """
    state = select(SearchIndex.state).where(SearchIndex.form_id == form.definition_id)
    if db.session.scalar(state) != "ready":
        return
    if not _is_sqlite():
        if not _state(db.session.connection(), form):
            yield 0, "missing"
        return
    inside = Table(f"{full_text_name(form)}_docsize", MetaData(), Column("id", Integer))
    own = table(form).c.id
    for record_id in db.session.scalars(select(own).where(own.not_in(select(inside.c.id)))):
        yield record_id, "missing"
    for record_id in db.session.scalars(select(inside.c.id).where(inside.c.id.not_in(select(own)))):
        yield record_id, "left over"
