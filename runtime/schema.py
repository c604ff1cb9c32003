"""Brings the product's own tables to the present version."""

from runtime import health, jobs  # noqa: F401  (their tables belong to the metadata)
from runtime.accounts import models as _accounts  # noqa: F401
from runtime.automations import models as _automations  # noqa: F401
from runtime.db import db
from runtime.definitions import models as _definitions  # noqa: F401
from runtime.notifications import models as _notifications  # noqa: F401
from runtime.records import models as _records  # noqa: F401


def upgrade() -> None:
    """Create or change our own tables; safe to call again."""
    db.create_all()
