"""Drafts that are to be published at a later moment."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"


def upgrade() -> None:
    """Bring the tables forward."""
    op.create_table(
        "planned_publishes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("app_id", sa.Integer(), nullable=False),
        sa.Column("chosen", sa.Text(), nullable=False),
        sa.Column("seen", sa.Text(), nullable=False),
        sa.Column("answers", sa.Text(), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("tells", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["app_id"], ["apps.id"], name=op.f("fk_planned_publishes_app_id")),
        sa.ForeignKeyConstraint(["by"], ["users.id"], name=op.f("fk_planned_publishes_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_planned_publishes")),
    )
    op.create_index(op.f("ix_planned_publishes_app_id"), "planned_publishes", ["app_id"], unique=False)
