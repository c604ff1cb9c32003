"""What people keep of a list."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Bring the tables forward."""
    op.create_table(
        "list_views",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("form_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=80), nullable=False),
        sa.Column("look", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["form_id"], ["definitions.id"], name=op.f("fk_list_views_form_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_list_views_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_list_views")),
        sa.UniqueConstraint("user_id", "form_id", "title", name=op.f("uq_list_views_user_id_form_id_title")),
    )
