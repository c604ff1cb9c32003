"""Files that guests send with public forms."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"

OF_GUESTS = sa.text("visit IS NOT NULL AND record_id IS NULL")


def upgrade() -> None:
    """Bring the tables forward."""
    op.add_column(
        "public_forms", sa.Column("takes_files", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("files", sa.Column("visit", sa.String(length=22), nullable=True))
    op.create_index(
        "ix_files_of_guests",
        "files",
        ["form_id", "visit"],
        unique=False,
        sqlite_where=OF_GUESTS,
        postgresql_where=OF_GUESTS,
    )
