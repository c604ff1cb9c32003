"""What API tokens are for."""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"


def upgrade() -> None:
    """Bring the tables forward."""
    op.add_column("api_tokens", sa.Column("name", sa.String(length=80), server_default="", nullable=False))
    op.add_column("api_tokens", sa.Column("only", sa.Text(), server_default="[]", nullable=False))
    op.add_column(
        "api_tokens", sa.Column("reads_only", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
