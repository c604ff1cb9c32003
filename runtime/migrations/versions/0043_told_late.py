"""Public forms that tell what is wrong only when they are sent."""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"


def upgrade() -> None:
    """Bring the tables forward."""
    op.add_column(
        "public_forms", sa.Column("tells_late", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
