"""Drafts of new records."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Bring the tables forward."""
    op.create_table(
        "record_drafts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("form_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("page", sa.String(length=22), nullable=False),
        sa.Column("once", sa.String(length=80), nullable=False),
        sa.Column("posted", sa.Text(), nullable=False),
        sa.Column("homeless", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["form_id"], ["definitions.id"], name=op.f("fk_record_drafts_form_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_record_drafts_user_id")),
        sa.ForeignKeyConstraint(["version_id"], ["versions.id"], name=op.f("fk_record_drafts_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_drafts")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_record_drafts_own", "record_drafts", ["user_id", "form_id"], unique=False)
