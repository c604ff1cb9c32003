"""The package that an app came from, so that an upgrade can tell local changes."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Bring the tables forward."""
    op.create_table(
        "installed_packages",
        sa.Column("app_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.String(length=40), nullable=False),
        sa.Column("definitions", sa.Text(), nullable=True),
        sa.Column("offered", sa.Text(), nullable=True),
        sa.Column("installed_by", sa.Integer(), nullable=True),
        sa.Column("installed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["app_id"], ["apps.id"], name=op.f("fk_installed_packages_app_id")),
        sa.ForeignKeyConstraint(
            ["installed_by"], ["users.id"], name=op.f("fk_installed_packages_installed_by")
        ),
        sa.PrimaryKeyConstraint("app_id", name=op.f("pk_installed_packages")),
    )
