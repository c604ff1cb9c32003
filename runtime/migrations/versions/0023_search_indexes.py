"""The indexes of quick searches. A job takes in the records that are there."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from runtime import grams

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    """Bring the tables forward."""
    op.create_table(
        "search_indexes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("form_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.ForeignKeyConstraint(["form_id"], ["definitions.id"], name=op.f("fk_search_indexes_form_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_indexes")),
        sa.UniqueConstraint("form_id", name=op.f("uq_search_indexes_form_id")),
    )
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(grams.FUNCTION)
    connection.execute(
        sa.text(
            "INSERT INTO search_indexes (form_id, state) SELECT id, 'waiting' FROM definitions "
            "WHERE kind = 'form' AND current_version_id IS NOT NULL"
        )
    )
    moment = datetime.now(UTC)
    moment = moment.replace(tzinfo=None) if connection.dialect.name == "sqlite" else moment
    work = sa.text(
        "INSERT INTO outbox (kind, ref_id, state, due_at, lease, attempts, crashes, error, created_at) "
        "SELECT 'search_index', id, 'pending', :now, 0, 0, 0, '', :now FROM search_indexes"
    ).bindparams(sa.bindparam("now", moment, sa.DateTime(timezone=True)))
    connection.execute(work)
