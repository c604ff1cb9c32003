"""Comments on records, and deliveries that tell of one instead of a step."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
COLUMNS = (
    "id, step_id, run_id, form_id, record_id, user_id, part, channel, address, subject, body, link, locale, "
    "message_id, state, reason, attempts, created_at, sent_at"
)
PER_COMMENT = ("comment_id", "user_id", "channel")


def upgrade() -> None:
    """Bring the tables forward."""
    op.create_table(
        "comments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("form_id", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("token", sa.String(length=100), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["form_id"], ["definitions.id"], name=op.f("fk_comments_form_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_comments_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comments")),
        sa.UniqueConstraint("user_id", "token", name=op.f("uq_comments_user_id_token")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_comments_record", "comments", ["form_id", "record_id", "id"], unique=False)
    if op.get_bind().dialect.name == "sqlite":
        _make_anew()
        return
    op.add_column("deliveries", sa.Column("comment_id", sa.Integer(), nullable=True))
    op.alter_column("deliveries", "step_id", nullable=True)
    op.alter_column("deliveries", "run_id", nullable=True)
    op.create_unique_constraint("uq_deliveries_comment_id_user_id_channel", "deliveries", PER_COMMENT)


def _make_anew() -> None:
    """SQLite cannot let a column be empty: both tables are copied, that of the notices for what it points to."""
    _new_deliveries()
    op.execute(f"INSERT INTO new_deliveries ({COLUMNS}) SELECT {COLUMNS} FROM deliveries")  # noqa: S608
    op.create_table(
        "new_notices",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("delivery_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(length=500), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("link", sa.String(length=500), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["delivery_id"], ["new_deliveries.id"], name=op.f("fk_notices_delivery_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_notices_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
        sa.UniqueConstraint("delivery_id", name=op.f("uq_notices_delivery_id")),
    )
    own = "id, delivery_id, user_id, subject, body, link, created_at, read_at"
    op.execute(f"INSERT INTO new_notices ({own}) SELECT {own} FROM notices")  # noqa: S608
    op.drop_table("notices")
    op.drop_table("deliveries")
    op.rename_table("new_deliveries", "deliveries")  # and what refers to it follows
    op.rename_table("new_notices", "notices")
    op.create_index("ix_deliveries_record", "deliveries", ["form_id", "record_id"], unique=False)
    op.create_index(op.f("ix_deliveries_run_id"), "deliveries", ["run_id"], unique=False)
    op.create_index(op.f("ix_deliveries_user_id"), "deliveries", ["user_id"], unique=False)
    op.create_index("ix_notices_user", "notices", ["user_id", "id"], unique=False)


def _new_deliveries() -> None:
    op.create_table(
        "new_deliveries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("step_id", sa.Integer(), nullable=True),
        sa.Column("run_id", sa.Integer(), nullable=True),
        sa.Column("form_id", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("comment_id", sa.Integer(), nullable=True),
        sa.Column("part", sa.String(length=4), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("address", sa.String(length=320), nullable=False),
        sa.Column("subject", sa.String(length=500), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("link", sa.String(length=500), nullable=False),
        sa.Column("locale", sa.String(length=8), nullable=False),
        sa.Column("message_id", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["form_id"], ["definitions.id"], name=op.f("fk_deliveries_form_id")),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_deliveries_run_id")),
        sa.ForeignKeyConstraint(["step_id"], ["steps.id"], name=op.f("fk_deliveries_step_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_deliveries_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
        sa.UniqueConstraint("message_id", name=op.f("uq_deliveries_message_id")),
        sa.UniqueConstraint(
            "step_id", "user_id", "channel", name=op.f("uq_deliveries_step_id_user_id_channel")
        ),
        sa.UniqueConstraint(*PER_COMMENT, name=op.f("uq_deliveries_comment_id_user_id_channel")),
    )
