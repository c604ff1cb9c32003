"""Runs that wait before an action: which is next, and when."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    """Bring the tables forward."""
    op.add_column("runs", sa.Column("next", sa.Integer(), server_default="0", nullable=False))
    op.add_column("runs", sa.Column("due_at", sa.DateTime(timezone=True), nullable=True))
