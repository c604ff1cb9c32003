"""Automations are switched off by people too, and then whatever their version is."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_MOMENT = sa.DateTime(timezone=True)
_OLD = sa.text(
    "SELECT versions.definition_id, pauses.version_id, pauses.reason, pauses.at FROM automation_pauses AS pauses"
    " JOIN versions ON versions.id = pauses.version_id ORDER BY pauses.version_id"
).columns(definition_id=sa.Integer, version_id=sa.Integer, reason=sa.Text, at=_MOMENT)


def upgrade() -> None:
    """Bring the tables forward; of several paused versions of an automation the newest counts."""
    kept = {row.definition_id: row for row in op.get_bind().execute(_OLD)}
    op.drop_table("automation_pauses")
    table = op.create_table(
        "automation_pauses",
        sa.Column("automation_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.Integer(), nullable=True),
        sa.Column("at", _MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["automation_id"], ["definitions.id"], name=op.f("fk_automation_pauses_automation_id")
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["versions.id"], name=op.f("fk_automation_pauses_version_id")
        ),
        sa.ForeignKeyConstraint(["by"], ["users.id"], name=op.f("fk_automation_pauses_by")),
        sa.PrimaryKeyConstraint("automation_id", name=op.f("pk_automation_pauses")),
    )
    rows = [
        {"automation_id": key, "version_id": row.version_id, "reason": row.reason, "at": row.at}
        for key, row in kept.items()
    ]
    if rows:
        op.bulk_insert(table, rows)
