"""How far the index of a search has come."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    """Bring the tables forward."""
    op.add_column("search_indexes", sa.Column("last_id", sa.BigInteger(), server_default="0", nullable=False))
