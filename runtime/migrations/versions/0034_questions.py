"""Public forms that ask one question at a time."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"


def upgrade() -> None:
    """Bring the tables forward."""
    op.add_column(
        "public_forms", sa.Column("questions", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
