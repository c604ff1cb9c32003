"""Public forms that are continued later, shown in steps and by other sites, and that lead on."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    """Bring the tables forward."""
    for name, kind, default in (
        ("later", sa.Boolean(), sa.false()),
        ("steps", sa.Boolean(), sa.false()),
        ("leads_to", sa.String(length=500), ""),
        ("shown_by", sa.Text(), "[]"),
    ):
        op.add_column("public_forms", sa.Column(name, kind, nullable=False, server_default=default))
    op.create_table(
        "public_drafts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("form_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("nonce", sa.String(length=22), nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("visit", sa.String(length=22), nullable=False),
        sa.Column("once", sa.String(length=80), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("posted", sa.Text(), nullable=False),
        sa.Column("mail_to", sa.String(length=320), nullable=False),
        sa.Column("mail_in", sa.String(length=8), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["form_id"], ["definitions.id"], name=op.f("fk_public_drafts_form_id")),
        sa.ForeignKeyConstraint(["version_id"], ["versions.id"], name=op.f("fk_public_drafts_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_public_drafts")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_public_drafts_secret_hash")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_public_drafts_form_id", "public_drafts", ["form_id"], unique=False)
