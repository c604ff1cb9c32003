"""Forms that are open to the public."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Bring the tables forward."""
    op.create_table(
        "public_forms",
        sa.Column("form_id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=22), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("most", sa.Integer(), nullable=True),
        sa.Column("sent", sa.Integer(), nullable=False),
        sa.Column("once", sa.Boolean(), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("thanks", sa.Text(), nullable=False),
        sa.Column("closed", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["form_id"], ["definitions.id"], name=op.f("fk_public_forms_form_id")),
        sa.ForeignKeyConstraint(["made_by"], ["users.id"], name=op.f("fk_public_forms_made_by")),
        sa.PrimaryKeyConstraint("form_id", name=op.f("pk_public_forms")),
        sa.UniqueConstraint("slug", name=op.f("uq_public_forms_slug")),
    )
