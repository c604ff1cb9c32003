"""What cutting a text into the pieces of the search costs, so that PostgreSQL asks the index instead."""

from alembic import op

from runtime import grams

revision = "0038"
down_revision = "0037"


def upgrade() -> None:
    """Bring the function forward."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"ALTER FUNCTION fw_grams(text) COST {grams.COST}")
