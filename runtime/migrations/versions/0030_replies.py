"""Comments that answer others and hold files, and how far each person has read."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    """Bring the tables forward."""
    op.add_column("comments", sa.Column("reply_to", sa.Integer(), nullable=True))
    op.add_column("comments", sa.Column("files", sa.Text(), server_default="[]", nullable=False))
    op.create_table(
        "comments_seen",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("form_id", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.BigInteger(), nullable=False),
        sa.Column("last_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_comments_seen_user_id")),
        sa.ForeignKeyConstraint(["form_id"], ["definitions.id"], name=op.f("fk_comments_seen_form_id")),
        sa.PrimaryKeyConstraint("form_id", "record_id", "user_id", name=op.f("pk_comments_seen")),
    )
