"""The keys by which texts and people are ordered. A job gives them to the records that are there."""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

from runtime import spelling

revision = "0032"
down_revision = "0031"


def upgrade() -> None:
    """Bring the tables forward."""
    connection = op.get_bind()
    # What takes long, before the first lock of this migration.
    keys = {name: spelling.name_key(name) for name in connection.scalars(sa.text("SELECT name FROM users"))}
    texts = {each: _texts_of(connection, each) for each in _versions(connection)}
    op.add_column("definitions", sa.Column("spelled_to", sa.BigInteger(), nullable=True))
    name = sa.String(length=201, collation=_collation(connection))
    op.add_column("users", sa.Column("name_key", name, nullable=False, server_default=""))
    _spell_people(connection, keys)
    for version_id in _versions(connection) - texts.keys():  # published meanwhile
        texts[version_id] = _texts_of(connection, version_id)
    for definition_id, table_name in _forms(connection):
        if _give_columns(connection, table_name, _of_form(connection, definition_id, texts)):
            _ask(connection, definition_id)


def _collation(connection: sa.Connection) -> str | None:
    return "C" if connection.dialect.name == "postgresql" else None


def _spell_people(connection: sa.Connection, keys: Mapping[str, str]) -> None:
    people = connection.execute(sa.text("SELECT id, name FROM users")).all()
    named = [{"id": each, "key": keys.get(name) or spelling.name_key(name)} for each, name in people]
    if named:
        connection.execute(sa.text("UPDATE users SET name_key = :key WHERE id = :id"), named)


def _versions(connection: sa.Connection) -> set[int]:
    chosen = "SELECT v.id FROM versions v JOIN definitions d ON d.id = v.definition_id WHERE d.kind = 'form'"
    return set(connection.scalars(sa.text(chosen)))


def _texts_of(connection: sa.Connection, version_id: int) -> list[str]:
    """The fields of a version that hold texts; one document after the other, for all of them may be large."""
    own = sa.text("SELECT document FROM versions WHERE id = :id")
    return list(_texts(json.loads(connection.execute(own, {"id": version_id}).scalar_one())))


def _of_form(connection: sa.Connection, definition_id: int, texts: Mapping[int, list[str]]) -> list[str]:
    """Of all versions, in their order: records of an older one may come back from the trash."""
    own = sa.text("SELECT id FROM versions WHERE definition_id = :id ORDER BY id")
    return [key for each in connection.scalars(own, {"id": definition_id}) for key in texts[each]]


def _forms(connection: sa.Connection) -> Iterable[Any]:
    chosen = "SELECT id, table_name FROM definitions WHERE kind = 'form' AND table_name IS NOT NULL"
    return connection.execute(sa.text(chosen)).all()


def _give_columns(connection: sa.Connection, table_name: str, texts: Iterable[str]) -> bool:
    """Whether the table has texts."""
    known = sa.inspect(connection)
    if not known.has_table(table_name):
        return False
    present = {column["name"] for column in known.get_columns(table_name)}
    keys = dict.fromkeys(key for key in texts if key in present)
    for key in keys:
        op.add_column(
            table_name, sa.Column(f"_{key}", sa.Text(collation=_collation(connection)), nullable=True)
        )
    return bool(keys)


def _texts(document: Any) -> Iterable[str]:
    for key, one in document.get("properties", {}).items():
        own = one.get("fw", {})
        if own.get("type") in ("text", "long_text") or (
            own.get("type") == "formula" and own.get("result") == "text"
        ):
            yield key


def _ask(connection: sa.Connection, definition_id: int) -> None:
    moment = datetime.now(UTC)
    moment = moment.replace(tzinfo=None) if connection.dialect.name == "sqlite" else moment
    connection.execute(sa.text("UPDATE definitions SET spelled_to = 0 WHERE id = :id"), {"id": definition_id})
    work = sa.text(
        "INSERT INTO outbox (kind, ref_id, state, due_at, lease, attempts, crashes, error, created_at) "
        "VALUES ('spelling_keys', :id, 'pending', :now, 0, 0, 0, '', :now)"
    ).bindparams(sa.bindparam("now", moment, sa.DateTime(timezone=True)))
    connection.execute(work, {"id": definition_id})
