"""Public forms whose senders read for longer what they sent."""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"


def upgrade() -> None:
    """Bring the tables forward."""
    op.add_column(
        "public_forms", sa.Column("read_back", sa.Boolean(), nullable=False, server_default=sa.false())
    )
