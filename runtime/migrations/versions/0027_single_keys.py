"""Whether a person wants commands on single letters."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    """Bring the tables forward."""
    op.add_column("users", sa.Column("single_keys", sa.Boolean(), server_default=sa.true(), nullable=False))
