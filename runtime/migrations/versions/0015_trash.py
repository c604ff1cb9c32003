"""Deleted records that can be brought back."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Bring the tables forward."""
    op.create_table(
        "trash",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("form_id", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("values", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("department_id", sa.Integer(), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_by", sa.Integer(), nullable=True),
        sa.Column("with_id", sa.Integer(), nullable=True),
        sa.Column("purge_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("purge_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["deleted_by"], ["users.id"], name=op.f("fk_trash_deleted_by")),
        sa.ForeignKeyConstraint(["form_id"], ["definitions.id"], name=op.f("fk_trash_form_id")),
        sa.ForeignKeyConstraint(["purge_by"], ["users.id"], name=op.f("fk_trash_purge_by")),
        sa.ForeignKeyConstraint(["version_id"], ["versions.id"], name=op.f("fk_trash_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trash")),
        sa.UniqueConstraint("form_id", "record_id", name=op.f("uq_trash_form_id_record_id")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_trash_page", "trash", ["form_id", "id"], unique=False)
    op.create_index("ix_trash_with", "trash", ["with_id"], unique=False)
