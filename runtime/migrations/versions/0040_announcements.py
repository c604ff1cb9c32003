"""Publishes that people are told of, some at a time."""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"


def upgrade() -> None:
    """Bring the tables forward."""
    op.create_table(
        "announcements",
        sa.Column("version_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("told", sa.String(length=500), nullable=False),
        sa.Column("reached", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["versions.id"], name=op.f("fk_announcements_version_id")),
        sa.PrimaryKeyConstraint("version_id", name=op.f("pk_announcements")),
    )
