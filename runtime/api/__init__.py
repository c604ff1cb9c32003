"""The JSON API, first part: records, schemas, inbox, health. Same write path and rights as the pages."""

from flask import Blueprint

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")

from runtime.api import (  # noqa: E402  (their routes)
    comments,  # noqa: F401
    files,  # noqa: F401
    inbox,  # noqa: F401
    merging,  # noqa: F401
    openapi,  # noqa: F401
    papers,  # noqa: F401
    records,  # noqa: F401
    trash,  # noqa: F401
    versions,  # noqa: F401
)
from runtime.api.health import health  # noqa: E402

__all__ = ["blueprint", "health"]
