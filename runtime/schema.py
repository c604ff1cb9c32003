"""Brings the product's own tables to the present version (Alembic's migrations, one after another)."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import text
from sqlalchemy.orm import Session

from runtime import health, outbox  # noqa: F401  (their tables belong to the metadata)
from runtime.accounts import models as _accounts  # noqa: F401
from runtime.automations import models as _automations  # noqa: F401
from runtime.bulk import models as _bulk  # noqa: F401
from runtime.comments import models as _comments  # noqa: F401
from runtime.definitions import models as _definitions  # noqa: F401
from runtime.files import models as _files  # noqa: F401
from runtime.forms.drafts import models as _drafts  # noqa: F401
from runtime.forms.lists import models as _lists  # noqa: F401
from runtime.notifications import models as _notifications  # noqa: F401
from runtime.public import models as _public  # noqa: F401
from runtime.records import models as _records  # noqa: F401
from runtime.transfer import models as _transfer  # noqa: F401

LOCK = 7316820  # an arbitrary number that only we use
FOLDER = Path(__file__).parent / "migrations"


def alembic_config() -> Config:
    """Alembic's settings, made here instead of an ini file."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("path_separator", "os")
    return config


def upgrade() -> None:
    """Create or change our own tables; safe to call again and from several processes."""
    command.upgrade(alembic_config(), "head")


def lock(session: Session) -> None:
    """Let one process at a time set up, until the transaction ends; SQLite's write lock does so already."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
