"""The keys by which texts and people are ordered. A job gives them to the records that are there."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

from runtime import spelling

revision = "0032"
down_revision = "0031"


def upgrade() -> None:
    """Bring the tables forward."""
    op.add_column("definitions", sa.Column("spelled_to", sa.BigInteger(), nullable=True))
    connection = op.get_bind()
    collation = "C" if connection.dialect.name == "postgresql" else None
    name = sa.String(length=201, collation=collation)
    op.add_column("users", sa.Column("name_key", name, nullable=False, server_default=""))
    for user_id, name in connection.execute(sa.text("SELECT id, name FROM users")).all():
        named = {"id": user_id, "key": spelling.name_key(name)}
        connection.execute(sa.text("UPDATE users SET name_key = :key WHERE id = :id"), named)
    for definition_id, table_name in _forms(connection):
        if _give_columns(connection, definition_id, table_name):
            _ask(connection, definition_id)


def _forms(connection: sa.Connection) -> Iterable[Any]:
    chosen = "SELECT id, table_name FROM definitions WHERE kind = 'form' AND table_name IS NOT NULL"
    return connection.execute(sa.text(chosen)).all()


def _give_columns(connection: sa.Connection, definition_id: int, table_name: str) -> bool:
    """Whether there are texts: of any version, for records of an older one may come back from the trash."""
    own = sa.text("SELECT document FROM versions WHERE definition_id = :id")
    documents = [json.loads(each) for each in connection.scalars(own, {"id": definition_id})]
    known = sa.inspect(connection)
    if not known.has_table(table_name):
        return False
    present = {column["name"] for column in known.get_columns(table_name)}
    keys = dict.fromkeys(key for each in documents for key in _texts(each) if key in present)
    for key in keys:
        collation = "C" if connection.dialect.name == "postgresql" else None
        op.add_column(table_name, sa.Column(f"_{key}", sa.Text(collation=collation), nullable=True))
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
