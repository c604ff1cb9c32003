"""Files that were imported, so that nobody imports one twice without knowing."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    """Bring the tables forward."""
    op.add_column("imports", sa.Column("digest", sa.String(length=64), nullable=False, server_default=""))
    op.create_table(
        "imported_files",
        sa.Column("import_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("form_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["form_id"], ["definitions.id"], name=op.f("fk_imported_files_form_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_imported_files_user_id")),
        sa.PrimaryKeyConstraint("import_id", name=op.f("pk_imported_files")),
    )
    op.create_index("ix_imported_files_own", "imported_files", ["user_id", "form_id", "digest"], unique=False)
