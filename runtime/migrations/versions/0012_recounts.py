"""Which roll-ups are counted anew."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Bring the tables forward."""
    op.create_table(
        "recounts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("form_id", sa.Integer(), nullable=False),
        sa.Column("last_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["form_id"], ["definitions.id"], name=op.f("fk_recounts_form_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recounts")),
        sa.UniqueConstraint("form_id", name=op.f("uq_recounts_form_id")),
    )
