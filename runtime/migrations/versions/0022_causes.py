"""What events tell of how they came about."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    """Bring the tables forward."""
    op.add_column("events", sa.Column("cause", sa.Text(), nullable=True))
