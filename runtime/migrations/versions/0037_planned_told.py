"""What people read of a planned publish, apart from its note."""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"


def upgrade() -> None:
    """Bring the tables forward."""
    op.add_column(
        "planned_publishes", sa.Column("told", sa.String(length=500), server_default="", nullable=False)
    )
