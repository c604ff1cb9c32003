"""How Alembic runs our migrations: one transaction, one at a time, never waiting long for a lock."""

from alembic import context
from sqlalchemy import text

from runtime.db import Base, db, writing


def run() -> None:
    """Upgrade on one connection; a second process waits, then finds nothing to do."""
    with writing(), db.engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL lock_timeout = '10s'"))
            connection.execute(text("SELECT pg_advisory_xact_lock(7316820)"))
        context.configure(connection=connection, target_metadata=Base.metadata, transactional_ddl=True)
        context.run_migrations()


run()
