"""How Alembic runs our migrations: one transaction, one at a time, never waiting long for a lock."""

from typing import Any, Literal

from alembic import context
from sqlalchemy import text

from runtime.db import Base, Json, Moment, db, writing
from runtime.schema import LOCK


def _is_ours(name: str | None, kind: str, parents: Any) -> bool:
    # The tables of forms stand in the same database and are none of Alembic's business.
    return kind != "table" or name in Base.metadata.tables


def _render(kind: str, item: Any, autogen: Any) -> str | Literal[False]:
    # A migration says what the database has, not which Python class reads it.
    if kind == "type" and isinstance(item, Moment):
        return "sa.DateTime(timezone=True)"
    return "sa.Text()" if kind == "type" and isinstance(item, Json) else False


def run() -> None:
    """Upgrade on one connection; a second process waits, then finds nothing to do."""
    with writing(), db.engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL lock_timeout = '10s'"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            include_name=_is_ours,
            render_item=_render,
            transactional_ddl=True,
        )
        context.run_migrations()


run()
