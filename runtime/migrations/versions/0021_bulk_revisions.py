"""What somebody saw of each of many records: its revision instead of the last event."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"

SEEN = """
UPDATE bulk_items SET revision = (
    SELECT max(events.revision) FROM events JOIN bulks ON bulks.id = bulk_items.bulk_id
    WHERE events.form_id = bulks.form_id AND events.record_id = bulk_items.record_id AND events.id <= bulks.seen
) WHERE state = 'waiting' AND undoes IS NULL
"""


def upgrade() -> None:
    """Bring the tables forward."""
    op.add_column("bulk_items", sa.Column("revision", sa.Integer(), nullable=True))
    op.execute(SEEN)
    op.drop_column("bulks", "seen")
