"""The JSON API, first part: records, schemas, inbox, health. Same write path and rights as the pages."""

from flask import Blueprint

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")

from runtime.api import comments, files, inbox, merging, papers, records, trash, versions  # noqa: E402, F401  (their routes)
from runtime.api.health import health  # noqa: E402

__all__ = ["blueprint", "health"]
