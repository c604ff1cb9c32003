"""Rows of imports that are one record with its sub-tables."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    """Bring the tables forward."""
    op.add_column("import_rows", sa.Column("under", sa.Integer()))
    those = sa.text("under IS NOT NULL")
    op.create_index(
        "ix_import_rows_under",
        "import_rows",
        ["import_id", "under"],
        sqlite_where=those,
        postgresql_where=those,
    )
