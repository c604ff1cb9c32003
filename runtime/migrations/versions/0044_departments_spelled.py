"""The keys by which departments follow each other, Chinese names by their pinyin."""

import sqlalchemy as sa
from alembic import op

from runtime import spelling

revision = "0044"
down_revision = "0043"


def upgrade() -> None:
    """Bring the tables forward."""
    connection = op.get_bind()
    collation = "C" if connection.dialect.name == "postgresql" else None
    key = sa.Column("name_key", sa.String(length=201, collation=collation), nullable=False, server_default="")
    op.add_column("departments", key)
    named = connection.execute(sa.text("SELECT id, name FROM departments")).all()
    keys = [{"id": each, "key": spelling.order_key(name)} for each, name in named]
    if keys:
        connection.execute(sa.text("UPDATE departments SET name_key = :key WHERE id = :id"), keys)
