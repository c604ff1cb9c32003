"""What rules said of the record that they were tried with last."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"


def upgrade() -> None:
    """Bring the tables forward."""
    op.create_table(
        "rule_trials",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("definition_id", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(length=90), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("applies", sa.Boolean(), nullable=False),
        sa.Column("rows", sa.String(length=200), nullable=False),
        sa.Column("digest", sa.String(length=32), nullable=False),
        sa.Column("by", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["users.id"], name=op.f("fk_rule_trials_by")),
        sa.ForeignKeyConstraint(
            ["definition_id"], ["definitions.id"], name=op.f("fk_rule_trials_definition_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_trials")),
    )
    op.create_index(op.f("ix_rule_trials_definition_id"), "rule_trials", ["definition_id"], unique=False)
