"""Which browsers have sent a form that takes one record of each person."""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"


def upgrade() -> None:
    """Bring the tables forward."""
    op.create_table(
        "public_senders",
        sa.Column("form_id", sa.Integer(), nullable=False),
        sa.Column("name_hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["form_id"], ["definitions.id"], name=op.f("fk_public_senders_form_id")),
        sa.PrimaryKeyConstraint("form_id", "name_hash", name=op.f("pk_public_senders")),
    )
