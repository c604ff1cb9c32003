"""What events tell of how they came about."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Bring the tables forward."""
    op.add_column("events", sa.Column("cause", sa.Text(), nullable=True))
